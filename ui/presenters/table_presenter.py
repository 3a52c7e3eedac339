"""The tables of the warehouse as a list, a page of rows, and a column's profile, as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.models.apply import split_description
from lakeside.month import Month
from lakeside.warehouse.column_queries import Bar, Bars
from lakeside.warehouse.figures import quote_googlesql
from lakeside.warehouse.protocol import TableInfo, TablePage
from lakeside.warehouse.table_profile import TableColumn
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_duration,
    format_relative,
    format_rows,
    format_utc,
    format_value,
)
from ui.presenters.places import link_to_sql, link_to_table
from ui.presenters.profile_presenter import BarsView, BarView
from ui.presenters.views import Column, Fact, Table, TableCell

PAGE_ROWS = 100


def present_tables(
    tables: Sequence[TableInfo], months: Iterable[tuple[str, Month]], chosen: str, now: datetime
) -> Table:
    """Every table and view: what it is, rows, bytes, months, last change; the chosen one is marked."""
    counts = Counter(name for name, _ in months)
    columns = [
        Column("Table"),
        Column("Kind"),
        Column("Rows", numeric=True),
        Column("Size", numeric=True),
        Column("Months", numeric=True),
        Column("Last change"),
        Column("What it holds"),
    ]
    rows = [_present_line(t, counts[t.name], t.name == chosen, now) for t in tables]
    return Table("Tables and views", columns, rows)


def _present_line(table: TableInfo, months: int, is_chosen: bool, now: datetime) -> list[TableCell]:
    words, made_at = split_description(table.description)
    changed = made_at or table.modified_at
    return [
        TableCell(f"{'▸ ' if is_chosen else ''}{table.name}", href=link_to_table(table.name)),
        TableCell("view" if table.is_view else "table"),
        TableCell(format_count(table.rows), title="counted when it is read" if table.is_view else None),
        TableCell(UNKNOWN if table.is_view else format_bytes(table.size_bytes)),
        TableCell(format_count(months) if months else UNKNOWN),
        TableCell(format_relative(changed, now), title=format_utc(changed) if changed else None),
        TableCell(words),
    ]


def present_columns(table: TableInfo) -> Table:
    """Columns with their meaning, and the way to each one's profile."""
    columns = [Column("Column"), Column("Type"), Column("Meaning"), Column("")]
    rows = [
        [
            TableCell(name),
            TableCell(kind),
            TableCell(words),
            TableCell("profile", href=link_to_table(table.name, "profile", name)),
        ]
        for name, kind, words in table.columns
    ]
    return Table("Columns", columns, rows)


def count_pages(table: TableInfo) -> int | None:
    """Pages of a table; None for a view, whose rows nobody has counted."""
    return None if table.rows is None else max(1, -(-table.rows // PAGE_ROWS))


def present_page(page: TablePage, rows: int | None) -> str:
    """`Rows 101 to 200 of 95,120 rows, in 0.1 s, free of charge.`"""
    if not page.rows.num_rows:
        return "No rows."
    last = page.offset + page.rows.num_rows
    whole = f" of {format_rows(rows)}" if rows is not None else (", more follow" if page.truncated else "")
    cost = "free of charge" if page.is_free else "read by a query within the limits"
    return (
        f"Rows {format_count(page.offset + 1)} to {format_count(last)}{whole}, "
        f"in {format_duration(page.elapsed_seconds)}, {cost}."
    )


@dataclass(frozen=True, slots=True)
class TableColumnView:
    """One column of a table: figures, bars, and what looking took."""

    facts: Sequence[Fact]
    bars: BarsView | None
    cost: str


def present_column(found: TableColumn) -> TableColumnView:
    """Figures of a column, and its bars with the query that gives each one's rows."""
    facts = [
        Fact("Rows", format_count(found.rows), found.kind),
        Fact("Nulls", format_count(found.nulls), f"{100 * found.null_share:.1f} % of the rows"),
        Fact("Distinct", _about(found.distinct), "approximate"),
        Fact("Least", format_value(found.low), ""),
        Fact("Most", format_value(found.high), f"mean {found.mean:,.4g}" if found.mean is not None else ""),
    ]
    read = f" reading {format_bytes(found.processed_bytes)}" if found.processed_bytes is not None else ""
    cost = f"All rows, in {format_duration(found.elapsed_seconds)}{read}."
    return TableColumnView(facts, _present_bars(found, found.bars) if found.bars else None, cost)


def _about(number: int | None) -> str:
    return UNKNOWN if number is None else f"≈ {format_count(number)}"


def _present_bars(found: TableColumn, bars: Bars) -> BarsView:
    longest = max((bar.count for bar in bars.bars), default=0) or 1
    drawn = [_present_bar(found, bar, longest) for bar in bars.bars]
    outside = [
        words
        for count, words in (
            (bars.below, f"{format_counted(bars.below, 'row')} below"),
            (bars.above, f"{format_counted(bars.above, 'row')} above"),
            (bars.others, f"{format_counted(bars.others, 'row')} with other values"),
        )
        if count
    ]
    note = f"Not shown: {', '.join(outside)}." if outside else "Every row that is not null is shown."
    shown = "Most frequent values" if bars.kind == "top" else "Histogram"
    return BarsView(bars.kind, found.name, drawn, note, f"{shown} of {found.name} in {found.table}.")


def _present_bar(found: TableColumn, bar: Bar, longest: int) -> BarView:
    low, high = bar.low, bar.high
    label = format_value(bar.value) if low is None else f"{low:,.4g} to {high:,.4g}"
    return BarView(label, bar.count, bar.count / longest, None, _link_bar(found, bar), low, high)


def _link_bar(found: TableColumn, bar: Bar) -> str | None:
    """The query that gives a bar's rows, where its value can be written."""
    column = quote_googlesql(found.name)
    if bar.low is not None:
        where = f"{column} >= {bar.low!r} AND {column} <= {bar.high!r}"
    elif found.kind == "STRING" and isinstance(bar.value, str):
        escaped = bar.value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        where = f"{column} = '{escaped}'"
    elif isinstance(bar.value, int | float) and not isinstance(bar.value, bool):
        where = f"{column} = {bar.value!r}"
    else:
        return None
    return link_to_sql(f"SELECT *\nFROM {quote_googlesql(found.table)}\nWHERE {where}\nLIMIT 100")
