"""`lakeside status`: what is where, by four lights a month, as the console's home page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, Misuse, read_dataset
from cli.output import Output
from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.lights import Light, MonthLights, Newest

_TITLES = (
    "month",
    "source",
    "lake",
    "warehouse",
    "checks",
    "fed by",
    "lake rows",
    "size",
    "table rows",
    "why",
)
_NEWEST = ("dataset", "source has", "lake has", "behind", "table has", "behind")


def status(
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.", show_default=False)] = None,
    year: Annotated[int | None, typer.Option(help="Only this year.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> int:
    """Show every month: does the source have it, does the lake, does the warehouse, and do they agree."""
    from flows.opened import open_services
    from lakeside.errors import SettingsError
    from lakeside.lights import compute_lights
    from lakeside.month import Month
    from lakeside.settings import load_settings

    chosen = [read_dataset(dataset)] if dataset else None
    if year is not None:
        try:
            Month(year, 1)
        except SettingsError as error:
            raise Misuse(error) from error
    lights = compute_lights(open_services(load_settings()), chosen, year)
    document = [_plain(month) for month in lights]
    Output(as_json).show(document, lambda: describe_lights(lights, with_missing=year is not None))
    return 0


def _plain(month: MonthLights) -> dict[str, object]:
    covered = month.covered
    return {
        "dataset": covered.dataset,
        "month": str(covered.month),
        "source_state": covered.source_state,
        "lake_rows": covered.lake_rows,
        "warehouse_rows": covered.warehouse_rows,
        "state": covered.state,
        "source": covered.source,
        "lake_bytes": covered.lake_bytes,
        "lake_key": covered.key,
        "written_at": covered.written_at,
        "published_at": month.published_at,
        "source_at": month.source_at,
        "lag_seconds": month.lag_seconds,
        "null_share": month.null_share,
        "run_id": month.run_id,
        "reason": covered.reason,
        "lights": {
            "source": _plain_light(month.source),
            "lake": _plain_light(month.lake),
            "warehouse": _plain_light(month.table),
            "checks": _plain_light(month.checks),
        },
    }


def _plain_light(light: Light[Any]) -> dict[str, object]:
    return {"state": light.state, "says": light.says, "at": light.at}


def describe_lights(lights: Sequence[MonthLights], with_missing: bool) -> str:
    """A table of the months that are somewhere (or of all), how far each dataset is, how many are missing."""
    from lakeside.lights import find_newest

    shown = [m for m in lights if with_missing or m.covered.state != "missing"]
    missing = sum(m.covered.state == "missing" and m.covered.source_state == "published" for m in lights)
    note = f"{missing:,} published months are not in the lake; --year shows them month by month."
    if not shown:
        return f"The lake and the warehouse are empty. {note}"
    parts = [format_table(_TITLES, [_row(month) for month in shown])]
    if not with_missing:
        parts += [format_table(_NEWEST, [_far(line) for line in find_newest(lights)]), note]
    return "\n\n".join(parts)


def _row(month: MonthLights) -> tuple[Any, ...]:
    covered = month.covered
    states = [
        light.state.value.replace("_", " ") for light in (month.source, month.lake, month.table, month.checks)
    ]
    source, lake, table, checks = states
    why = covered.reason or (month.source.says if source == "changed" else "")
    return (
        f"{covered.dataset} {covered.month}",
        source,
        lake,
        table,
        checks if checks != "none" else None,
        covered.source,
        covered.lake_rows,
        format_bytes(covered.lake_bytes),
        covered.warehouse_rows,
        why,
    )


def _far(line: Newest) -> tuple[Any, ...]:
    return (
        line.dataset,
        line.source,
        line.lake,
        _behind(line.lake_lag_months),
        line.table,
        _behind(line.table_lag_months),
    )


def _behind(months: int | None) -> str | None:
    return None if months is None else f"{months} month" + ("" if months == 1 else "s")
