"""`lakeside sql`: one read-only GoogleSQL SELECT on the warehouse or straight on the lake."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption
from cli.output import Output
from cli.tables import format_bytes, format_seconds, format_table

if TYPE_CHECKING:
    from lakeside.queries.asking import Foresight
    from lakeside.services import Services
    from lakeside.warehouse.protocol import QueryResult


class Target(StrEnum):
    """What a query runs on."""

    WAREHOUSE = "warehouse"
    LAKE = "lake"


def sql(
    query: Annotated[str, typer.Argument(metavar="SQL", help="One GoogleSQL SELECT.", show_default=False)],
    target: Annotated[
        Target, typer.Option("--on", help="The warehouse's tables, or the lake's objects.")
    ] = Target.WAREHOUSE,
    rows: Annotated[
        int | None, typer.Option(help="Rows to return at most (up to the settings' limit).", min=1)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would read and cost, and do not run it.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Run one SELECT, read-only; rows, seconds and bytes are limited."""
    from flows.opened import open_services
    from lakeside.settings import load_settings

    services = open_services(load_settings(), apart=target is Target.LAKE)
    if dry_run:
        return _foresee(query, target, services, as_json)
    return _run(query, target, services, (rows, as_json))


def _foresee(query: str, target: Target, services: Services, as_json: bool) -> int:
    from lakeside.queries.asking import Place, foresee

    seen = foresee(services, Place(target.value), query)
    document = {
        "place": target.value,
        "processed_bytes": seen.processed_bytes,
        "billed_bytes": seen.billed_bytes,
        "dollars": seen.dollars,
        "tables": list(seen.tables),
        "basis": seen.basis,
        "allowed_bytes": seen.allowed_bytes,
        "is_allowed": seen.is_allowed,
        "objects": seen.objects,
        "objects_in_all": seen.objects_in_all,
    }
    Output(as_json).show(document, lambda: _describe_foresight(seen))
    return 0


def _run(query: str, target: Target, services: Services, shown: tuple[int | None, bool]) -> int:
    from lakeside.queries.asking import Place, ask, limits_of
    from lakeside.queries.spending import price_of

    rows, as_json = shown
    result = ask(services, Place(target.value), query, limits_of(services.settings, rows))
    names = name_columns(result.table.column_names)
    values = list(zip(*(c.to_pylist() for c in result.table.columns), strict=True))
    billed = result.billed_bytes
    document = {
        "columns": names,
        "rows": [dict(zip(names, row, strict=True)) for row in values],
        "truncated": result.truncated,
        "elapsed_seconds": result.elapsed_seconds,
        "row_limit": result.limits.rows,
        "processed_bytes": result.processed_bytes,
        "billed_bytes": billed,
        "dollars": None if billed is None else price_of(billed, services.settings),
        "cache_hit": result.cache_hit,
    }
    Output(as_json).show(document, lambda: _describe(names, values, result))
    return 0


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
    read = f"; {format_bytes(result.processed_bytes)} processed" if result.processed_bytes else ""
    return f"{format_table(names, values)}\n\n{count}{more}{read}"


def _describe_foresight(seen: Foresight) -> str:
    tables = ", ".join(seen.tables) or "no table"
    if seen.objects is not None:
        size = format_bytes(seen.processed_bytes)
        of_all = f"{seen.objects:,} of {seen.objects_in_all:,} objects"
        return f"It opens {of_all} ({size}) of {tables}. Nothing ran."
    verdict = "" if seen.is_allowed else f" More than the {format_bytes(seen.allowed_bytes)} allowed."
    return (
        f"It processes {format_bytes(seen.processed_bytes)} of {tables} ({seen.basis}); BigQuery bills "
        f"{format_bytes(seen.billed_bytes)}, ${seen.dollars:,.6f}.{verdict} Nothing ran."
    )
