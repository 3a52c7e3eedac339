"""`lakeside remove`: take months out of the lake, the warehouse, or both."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import DatasetArgument, JsonOption, Misuse, MonthsArgument, read_dataset, read_months
from cli.output import Output
from cli.tables import format_table
from lakeside.errors import LakesideError, SettingsError

if TYPE_CHECKING:
    from lakeside.datasets import Dataset
    from lakeside.month import Month
    from lakeside.services import Services


class Place(StrEnum):
    """Where to remove months from."""

    LAKE = "lake"
    WAREHOUSE = "warehouse"
    BOTH = "both"


def remove(
    dataset: DatasetArgument,
    months: MonthsArgument,
    place: Annotated[Place, typer.Option("--from", help="Where to remove them.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Remove months (asks first); a folder lake keeps them as versions. What is absent is no failure."""
    chosen, months_chosen = read_dataset(dataset), read_months(months)
    from flows.opened import open_services
    from lakeside.settings import load_settings

    services = open_services(load_settings())
    if not yes:
        _ask(chosen.name, months_chosen, place, services, as_json)
    results = [_remove_one(chosen, month, place, services) for month in months_chosen]
    Output(as_json).show(results, lambda: _describe(results))
    return 1 if any(r["error"] for r in results) else 0


def _ask(name: str, months: list[Month], place: Place, services: Services, as_json: bool) -> None:
    """Raises Misuse where nobody can answer, Abort when the answer is no."""
    if as_json or not sys.stdin.isatty():
        raise Misuse(SettingsError("Removing asks first, and nobody can answer here.", "Add --yes."))
    where = []
    if place is not Place.WAREHOUSE:
        where.append(services.lake.url)
    if place is not Place.LAKE:
        where.append(services.warehouse.location)
    named = ", ".join(map(str, months[:6])) + (f" and {len(months) - 6} more" if len(months) > 6 else "")
    typer.confirm(f"Remove {name} {named} from {' and '.join(where)}?", abort=True, err=True)


def _remove_one(dataset: Dataset, month: Month, place: Place, services: Services) -> dict[str, Any]:
    result: dict[str, Any] = {
        "dataset": dataset.name,
        "month": str(month),
        "from": place,
        "state": "removed",
        "lake_objects_removed": 0,
        "warehouse_rows_removed": 0,
        "error": None,
    }
    try:
        # The table first: should the lake fail then, the month can be loaded again.
        if place is not Place.LAKE:
            result["warehouse_rows_removed"] = services.warehouse.remove_month(dataset, month)
        if place is not Place.WAREHOUSE:
            result["lake_objects_removed"] = _remove_from_lake(dataset, month, services)
    except LakesideError as error:
        return {**result, "state": "failed", "error": error.as_dict()}
    if not result["warehouse_rows_removed"] and not result["lake_objects_removed"]:
        result["state"] = "absent"
    return result


def _remove_from_lake(dataset: Dataset, month: Month, services: Services) -> int:
    from lakeside.lake.layout import data_key, quarantine_key

    keys = [k(dataset.name, month) for k in (quarantine_key, data_key)]
    present = [key for key in keys if services.lake.find_object(key) is not None]
    for key in present:
        services.lake.remove_object(key)
    return len(present)


def _describe(results: list[dict[str, Any]]) -> str:
    rows = [
        (
            f"{r['dataset']} {r['month']}",
            r["state"],
            r["lake_objects_removed"],
            r["warehouse_rows_removed"],
            r["error"]["message"] if r["error"] else None,
        )
        for r in results
    ]
    return format_table(("month", "state", "objects removed", "rows removed", "error"), rows)
