"""How much lies in the lake, by dataset and year."""

from __future__ import annotations

from collections.abc import Sequence

from lakeside.lake.find import RowCounts
from lakeside.lake.objects import LakeObject
from lakeside.lake.totals import OTHER, Total, sum_totals
from ui.formats import UNKNOWN, format_bytes, format_count, format_counted
from ui.presenters.places import link_to_lake
from ui.presenters.views import Column, Table, TableCell

_COLUMNS = [
    Column("Dataset"),
    Column("Year"),
    Column("Objects", numeric=True),
    Column("Rows", numeric=True),
    Column("Size", numeric=True),
]


def present_totals(objects: Sequence[LakeObject], counts: RowCounts, truncated: bool) -> Table:
    """A line a dataset and year, and one below for all; `truncated` marks lower bounds with a +."""
    totals = sum_totals(objects, counts)
    more = "+" if truncated else ""
    rows = sum(t.rows or 0 for t in totals)
    known = all(t.rows is not None for t in totals)
    size = sum(t.size_bytes for t in totals)
    footer = [
        "All",
        "",
        format_count(len(objects)) + more,
        (format_count(rows) + more) if known else f"{format_count(rows)}+",
        format_bytes(size) + more,
    ]
    return Table("Totals by dataset and year", _COLUMNS, [_row(t) for t in totals], [*map(TableCell, footer)])


def say_uncounted(counts: RowCounts, objects: int) -> str:
    """What the rows leave out, where they leave out anything."""
    left_out = counts.asked - counts.looked_at
    if left_out:
        return (
            f"Rows by {format_count(counts.looked_at)} of {format_count(counts.asked)} footers (limit of "
            f"{counts.limit}); there is a dash where one of them was not read."
        )
    unknown = objects - len(counts.rows)
    return f"{format_counted(unknown, 'object')} without a footer, so without known rows." if unknown else ""


def _row(total: Total) -> list[TableCell]:
    year = UNKNOWN if total.year is None else str(total.year)
    return [
        TableCell(total.area, href=_link(total)),
        TableCell(year),
        TableCell(format_count(total.objects)),
        TableCell(format_count(total.rows)),
        TableCell(format_bytes(total.size_bytes)),
    ]


def _link(total: Total) -> str | None:
    if total.area == OTHER:
        return None
    if total.year is None:
        return link_to_lake(prefix=f"{total.area}/", view="all")
    return link_to_lake(prefix=f"data/{total.area}/", view="all", match=f"*_{total.year}-*")
