"""`lakeside profile`: what the columns of an object hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output
from cli.tables import format_cell, format_seconds, format_table

if TYPE_CHECKING:
    from lakeside.warehouse.column_queries import Bars
    from lakeside.warehouse.lake_profile import ColumnProfile, Profile

_TITLES = ("column", "type", "nulls", "distinct", "min", "median", "max", "from", "why")


def profile(
    key: ObjectArgument,
    column: Annotated[str | None, typer.Option(help="Only this column, with its chart.")] = None,
    footer: Annotated[
        bool, typer.Option("--footer", help="Only what the footer says, without reading rows.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Show nulls, distinct values, range, quantiles and bars per column, and what each number rests on."""
    from flows.opened import open_services
    from lakeside.settings import load_settings
    from lakeside.warehouse.lake_profile import profile_object

    services = open_services(load_settings(), apart=True)
    lake, limits = services.lake, services.settings.limits
    found = profile_object(lake, read_key(lake.url, key), limits, column, measure=not footer)
    document = {
        "object": found.key,
        "rows": found.rows,
        "row_groups": found.row_groups,
        "columns": [_as_document(one) for one in found.columns],
        "elapsed_seconds": found.elapsed_seconds,
        "limits": {
            "seconds": limits.profile_seconds,
            "column_bytes": int(limits.profile_megabytes * 1e6),
            "columns": limits.profile_columns,
        },
    }
    Output(as_json).show(document, lambda: "\n".join(_describe(found, column is not None)))
    return 0


def _as_document(one: ColumnProfile) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": str(one.data_type),
        "compressed_bytes": one.compressed_bytes,
        "rows_measured": one.rows_measured,
        "figures": {
            name: {"value": f.value, "basis": f.basis, "approximate": f.approximate}
            for name, f in one.figures.items()
        },
        "bars": _as_bars(one) if one.bars else None,
        "reason": one.reason,
    }


def _as_bars(one: ColumnProfile) -> dict[str, Any]:
    bars = one.bars
    assert bars is not None
    names = ("value", "count") if bars.kind == "top" else ("low", "high", "count")
    outside = {"others": bars.others} if bars.kind == "top" else {"below": bars.below, "above": bars.above}
    shown = [{name: getattr(bar, name) for name in names} for bar in bars.bars]
    return {"kind": bars.kind, "basis": one.bars_basis, "bars": shown, **outside}


def _describe(found: Profile, with_bars: bool) -> Iterator[str]:
    yield format_table(_TITLES, [_as_line(one) for one in found.columns])
    yield ""
    yield (
        f"Rows: {found.rows:,}; row groups: {found.row_groups:,}; {format_seconds(found.elapsed_seconds)}. "
        "Distinct values and quantiles are estimates."
    )
    for one in found.columns:
        if with_bars and one.bars:
            yield ""
            yield from _draw(one.bars)


def _as_line(one: ColumnProfile) -> tuple[Any, ...]:
    shown = [
        one.figures[n].value if n in one.figures else None for n in ("nulls", "distinct", "min", "q50", "max")
    ]
    basis = sorted({str(figure.basis) for figure in one.figures.values()})
    return (one.name, str(one.data_type), *shown, ", ".join(basis), one.reason)


def _draw(bars: Bars) -> Iterator[str]:
    longest = max((bar.count for bar in bars.bars), default=0) or 1
    rows = []
    for bar in bars.bars:
        label = format_cell(bar.value) if bars.kind == "top" else f"{format_cell(bar.low)} …"
        rows.append((label, bar.count, "█" * round(30 * bar.count / longest)))
    outside = (
        (("others", bars.others),) if bars.kind == "top" else (("below", bars.below), ("above", bars.above))
    )
    rows += [(name, count, "") for name, count in outside if count]
    yield format_table(("value" if bars.kind == "top" else "from", "rows", ""), rows)
