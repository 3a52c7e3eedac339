"""The warehouse as people read it: tables, and each month's rows beside the lake's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.coverage import MonthCoverage
from lakeside.models.apply import split_description
from lakeside.month import Month
from lakeside.warehouse.protocol import Publication, TableInfo
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_difference,
    format_relative,
    format_rows,
    format_utc,
    short_id,
)
from ui.presenters.looks import COVERAGE, Look, find_look
from ui.presenters.places import link_to_object, link_to_run
from ui.presenters.views import Column, Fact, Table, TableCell

Publications = Mapping[tuple[str, Month], Publication]


@dataclass(frozen=True, slots=True)
class MonthRows:
    """One bar pair of the chart."""

    month: str
    lake_rows: int
    warehouse_rows: int


@dataclass(frozen=True, slots=True)
class TableView:
    """One table: what it is, and its months beside the lake's."""

    name: str
    summary: str
    verdict: str
    agrees: bool
    months: Table
    chart: Sequence[MonthRows]


def order_tables(tables: Sequence[TableInfo], coverage: Sequence[MonthCoverage]) -> list[TableInfo]:
    """Tables of datasets first, in the datasets' order, then the others by name."""
    known = {name: number for number, name in enumerate(dict.fromkeys(m.dataset for m in coverage))}
    return sorted(tables, key=lambda table: (known.get(table.name, len(known)), table.name))


def present_warehouse_facts(
    tables: Sequence[TableInfo], publications: Publications, location: str, now: datetime
) -> list[Fact]:
    """Tables of trips, their rows and bytes, the last publication."""
    trips = [t for t in tables if t.name in {name for name, _ in publications}]
    sizes = [t.size_bytes for t in trips if t.size_bytes is not None]
    last = max(publications.values(), key=lambda p: p.published_at, default=None)
    return [
        Fact("Tables of trips", format_count(len(trips)), location),
        Fact(
            "Rows", format_count(sum(t.rows or 0 for t in trips)), format_counted(len(publications), "month")
        ),
        Fact(
            "Size", format_bytes(sum(sizes)) if sizes else UNKNOWN, "of the tables" if sizes else "not stated"
        ),
        Fact(
            "Last publication", format_relative(last.published_at, now) if last else UNKNOWN, _say_last(last)
        ),
    ]


def _say_last(last: Publication | None) -> str:
    return f"{last.dataset} {last.month}, {format_rows(last.rows)}" if last else "nothing published yet"


def present_table(
    table: TableInfo, coverage: Sequence[MonthCoverage], publications: Publications, now: datetime
) -> TableView:
    """One table beside the lake."""
    months = [m for m in coverage if m.dataset == table.name and (m.key or m.warehouse_rows)]
    lake, rows = sum(m.lake_rows or 0 for m in months), sum(m.warehouse_rows or 0 for m in months)
    return TableView(
        name=table.name,
        summary=present_summary(table),
        verdict=present_verdict(lake, rows) if months else "",
        agrees=lake == rows,
        months=_present_months(months, publications, now),
        chart=[MonthRows(str(m.month), m.lake_rows or 0, m.warehouse_rows or 0) for m in months],
    )


def present_summary(table: TableInfo) -> str:
    """`Green taxi trips (contract 1): 95,120 rows, 27 columns, 12.3 MB.`"""
    rows = "a view" if table.is_view else format_rows(table.rows)
    parts = [rows, format_counted(len(table.columns), "column")]
    if table.size_bytes is not None:
        parts.append(format_bytes(table.size_bytes))
    words, _ = split_description(table.description)
    return f"{words or table.name}: {', '.join(parts)}."


def present_verdict(lake_rows: int, warehouse_rows: int) -> str:
    """`Lake 95,120 rows = 95,120 rows in the table`."""
    sign = "=" if lake_rows == warehouse_rows else "≠"
    return f"Lake {format_rows(lake_rows)} {sign} {format_rows(warehouse_rows)} in the table"


def _present_months(months: Sequence[MonthCoverage], publications: Publications, now: datetime) -> Table:
    columns = [
        Column("Month"),
        Column("Lake rows", numeric=True),
        Column(""),
        Column("Table rows", numeric=True),
        Column("Difference", numeric=True),
        Column("State"),
        Column("Published"),
        Column("By"),
    ]
    rows = [_present_month(m, publications.get((m.dataset, m.month)), now) for m in reversed(months)]
    return Table("Rows per month in lake and table", columns, rows)


def _present_month(month: MonthCoverage, last: Publication | None, now: datetime) -> list[TableCell]:
    difference = (month.warehouse_rows or 0) - (month.lake_rows or 0)
    look: Look = find_look(COVERAGE, month.state)
    by = (
        TableCell(f"run {short_id(last.run_id)}", href=link_to_run(last.run_id))
        if last and last.run_id
        else None
    )
    return [
        TableCell(str(month.month), href=link_to_object(month.key) if month.key else None),
        TableCell(format_count(month.lake_rows)),
        TableCell("=" if difference == 0 else "≠"),
        TableCell(format_count(month.warehouse_rows or 0)),
        TableCell(format_difference(difference)),
        TableCell("", look=look, title=month.reason or look.meaning),
        TableCell(format_relative(last.published_at, now), title=format_utc(last.published_at))
        if last
        else TableCell(UNKNOWN),
        by or TableCell("command line" if last else UNKNOWN),
    ]
