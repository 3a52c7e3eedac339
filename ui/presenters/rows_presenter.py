"""Rows of an object in words: what a page will read before it does, and what it has read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeside.lake.objects import Preview, ReadPlan, RowsWanted
from lakeside.lake.plain import list_values
from lakeside.lake.where.values import Kind, kind_of
from ui.formats import format_bytes, format_count, format_counted, format_duration, format_rows
from ui.presenters.cells import name_once, present_value
from ui.presenters.looks import Look
from ui.presenters.places import link_to_object
from ui.presenters.views import Column, Link, Notice, Table, TableCell

PAGE_ROWS = 100
SHOWN_COLUMNS = 100  # of an object with more, unless others are chosen
LIMITED = Look("!", "limited", "warn")
_NAMED_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class RowsPlace:
    """What is chosen of an object's rows, as the URL has it; `row` is a row's number, counted from 0."""

    key: str
    where: str = ""
    columns: tuple[str, ...] = ()
    sort: str = ""
    page: int = 1
    row: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the rows are simply those of the object, in its order."""
        return not self.where and not self.sort

    def wanted(self, names: Sequence[str]) -> RowsWanted:
        """The page of rows to read; of very many columns the first, where none are chosen."""
        columns = self.columns or (tuple(names[:SHOWN_COLUMNS]) if len(names) > SHOWN_COLUMNS else None)
        return RowsWanted(
            columns=columns,
            offset=(self.page - 1) * PAGE_ROWS,
            limit=PAGE_ROWS,
            where=self.where or None,
            sort=self.sort.removeprefix("-") or None,
            descending=self.sort.startswith("-"),
        )

    def link(self, row: int | None = None, where: str | None = None) -> str:
        """The link to these rows, to one of them, or to those of another condition."""
        if where is not None:
            return link_to_object(self.key, tab="rows", where=where, columns=self._columns, sort=self.sort)
        page = str(self.page) if self.page > 1 and not (self.is_plain and row is not None) else ""
        return link_to_object(
            self.key, tab="rows", where=self.where, columns=self._columns, sort=self.sort, page=page, row=row
        )

    @property
    def _columns(self) -> str:
        return ",".join(self.columns)


def page_of(row: int) -> int:
    """The page a row lies on, counted from 1, where all rows are shown in their order."""
    return row // PAGE_ROWS + 1


def say_columns(names: Sequence[str]) -> str:
    """Which columns are shown where none are chosen."""
    if len(names) <= SHOWN_COLUMNS:
        return "All columns"
    return f"The first {SHOWN_COLUMNS} of {format_counted(len(names), 'column')}: choose others here"


def choose_sort(wanted: str | None, schema: pa.Schema) -> str:
    """The order that a link asks for, where there is one; else the file's, which is nothing."""
    return wanted if wanted and wanted in list_sorts(schema) else ""


def list_sorts(schema: pa.Schema) -> dict[str, str]:
    """What rows can be ordered by, as the URL has it, and in words."""
    sorts = {"": "In the file's order"}
    for field in schema:
        if kind_of(field.type) is not Kind.OTHER and schema.names.count(field.name) == 1:
            sorts[field.name] = f"{field.name} ▲"
            sorts[f"-{field.name}"] = f"{field.name} ▼"
    return sorts


def present_plan(plan: ReadPlan, by_order: bool = False) -> str:
    """`Reads row group 3 of 20: 20 columns, at most 1.2 MB.`, in the future tense of a page not read yet."""
    if not plan.row_groups:
        why = "the footer's statistics rule every row group out" if plan.first_columns else "no row lies here"
        return f"Nothing to read: {why}."
    groups = f"{_name_groups(plan.row_groups)} of {format_count(plan.total_row_groups)}"
    columns = format_counted(len(plan.columns), "column")
    if plan.first_columns:
        then = "of the rows that come first" if by_order else "where rows match"
        ruled_out = plan.total_row_groups - len(plan.row_groups)
        out = f" ({format_count(ruled_out)} ruled out by the footer)" if ruled_out else ""
        return (
            f"To read: {_name_columns(plan.first_columns)} of {groups}{out}, at most "
            f"{format_bytes(plan.first_bytes)}; then the page's columns {then}, at most "
            f"{format_bytes(min(plan.page_bytes_at_most, plan.bytes_limit))}."
        )
    about = ""
    if plan.page_bytes < plan.page_bytes_at_most / 2:
        about = f"about {format_bytes(plan.page_bytes)}, "
    return f"To read: {columns} of {groups}, {about}at most {format_bytes(plan.page_bytes_at_most)}."


def present_left_out(left_out: Sequence[str], limit_bytes: int) -> Notice | None:
    """That columns are missing from the page, and what to do about it; nothing when none are."""
    if not left_out:
        return None
    return Notice(
        LIMITED,
        f"{format_counted(len(left_out), 'column')} left out: {_name_columns(left_out)}",
        f"These rows lie deep in a large row group; to reach them in every column would take more than "
        f"{format_bytes(limit_bytes)}. Choose fewer columns to see others.",
    )


def present_unreachable(plan: ReadPlan, place: RowsPlace) -> Notice | None:
    """That the bytes allowed do not reach the page, with the way to the farthest one they do."""
    if plan.farthest_row is None:
        return None
    last = RowsPlace(place.key, columns=place.columns, page=page_of(max(0, plan.farthest_row - PAGE_ROWS)))
    return Notice(
        LIMITED,
        "This page lies too deep to be read",
        f"Its row group would have to be read from its beginning, more than {format_bytes(plan.bytes_limit)} "
        f"(LAKESIDE_LIMITS__PREVIEW_MEGABYTES). Reading reaches about row {format_count(plan.farthest_row)}.",
        Link("The last page in reach", last.link()),
    )


def present_cost(preview: Preview, elapsed_seconds: float | None = None) -> str:
    """`Rows 1 to 100 of 95,120 rows; read 1.2 MB from 1 row group.`, and which limit was met."""
    count, matching = preview.rows.num_rows, preview.rows_matching
    first = preview.offset + 1 if count else 0
    span = f"Rows {format_count(first)} to {format_count(first + count - 1)}" if count else "No rows"
    groups = format_counted(len(preview.row_groups_read), "row group")
    words = f"read {format_bytes(preview.bytes_read)}, footer included, from {groups}"
    words += f" in {format_duration(elapsed_seconds)}." if elapsed_seconds is not None else "."
    if preview.rows_examined is None:
        words = f"{span} of {format_rows(preview.total_rows)}; {words}"
    else:
        known = f"of {format_count(matching)} that match" if matching is not None else "that match"
        looked = f"looked at {format_count(preview.rows_examined)} of {format_rows(preview.total_rows)}"
        words = f"{span} {known}; {looked}, {words}"
    doubts = [f"{name} {reason}." for name, reason in preview.statistics_doubted.items()]
    doubts += ["All row groups were looked through."] if doubts else []
    return " ".join([words + _say_limit(preview), *doubts])


def _say_limit(preview: Preview) -> str:
    if preview.bytes_limited:
        return " Stopped at the limit of bytes: more may follow."
    return " Stopped at the limit of seconds: more may match." if preview.seconds_limited else ""


def count_pages(preview: Preview, page: int) -> int:
    """How many pages there are, so far as is known: one more than this where more rows match."""
    known = preview.total_rows if preview.rows_examined is None else preview.rows_matching
    if known is None:
        return page + (1 if preview.truncated and preview.rows.num_rows else 0)
    return max(1, -(-known // PAGE_ROWS))


def present_no_rows(preview: Preview) -> str:
    """Why a page has no rows."""
    if preview.rows_matching:
        return f"Only {format_rows(preview.rows_matching)} match; this page lies behind them."
    if preview.rows_matching == 0:
        return "No row matches. Take a filter away, or widen it."
    if preview.rows_examined is not None:
        return "No row was found within the limits. Narrow the condition so that the footer rules groups out."
    return "This object has no rows." if not preview.total_rows else "The object ends before this page."


def present_record(preview: Preview, at: int) -> Table:
    """One row of the page on its side: a line a column."""
    names = name_once(preview.rows.column_names)
    values = [present_value(list_values(c.slice(at, 1))[0]) for c in preview.rows.columns]
    kinds = [str(t) for t in preview.rows.schema.types]
    lines = [[TableCell(n, title=k), TableCell(v)] for n, v, k in zip(names, values, kinds, strict=True)]
    return Table("The row that was chosen", [Column("Column"), Column("Value")], lines)


def _name_groups(groups: Sequence[int]) -> str:
    """`row group 3`, `row groups 0–3, 7`; of very many how many."""
    spans: list[list[int]] = []
    for group in groups:
        if spans and group == spans[-1][1] + 1:
            spans[-1][1] = group
        else:
            spans.append([group, group])
    if len(spans) > 6:
        return format_counted(len(groups), "row group")
    words = ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in spans)
    return f"row group{'s' if len(groups) > 1 else ''} {words}"


def _name_columns(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_COLUMNS
    return ", ".join(names[:_NAMED_COLUMNS]) + (f" and {more:,} more" if more > 0 else "")
