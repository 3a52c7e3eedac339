"""`lakeside sql`: one read-only GoogleSQL SELECT on the warehouse or straight on the lake."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption
from cli.output import Output
from cli.tables import format_seconds, format_table

if TYPE_CHECKING:
    from lakeside.services import Services
    from lakeside.warehouse.protocol import QueryResult


class Place(StrEnum):
    """What a query runs on."""

    WAREHOUSE = "warehouse"
    LAKE = "lake"


def sql(
    query: Annotated[str, typer.Argument(metavar="SQL", help="One GoogleSQL SELECT.", show_default=False)],
    place: Annotated[
        Place, typer.Option("--on", help="The warehouse's tables, or the lake's objects.")
    ] = Place.WAREHOUSE,
    rows: Annotated[
        int | None, typer.Option(help="Rows to return at most (up to the settings' limit).", min=1)
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Run one SELECT, read-only; rows and seconds are limited."""
    from lakeside.services import open_services
    from lakeside.settings import load_settings

    result = _run(query, place, rows, open_services(load_settings()))
    names = name_columns(result.table.column_names)
    values = list(zip(*(c.to_pylist() for c in result.table.columns), strict=True))
    document = {
        "columns": names,
        "rows": [dict(zip(names, row, strict=True)) for row in values],
        "truncated": result.truncated,
        "elapsed_seconds": result.elapsed_seconds,
        "row_limit": result.limits.rows,
        "processed_bytes": result.processed_bytes,
    }
    Output(as_json).show(document, lambda: _describe(names, values, result))
    return 0


def _run(query: str, place: Place, rows: int | None, services: Services) -> QueryResult:
    from lakeside.warehouse.protocol import QueryLimits

    bounds = services.settings.limits
    billed = int(services.settings.warehouse.maximum_gigabytes_billed * 1e9)
    limits = QueryLimits(min(rows or bounds.query_rows, bounds.query_rows), bounds.query_seconds, billed)
    if place is Place.WAREHOUSE:
        return services.warehouse.run_query(query, limits)
    from lakeside.warehouse.lake_query import run_lake_query

    return run_lake_query(services.lake, query, limits)


def name_columns(names: Sequence[str]) -> list[str]:
    """The columns' names, each once: rows are objects, so a second `n` becomes `n_1`."""
    taken: list[str] = []
    for name in names:
        free, number = name, 0
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.append(free)
    return taken


def _describe(names: Sequence[str], values: Sequence[Sequence[Any]], result: QueryResult) -> str:
    count = (
        f"{len(values):,} {'row' if len(values) == 1 else 'rows'} in {format_seconds(result.elapsed_seconds)}"
    )
    more = f"; there are more, the limit is {result.limits.rows:,}" if result.truncated else ""
    return f"{format_table(names, values)}\n\n{count}{more}"
