"""`lakeside status`: what is where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import JsonOption, Misuse, read_dataset
from cli.output import Output
from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.coverage import MonthCoverage

_TITLES = ("month", "source has it", "fed by", "lake rows", "lake size", "warehouse rows", "state", "why")


def status(
    dataset: Annotated[str | None, typer.Option(help="Only this dataset.", show_default=False)] = None,
    year: Annotated[int | None, typer.Option(help="Only this year.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> int:
    """Show every month: does the source have it, does the lake, does the warehouse, and do they agree."""
    from lakeside.coverage import compute_coverage
    from lakeside.errors import SettingsError
    from lakeside.month import Month
    from lakeside.services import open_services
    from lakeside.settings import load_settings

    chosen = [read_dataset(dataset)] if dataset else None
    if year is not None:
        try:
            Month(year, 1)
        except SettingsError as error:
            raise Misuse(error) from error
    coverage = compute_coverage(open_services(load_settings()), chosen, year)
    document = [_plain(month) for month in coverage]
    Output(as_json).show(document, lambda: describe_coverage(coverage, with_missing=year is not None))
    return 0


def _plain(month: MonthCoverage) -> dict[str, object]:
    return {
        "dataset": month.dataset,
        "month": str(month.month),
        "source_state": month.source_state,
        "lake_rows": month.lake_rows,
        "warehouse_rows": month.warehouse_rows,
        "state": month.state,
        "source": month.source,
        "lake_bytes": month.lake_bytes,
        "lake_key": month.key,
        "written_at": month.written_at,
        "reason": month.reason,
    }


def describe_coverage(coverage: Sequence[MonthCoverage], with_missing: bool) -> str:
    """A table of the months that are somewhere (or of all), and how many are missing."""
    shown = [m for m in coverage if with_missing or m.state != "missing"]
    missing = sum(m.state == "missing" and m.source_state == "published" for m in coverage)
    note = f"{missing:,} published months are not in the lake; --year shows them month by month."
    if not shown:
        return f"The lake and the warehouse are empty. {note}"
    rows = [
        (
            f"{m.dataset} {m.month}",
            m.source_state.value.replace("_", " "),
            m.source,
            m.lake_rows,
            format_bytes(m.lake_bytes),
            m.warehouse_rows,
            m.state.value.replace("_", " "),
            m.reason,
        )
        for m in shown
    ]
    table = format_table(_TITLES, rows)
    return table if with_missing else f"{table}\n\n{note}"
