"""`lakeside preview`: a page of an object's rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import JsonOption, ObjectArgument, read_key
from cli.output import Output
from cli.sql_command import name_columns
from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.lake.objects import Preview, ReadPlan


def preview(
    key: ObjectArgument,
    columns: Annotated[
        str | None, typer.Option(help="Columns to show, with commas between; a CSV line quotes odd names.")
    ] = None,
    where: Annotated[
        str | None, typer.Option(help='Rows to show, for example "fare_amount > 100 AND tip_amount IS NULL".')
    ] = None,
    offset: Annotated[int, typer.Option(help="Rows to pass over first.", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="Rows to show (up to the settings' limit).", min=1)] = 20,
    sort: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Order of the rows; -COLUMN is the largest first.")
    ] = None,
    only_plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be read, and read no row.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Show rows of a parquet object, reading only the row groups and columns it takes."""
    from flows.opened import open_services
    from lakeside.lake.objects import RowsWanted
    from lakeside.lake.plain import list_values
    from lakeside.settings import load_settings

    lake = open_services(load_settings(), apart=True).lake
    key, column = read_key(lake.url, key), (sort or "").removeprefix("-") or None
    wanted = RowsWanted(split_columns(columns), offset, limit, where, column, (sort or "").startswith("-"))
    if only_plan:
        return _show_plan(lake.plan_rows(key, wanted), as_json)
    page = lake.preview_rows(key, wanted)
    names = name_columns(page.rows.column_names)
    cells = [list_values(column) for column in page.rows.columns]
    values = list(zip(*cells, strict=True)) if cells else [()] * page.rows.num_rows
    document = {
        "columns": names,
        "types": [str(t) for t in page.rows.schema.types],
        "rows": [dict(zip(names, row, strict=True)) for row in values],
        "total_rows": page.total_rows,
        "offset": page.offset,
        "rows_examined": page.rows_examined,
        "rows_matching": page.rows_matching,
        "bytes_read": page.bytes_read,
        "row_groups_read": page.row_groups_read,
        "row_numbers": list(page.row_numbers),
        "columns_left_out": list(page.columns_left_out),
        "row_groups_skipped": page.row_groups_skipped,
        "statistics_doubted": dict(page.statistics_doubted),
        "truncated": page.truncated,
        "limit_met": find_limit(page),
    }
    table = (names, values)
    Output(as_json).show(document, lambda: f"{format_table(*table)}\n\n{' '.join(_describe(page))}")
    return 0


def _show_plan(plan: ReadPlan, as_json: bool) -> int:
    from dataclasses import asdict

    Output(as_json).show(asdict(plan), lambda: " ".join(_describe_plan(plan)))
    return 0


def _describe_plan(plan: ReadPlan) -> Iterator[str]:
    chosen, total = len(plan.row_groups), plan.total_row_groups
    yield f"{chosen:,} of {total:,} row groups ({plan.group_rows:,} of {plan.total_rows:,} rows);"
    if plan.first_columns:
        yield f"first {', '.join(plan.first_columns)}, at most {format_bytes(plan.first_bytes)};"
        yield "where rows match,"
    yield f"{len(plan.columns):,} columns, at most {format_bytes(plan.page_bytes_at_most)};"
    yield f"{format_bytes(plan.bytes_limit)} are allowed."
    if plan.columns_left_out:
        yield f"Left out, because the rows lie too deep: {', '.join(plan.columns_left_out)}."


def split_columns(columns: str | None) -> tuple[str, ...] | None:
    import csv

    return tuple(name for line in csv.reader([columns]) for name in line) if columns else None


def find_limit(page: Preview) -> str | None:
    """Which limit ended the reading early: `bytes`, `seconds`, or none."""
    return "bytes" if page.bytes_limited else "seconds" if page.seconds_limited else None


def _describe(page: Preview) -> Iterator[str]:
    shown = page.rows.num_rows
    first = f"rows {page.offset:,} to {page.offset + shown - 1:,}" if shown else "no rows"
    if page.rows_examined is None:
        yield f"{first} of {page.total_rows:,};"
    else:
        matching = "" if page.rows_matching is None else f" of {page.rows_matching:,} that match"
        yield f"{first}{matching}; looked at {page.rows_examined:,} of {page.total_rows:,} rows,"
        yield f"{page.row_groups_skipped:,} row groups ruled out by statistics;"
    groups = len(page.row_groups_read)
    yield f"read {format_bytes(page.bytes_read)} in {groups:,} row {'group' if groups == 1 else 'groups'}."
    if page.columns_left_out:
        yield f"Left out, because the rows lie too deep: {', '.join(page.columns_left_out)}."
    for name, reason in page.statistics_doubted.items():
        yield f"{name} {reason}: no row group was left out for its sake."
    limit = find_limit(page)
    if limit:
        yield f"Stopped at the limit of {limit}: more may follow."
