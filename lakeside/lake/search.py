"""A page of the rows that match a condition.

Row groups that cannot hold one are left out by their statistics. Of the others the condition's columns
are read first, in small batches, until the page is full or a limit is met; then the page's own columns,
only of the row groups in which its rows lie and only as far as the last of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.fetch import Pick, fetch_rows, find_affordable
from lakeside.lake.objects import Preview
from lakeside.lake.paging import (
    Page,
    Reader,
    as_table,
    choose_batch_rows,
    choose_columns,
    find_heads,
    is_reached,
    list_first_rows,
)
from lakeside.lake.version_file import VersionFile
from lakeside.lake.where.apply import find_rows
from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.prune import choose_row_groups
from lakeside.lake.where.tree import Node, find_columns


@dataclass(slots=True)
class _Search:
    """How far the search has come. One row beyond the page is looked for, to know whether more match."""

    page: Page
    started: float
    pieces: list[pa.RecordBatch] = field(default_factory=list)
    picked: dict[int, list[int]] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    examined: int = 0
    matched: int = 0
    bytes_limited: bool = False
    seconds_limited: bool = False

    @property
    def complete(self) -> bool:
        return self.matched > self.page.offset + self.page.limit

    @property
    def picks(self) -> list[Pick]:
        return [Pick(group, places) for group, places in self.picked.items()]

    def add(self, batch: pa.RecordBatch, found: pa.Array, group: int, first: int) -> None:
        """Rows of a batch that match; the batch begins at place `first` of the group."""
        self.examined += batch.num_rows
        start = max(0, self.page.offset - self.matched)
        shown = found.slice(start, max(0, self.page.offset + self.page.limit - self.matched - start))
        if len(shown):
            self.pieces.append(batch.take(shown))
            self.picked.setdefault(group, []).extend(first + place for place in shown.to_pylist())
        self.matched += len(found)

    def check_limits(self, reader: Reader) -> bool:
        """Whether a limit has been met; a quarter of the bytes is kept for the columns of the page."""
        spent = reader.bytes_read > self.page.maximum_bytes * 3 // 4
        self.bytes_limited = spent or is_reached(self.page, reader, self.pieces)
        self.seconds_limited = time.monotonic() - self.started > self.page.maximum_seconds
        return self.bytes_limited or self.seconds_limited


def search_page(file: pq.ParquetFile, reader: Reader, page: Page, url: str) -> Preview:
    """The page of matching rows; QueryRejected when the condition cannot be read."""
    schema = choose_columns(file.schema_arrow, page.columns, url)
    condition = parse_condition(page.where or "", file.schema_arrow)
    groups = choose_row_groups(file.metadata, file.schema_arrow, condition, page.doubted)
    search = _Search(page, time.monotonic())
    names = list(dict.fromkeys(find_columns(condition)))
    _run(search, read_groups(file, reader, groups, names, page), condition, reader)
    finished = search.examined == sum(file.metadata.row_group(group).num_rows for group in groups)
    rows, left_out, cut = _complete(file, reader, search, schema, condition)
    return Preview(
        rows=rows,
        total_rows=file.metadata.num_rows,
        offset=page.offset,
        bytes_read=reader.bytes_read,
        row_groups_read=tuple(search.groups),
        truncated=not finished or search.complete or cut,
        bytes_limited=cut or (search.bytes_limited and not finished),
        seconds_limited=search.seconds_limited and not finished,
        rows_examined=search.examined,
        rows_matching=search.matched if finished else None,
        row_groups_skipped=file.metadata.num_row_groups - len(groups),
        row_numbers=number_rows(file.metadata, search.picks)[: rows.num_rows],
        columns_left_out=left_out,
        statistics_doubted=page.doubted,
    )


def number_rows(metadata: pq.FileMetaData, picks: Sequence[Pick]) -> list[int]:
    """The places of picked rows in the whole object."""
    firsts = list_first_rows(metadata)
    return [firsts[pick.group] + place for pick in picks for place in pick.places]


def _run(
    search: _Search, batches: Iterator[tuple[int, int, pa.RecordBatch]], condition: Node, reader: Reader
) -> None:
    """Look through the batches until the page is full, a limit is met, or the end."""
    for group, first, batch in batches:
        if not search.groups or search.groups[-1] != group:
            search.groups.append(group)
        search.add(batch, find_rows(batch, condition), group, first)
        if search.complete or search.check_limits(reader):
            return


def read_groups(
    file: pq.ParquetFile, reader: Reader, groups: Sequence[int], names: list[str], page: Page
) -> Iterator[tuple[int, int, pa.RecordBatch]]:
    """(row group, place of the batch's first row in it, batch) of some columns."""
    for group in groups:
        head = file.metadata.row_group(group)
        if isinstance(reader, VersionFile):
            reader.fetch_ahead(find_heads(head, names, head.num_rows, page))
        first = 0
        for batch in file.iter_batches(choose_batch_rows(file, [group], names, page), [group], names):
            yield group, first, batch
            first += batch.num_rows


def _complete(
    file: pq.ParquetFile, reader: Reader, search: _Search, schema: pa.Schema, condition: Node
) -> tuple[pa.Table, Sequence[str], bool]:
    """The rows that were found with all columns of the page, those left out, and whether rows were cut."""
    looked_at = set(find_columns(condition))
    known = [name for name in schema.names if name in looked_at]
    repeated = len(set(schema.names)) < len(schema.names)
    missing = schema if repeated else pa.schema([f for f in schema if f.name not in known])
    if not search.pieces or not missing.names:
        return as_table(search.pieces, schema), (), False
    found = as_table(search.pieces, pa.schema([schema.field(name) for name in known]))
    if known and not repeated:
        budget = search.page.maximum_bytes - reader.bytes_read
        needs = {pick.group: pick.places[-1] + 1 for pick in search.picks}
        if not find_affordable(file, needs, missing, budget)[0].names:
            return found, missing.names, False
    fetched = fetch_rows(file, reader, search.picks, missing, search.page)
    if repeated or not known:
        return fetched.rows, fetched.left_out, fetched.limited
    if fetched.limited and not fetched.rows.num_rows:  # what the condition looked at is there anyhow
        return found, missing.names, False
    shown = [f for f in schema if f.name not in fetched.left_out]
    count = fetched.rows.num_rows
    columns = [(found if f.name in known else fetched.rows).column(f.name).slice(0, count) for f in shown]
    return pa.Table.from_arrays(columns, schema=pa.schema(shown)), fetched.left_out, fetched.limited
