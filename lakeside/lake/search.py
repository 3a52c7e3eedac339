"""A page of the rows that match a condition.

Row groups that cannot hold one are left out by their statistics; the others are read in small batches,
filtered one by one, until the page is full or a limit is met. Only rows that match are kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.objects import Preview
from lakeside.lake.preview import Page, Reader, as_table, choose_batch_rows, choose_columns, find_heads
from lakeside.lake.version_file import VersionFile
from lakeside.lake.where.apply import keep_rows
from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.prune import choose_row_groups
from lakeside.lake.where.tree import Node, find_columns


@dataclass(slots=True)
class _Search:
    """How far the search has come. One row beyond the page is kept, to know whether more match."""

    page: Page
    started: float
    pieces: list[pa.RecordBatch] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    examined: int = 0
    matched: int = 0
    bytes_limited: bool = False
    seconds_limited: bool = False

    @property
    def complete(self) -> bool:
        return self.matched > self.page.offset + self.page.limit

    def add(self, batch_rows: int, kept: pa.RecordBatch) -> None:
        self.examined += batch_rows
        first, last = self.page.offset, self.page.offset + self.page.limit
        start, end = max(0, first - self.matched), max(0, last - self.matched)
        piece = kept.slice(start, max(0, min(end, kept.num_rows) - start))
        if piece.num_rows:
            self.pieces.append(piece)
        self.matched += kept.num_rows

    def check_limits(self, reader: Reader) -> bool:
        """Whether a limit has been met."""
        held = sum(piece.nbytes for piece in self.pieces)
        self.bytes_limited = max(reader.bytes_read, held) > self.page.maximum_bytes
        self.seconds_limited = time.monotonic() - self.started > self.page.maximum_seconds
        return self.bytes_limited or self.seconds_limited


def search_page(file: pq.ParquetFile, reader: Reader, page: Page, url: str) -> Preview:
    """The page of matching rows; QueryRejected when the condition cannot be read."""
    schema = choose_columns(file.schema_arrow, page.columns, url)
    condition = parse_condition(page.where or "", file.schema_arrow)
    groups = choose_row_groups(file.metadata, file.schema_arrow, condition)
    search = _Search(page, time.monotonic())
    names = list(dict.fromkeys([*schema.names, *find_columns(condition)])) if page.columns else None
    _run(search, _read_groups(file, reader, (groups, names), search), condition, reader)
    finished = search.examined == sum(file.metadata.row_group(group).num_rows for group in groups)
    rows = as_table(search.pieces, schema)
    return Preview(
        rows=rows,
        total_rows=file.metadata.num_rows,
        offset=page.offset,
        bytes_read=reader.bytes_read,
        row_groups_read=tuple(search.groups),
        truncated=not finished or search.complete,
        bytes_limited=search.bytes_limited and not finished,
        seconds_limited=search.seconds_limited and not finished,
        rows_examined=search.examined,
        rows_matching=search.matched if finished else None,
        row_groups_skipped=file.metadata.num_row_groups - len(groups),
    )


def _run(search: _Search, batches: Iterator[pa.RecordBatch], condition: Node, reader: Reader) -> None:
    """Look through the batches until the page is full, a limit is met, or the end."""
    for batch in batches:
        search.add(batch.num_rows, keep_rows(batch, condition))
        if search.complete or search.check_limits(reader):
            return


def _read_groups(
    file: pq.ParquetFile, reader: Reader, wanted: tuple[Sequence[int], list[str] | None], search: _Search
) -> Iterator[pa.RecordBatch]:
    groups, names = wanted
    batch_rows = choose_batch_rows(file.metadata, groups, search.page)
    for group in groups:
        search.groups.append(group)
        if isinstance(reader, VersionFile) and group == groups[0]:
            head = file.metadata.row_group(group)
            reader.fetch_ahead(find_heads(head, names, head.num_rows, search.page))
        yield from file.iter_batches(batch_rows, row_groups=[group], columns=names)
