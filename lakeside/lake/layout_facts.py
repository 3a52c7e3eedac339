"""How a parquet object is laid out, told from its footer alone: row groups, chunks, codecs, indexes.

Bounded whatever the object: at most `MAXIMUM_CHUNKS` column chunks are looked at. Where an object has
more, the row groups looked at are spread evenly over it, and the facts say how many they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.errors import decoded
from lakeside.lake.footers import read_writer

MAXIMUM_CHUNKS = 100_000
MAXIMUM_GROUPS = 2_000  # listed one by one


@dataclass(frozen=True, slots=True)
class GroupLayout:
    """One row group. `compressed_bytes` is None where its chunks were not looked at."""

    number: int
    rows: int
    uncompressed_bytes: int
    compressed_bytes: int | None


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """One leaf column over the row groups that were looked at.

    Bytes are sums over these groups; the counts say in how many of them the chunk has a dictionary,
    statistics, a page index (column and offset index) or a bloom filter.
    """

    path: str
    physical_type: str
    logical_type: str
    repeated: bool
    compressed_bytes: int
    uncompressed_bytes: int
    codecs: tuple[str, ...]
    encodings: tuple[str, ...]
    dictionaries: int
    statistics: int
    page_indexes: int
    bloom_filters: int


@dataclass(frozen=True, slots=True)
class ObjectLayout:
    """The whole object. `groups` are the first row groups, `columns` all leaf columns in their order.

    `groups_examined` of `row_groups` were looked at for the figures of columns. `rows_a_group` and
    `bytes_a_group` (uncompressed) are least, middle and greatest over all row groups. `sorted_by` is what
    the writer states; `footer_bytes` includes length and magic word.
    """

    size_bytes: int
    rows: int
    row_groups: int
    groups_examined: int
    groups: tuple[GroupLayout, ...]
    columns: tuple[ColumnLayout, ...]
    rows_a_group: tuple[int, int, int]
    bytes_a_group: tuple[int, int, int]
    sorted_by: tuple[str, ...]
    footer_bytes: int
    created_by: str
    format_version: str

    @property
    def compressed_bytes(self) -> int:
        """Bytes of the chunks that were looked at."""
        return sum(column.compressed_bytes for column in self.columns)

    @property
    def codecs(self) -> dict[str, int]:
        """Codec -> compressed bytes of the columns that use it, most first."""
        sizes: dict[str, int] = {}
        for column in self.columns:
            for codec in column.codecs:
                sizes[codec] = sizes.get(codec, 0) + column.compressed_bytes
        return dict(sorted(sizes.items(), key=lambda pair: -pair[1]))


def parse_layout(
    tail: bytes, url: str, size_bytes: int, maximum_chunks: int = MAXIMUM_CHUNKS
) -> ObjectLayout:
    """The layout in the last bytes of a parquet file of that size.

    Raises:
        BadFile: Arrow cannot read them.
    """
    with decoded(url):
        metadata = pq.read_metadata(pa.BufferReader(tail))
        groups = _spread(metadata.num_row_groups, max(1, maximum_chunks // max(1, metadata.num_columns)))
        return _collect(metadata, groups, size_bytes, len(tail))


def _collect(
    metadata: pq.FileMetaData, examined: Sequence[int], size_bytes: int, footer_bytes: int
) -> ObjectLayout:
    count, leaves = metadata.num_row_groups, metadata.num_columns
    columns = [_Column(metadata.schema.column(leaf)) for leaf in range(leaves)]
    compressed: dict[int, int] = {}
    for number in examined:
        group = metadata.row_group(number)
        compressed[number] = sum(columns[leaf].add(group.column(leaf)) for leaf in range(leaves))
    rows, sizes, groups = [], [], []
    for number in range(count):
        group = metadata.row_group(number)
        rows.append(group.num_rows)
        sizes.append(group.total_byte_size)
        if number < MAXIMUM_GROUPS:
            groups.append(GroupLayout(number, rows[-1], sizes[-1], compressed.get(number)))
    return ObjectLayout(
        size_bytes=size_bytes,
        rows=metadata.num_rows,
        row_groups=count,
        groups_examined=len(examined),
        groups=tuple(groups),
        columns=tuple(column.finish() for column in columns),
        rows_a_group=_range(rows),
        bytes_a_group=_range(sizes),
        sorted_by=_find_order(metadata),
        footer_bytes=footer_bytes,
        created_by=read_writer(metadata),
        format_version=str(metadata.format_version),
    )


class _Column:
    """What is counted of one leaf column."""

    def __init__(self, column: pq.ColumnSchema) -> None:
        self._column = column
        self._bytes = [0, 0]
        self._counts = [0, 0, 0, 0]
        self._codecs: dict[str, None] = {}
        self._encodings: dict[str, None] = {}

    def add(self, chunk: pq.ColumnChunkMetaData) -> int:
        """Count a chunk; its compressed bytes."""
        size: int = chunk.total_compressed_size
        self._bytes[0] += size
        self._bytes[1] += chunk.total_uncompressed_size
        found = (
            chunk.has_dictionary_page,
            chunk.is_stats_set,
            chunk.has_column_index and chunk.has_offset_index,
            chunk.bloom_filter_offset is not None,
        )
        for place, has in enumerate(found):
            self._counts[place] += bool(has)
        self._codecs[str(chunk.compression)] = None
        self._encodings |= dict.fromkeys(str(encoding) for encoding in chunk.encodings)
        return size

    def finish(self) -> ColumnLayout:
        column = self._column
        logical = str(column.logical_type)
        dictionaries, statistics, page_indexes, bloom_filters = self._counts
        return ColumnLayout(
            path=column.path,
            physical_type=str(column.physical_type),
            logical_type="" if logical == "None" else logical,
            repeated=bool(column.max_repetition_level),
            compressed_bytes=self._bytes[0],
            uncompressed_bytes=self._bytes[1],
            codecs=tuple(self._codecs),
            encodings=tuple(self._encodings),
            dictionaries=dictionaries,
            statistics=statistics,
            page_indexes=page_indexes,
            bloom_filters=bloom_filters,
        )


def _spread(count: int, most: int) -> Sequence[int]:
    """At most `most` of so many numbers, evenly spread, the first and the last among them."""
    if count <= most:
        return range(count)
    if most == 1:
        return [0]
    return sorted({round(place * (count - 1) / (most - 1)) for place in range(most)})


def _range(values: Sequence[int]) -> tuple[int, int, int]:
    if not values:
        return 0, 0, 0
    ordered = sorted(values)
    return ordered[0], ordered[len(ordered) // 2], ordered[-1]


def _find_order(metadata: pq.FileMetaData) -> tuple[str, ...]:
    """The columns all row groups are said to be sorted by, with `descending` where they are."""
    if not metadata.num_row_groups:
        return ()
    first: Any = metadata.row_group(0).sorting_columns
    few = range(min(metadata.num_row_groups, 100))
    if not first or any(metadata.row_group(n).sorting_columns != first for n in few):
        return ()
    return tuple(
        metadata.schema.column(one.column_index).path + (" descending" if one.descending else "")
        for one in first
    )
