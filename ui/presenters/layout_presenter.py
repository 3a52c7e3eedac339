"""The layout of an object as people read it: figures, advice, columns, row groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lakeside.lake.layout_advice import Advice, Weight
from lakeside.lake.layout_facts import ColumnLayout, GroupLayout, ObjectLayout
from ui.formats import UNKNOWN, format_bytes, format_count, format_counted, format_share
from ui.presenters.looks import Look
from ui.presenters.views import Column, Fact, Notice, Table, TableCell

COLUMNS_A_PAGE = 50
GROUPS_A_PAGE = 25
MOST_BARS = 120
CALM = "Nothing to mend: BigQuery and previews read it well."

_LOOKS = {
    Weight.PROBLEM: Look("✕", "problem", "bad"),
    Weight.SLOW: Look("!", "slow", "warn"),
    Weight.HINT: Look("i", "hint", "info"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Row groups drawn as one bar: the first and the last of them, and their mean rows and bytes."""

    first: int
    last: int
    rows: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class LayoutView:
    """Facts, advice, and sentences about what the figures rest on."""

    facts: Sequence[Fact]
    advice: Sequence[Notice]
    sentences: Sequence[str]
    bars: Sequence[Bar]
    column_pages: int
    group_pages: int


def present_layout(layout: ObjectLayout, advice: Sequence[Advice]) -> LayoutView:
    """Everything above the tables."""
    return LayoutView(
        facts=_present_facts(layout),
        advice=[Notice(_LOOKS[one.weight], one.title, f"{one.why} {one.what}") for one in advice],
        sentences=list(_tell(layout)),
        bars=_draw_bars(layout.groups),
        column_pages=max(1, -(-len(layout.columns) // COLUMNS_A_PAGE)),
        group_pages=max(1, -(-len(layout.groups) // GROUPS_A_PAGE)),
    )


def _present_facts(layout: ObjectLayout) -> list[Fact]:
    least, middle, most = layout.rows_a_group
    spread = f"{format_count(least)} to {format_count(most)} rows, half have {format_count(middle)} or less"
    alike = f"{format_count(middle)} rows each" if layout.row_groups > 1 else f"{format_count(middle)} rows"
    plain = sum(column.uncompressed_bytes for column in layout.columns)
    times = plain / layout.compressed_bytes if layout.compressed_bytes else 0
    return [
        Fact("Row groups", format_count(layout.row_groups), alike if least == most else spread),
        Fact("Size of one", format_bytes(layout.bytes_a_group[1]), "uncompressed, in the middle"),
        Fact("Codec", ", ".join(layout.codecs).lower() or UNKNOWN, f"{times:.1f} times smaller"),
        Fact("Footer", format_bytes(layout.footer_bytes), f"format {layout.format_version}"),
    ]


def _tell(layout: ObjectLayout) -> Iterator[str]:
    groups, columns = layout.groups_examined, layout.columns
    yield f"Written by {layout.created_by or 'a writer that does not say its name'}."
    yield f"Sorted by {', '.join(layout.sorted_by)}." if layout.sorted_by else "No sort order is stated."
    for name, having in (
        ("Statistics", sum(column.statistics == groups for column in columns)),
        ("A page index", sum(column.page_indexes == groups for column in columns)),
        ("A bloom filter", sum(column.bloom_filters == groups for column in columns)),
        ("A dictionary", sum(column.dictionaries > 0 for column in columns)),
    ):
        yield f"{name}: {_tell_count(having if groups else 0, len(columns))}."
    if groups < layout.row_groups:
        yield (
            f"Figures of columns are those of {format_count(groups)} of "
            f"{format_counted(layout.row_groups, 'row group')}, evenly spread."
        )


def _tell_count(having: int, of: int) -> str:
    if not having:
        return "no column"
    return "every column" if having == of else f"{format_count(having)} of {format_counted(of, 'column')}"


def present_columns(layout: ObjectLayout, page: int) -> Table:
    """A page of the columns, largest first."""
    titles = [
        Column("Column"),
        Column("Type"),
        Column("Stored", numeric=True),
        Column("Share", numeric=True),
        Column("Smaller by", numeric=True),
        Column("Codec"),
        Column("Encodings"),
        Column("Statistics"),
        Column("Dictionary"),
        Column("Page index"),
        Column("Bloom filter"),
    ]
    ordered = sorted(layout.columns, key=lambda column: -column.compressed_bytes)
    shown = ordered[(page - 1) * COLUMNS_A_PAGE : page * COLUMNS_A_PAGE]
    whole, groups = layout.compressed_bytes, layout.groups_examined
    return Table("Columns by size", titles, [_present_column(column, whole, groups) for column in shown])


def _present_column(column: ColumnLayout, whole: int, groups: int) -> list[TableCell]:
    stored, plain = column.compressed_bytes, column.uncompressed_bytes
    kinds = [column.statistics, column.dictionaries, column.page_indexes, column.bloom_filters]
    physical = column.physical_type.lower().replace("_", " ")
    return [
        TableCell(column.path, title=column.path if len(column.path) > 60 else None),
        TableCell(physical, title=column.logical_type or None),
        TableCell(format_bytes(stored)),
        TableCell(format_share(stored, whole)),
        TableCell(f"{plain / stored:.1f} ×" if stored else UNKNOWN),
        TableCell(", ".join(column.codecs).lower()),
        TableCell(", ".join(column.encodings).lower().replace("_", " ")),
        *(TableCell(_present_kind(count, groups)) for count in kinds),
    ]


def _present_kind(count: int, groups: int) -> str:
    if not count:
        return "no"
    return "yes" if count == groups else f"{format_count(count)} of {format_count(groups)}"


def present_groups(layout: ObjectLayout, page: int) -> Table:
    """A page of the row groups, in their order."""
    titles = [
        Column("Row group", numeric=True),
        Column("Rows", numeric=True),
        Column("Stored", numeric=True),
        Column("Uncompressed", numeric=True),
        Column("Bytes a row", numeric=True),
    ]
    shown = layout.groups[(page - 1) * GROUPS_A_PAGE : page * GROUPS_A_PAGE]
    rows = [
        [
            TableCell(format_count(group.number)),
            TableCell(format_count(group.rows)),
            TableCell(format_bytes(group.compressed_bytes)),
            TableCell(format_bytes(group.uncompressed_bytes)),
            TableCell(f"{group.uncompressed_bytes / group.rows:,.0f}" if group.rows else UNKNOWN),
        ]
        for group in shown
    ]
    return Table("Row groups", titles, rows)


def _draw_bars(groups: Sequence[GroupLayout]) -> list[Bar]:
    """At most `MOST_BARS` bars; neighbours are joined to their mean where there are more row groups."""
    step = max(1, -(-len(groups) // MOST_BARS))
    parts = [groups[start : start + step] for start in range(0, len(groups), step)]
    return [
        Bar(
            part[0].number,
            part[-1].number,
            sum(group.rows for group in part) // len(part),
            sum(group.uncompressed_bytes for group in part) // len(part),
        )
        for part in parts
    ]
