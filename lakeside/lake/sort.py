"""A page of rows in the order of a column, within stated bounds.

The column (and those of a condition) is read whole, keeping only the first rows of the order; then the
columns of the page, of just these rows. What would take more than the bounds allow is refused before it
is read: a page that is only nearly in order would be wrong.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lakeside.errors import LimitExceeded, QueryRejected
from lakeside.lake.fetch import Pick, fetch_rows
from lakeside.lake.objects import Preview
from lakeside.lake.paging import Page, Reader, choose_columns, count_chunk_bytes, list_first_rows
from lakeside.lake.search import number_rows, read_groups
from lakeside.lake.where.apply import find_rows, plain_values
from lakeside.lake.where.parse import list_names, parse_condition
from lakeside.lake.where.prune import choose_row_groups
from lakeside.lake.where.tree import Node, find_columns
from lakeside.lake.where.values import Kind, kind_of

_KEPT_ROWS = 65_536  # collected before the first ones are chosen again


@dataclass(slots=True)
class _Best:
    """The first `wanted` rows of the order among those seen: value and row number."""

    wanted: int
    descending: bool
    tables: list[pa.Table] = field(default_factory=list)
    held: int = 0
    seen: int = 0

    def add(self, values: pa.Array, rows: pa.Array) -> None:
        self.tables.append(pa.table({"value": values, "row": rows}))
        self.held += len(rows)
        self.seen += len(rows)
        if self.held > self.wanted + _KEPT_ROWS:
            self.tables = [self.choose()]
            self.held = self.tables[0].num_rows

    def choose(self) -> pa.Table:
        """The rows in order, nulls at the end, equal ones as they lie in the object."""
        whole = pa.concat_tables(self.tables).combine_chunks()
        direction = "descending" if self.descending else "ascending"
        keys = [("value", direction, "at_end"), ("row", "ascending", "at_end")]
        order = pc.sort_indices(whole, sort_keys=keys)
        return whole.take(order.slice(0, self.wanted))


def check_sort(file: pq.ParquetFile, page: Page, condition: Node | None) -> tuple[list[str], list[int]]:
    """The columns that are read first, and of which row groups.

    Raises:
        QueryRejected: there is no such column, or its values have no order.
        LimitExceeded: it lies deeper than sorted pages go, or takes more bytes than sorting may.
    """
    names = file.schema_arrow.names
    if names.count(page.sort) != 1:
        raise QueryRejected(f"No one column is called {page.sort}.", f"There are {list_names(names)}.")
    data_type = file.schema_arrow.field(page.sort).type
    if kind_of(data_type) is Kind.OTHER:
        raise QueryRejected(
            f"{page.sort} is {data_type}: its values have no order.", "Sort by another column."
        )
    if page.offset + page.limit > page.sorted_rows:
        raise LimitExceeded(
            f"Sorted rows are shown up to the first {page.sorted_rows:,}.",
            "Narrow them with a condition, or raise LAKESIDE_LIMITS__SORTED_ROWS.",
            limit="limits.sorted_rows",
        )
    first = list(dict.fromkeys([str(page.sort), *(find_columns(condition) if condition else ())]))
    groups = list(range(file.metadata.num_row_groups))
    if condition:
        groups = choose_row_groups(file.metadata, file.schema_arrow, condition, page.doubted)
    sizes = count_chunk_bytes(file, groups)
    size = sum(sizes[name] for name in first)
    if size > page.sorted_bytes:
        raise LimitExceeded(
            f"Sorting by {page.sort} would read {size:,} bytes of {', '.join(first)} in {len(groups):,} row "
            f"groups; {page.sorted_bytes:,} are allowed.",
            "Narrow the rows with a condition that rules row groups out, or raise "
            "LAKESIDE_LIMITS__SORTED_MEGABYTES.",
            limit="limits.sorted_megabytes",
        )
    return first, groups


def sort_page(file: pq.ParquetFile, reader: Reader, page: Page, url: str) -> Preview:
    """The page of rows in order; see `check_sort` for what is refused."""
    schema = choose_columns(file.schema_arrow, page.columns, url)
    condition = parse_condition(page.where, file.schema_arrow) if page.where is not None else None
    names, groups = check_sort(file, page, condition)
    best = _Best(page.offset + page.limit, page.descending)
    examined = _run(file, reader, best, page, (names, groups, condition))
    shown = best.choose().column("row").to_pylist()[page.offset :] if best.tables else []
    picks = _pick(file.metadata, sorted(shown))
    paid = Page(page.columns, 0, page.limit, reader.bytes_read + page.maximum_bytes)
    fetched = fetch_rows(file, reader, picks, schema, paid) if picks else None
    rows = schema.empty_table()
    if fetched:
        places = {row: place for place, row in enumerate(number_rows(file.metadata, picks))}
        shown = [row for row in shown if places[row] < fetched.rows.num_rows]
        rows = fetched.rows.take(pa.array([places[row] for row in shown], pa.int64()))
    return Preview(
        rows=rows,
        total_rows=file.metadata.num_rows,
        offset=page.offset,
        bytes_read=reader.bytes_read,
        row_groups_read=tuple(groups),
        truncated=page.offset + rows.num_rows < best.seen,
        bytes_limited=fetched is not None and fetched.limited,
        rows_examined=examined,
        rows_matching=best.seen,
        row_groups_skipped=file.metadata.num_row_groups - len(groups),
        row_numbers=shown,
        columns_left_out=fetched.left_out if fetched else (),
        statistics_doubted=page.doubted,
    )


def _run(
    file: pq.ParquetFile,
    reader: Reader,
    best: _Best,
    page: Page,
    wanted: tuple[list[str], list[int], Node | None],
) -> int:
    """Look at every row; how many there are. LimitExceeded when it takes too long."""
    names, groups, condition = wanted
    firsts, started, examined = list_first_rows(file.metadata), time.monotonic(), 0
    for group, first, batch in read_groups(file, reader, groups, names, page):
        rows = pa.arange(firsts[group] + first, firsts[group] + first + batch.num_rows)
        values = batch.column(page.sort)
        if condition:
            places = find_rows(batch, condition)
            rows, values = rows.take(places), values.take(places)
        best.add(plain_values(values), rows)
        examined += batch.num_rows
        if time.monotonic() - started > page.maximum_seconds:
            raise LimitExceeded(
                f"Sorting by {page.sort} took longer than {page.maximum_seconds:g} s; {examined:,} rows were "
                "looked at.",
                "Narrow the rows with a condition, or raise LAKESIDE_LIMITS__PREVIEW_SECONDS.",
                limit="limits.preview_seconds",
            )
    return examined


def _pick(metadata: pq.FileMetaData, rows: Sequence[int]) -> list[Pick]:
    """Rising row numbers as places in row groups."""
    picks: dict[int, list[int]] = {}
    firsts = list_first_rows(metadata)
    group = 0
    for row in rows:
        while group + 1 < len(firsts) and firsts[group + 1] <= row:
            group += 1
        picks.setdefault(group, []).append(row - firsts[group])
    return [Pick(group, places) for group, places in picks.items()]
