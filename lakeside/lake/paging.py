"""What a page of rows is, and the bounds that every way of reading one keeps to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.errors import NotFound
from lakeside.lake.column_chunks import sum_bytes
from lakeside.lake.reading import ObjectReader
from lakeside.lake.version_file import VersionFile

BATCH_ROWS = 8_192
TEXT_BATCH_ROWS = 1_024  # a dictionary hides how long texts are
DICTIONARY_BYTES = 1 << 20  # Arrow's and parquet-mr's default bound on a dictionary page
HELD_BYTES = 64 << 20  # of a page's rows, in memory

Reader = ObjectReader | VersionFile


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows and columns are wanted, and how many bytes they may cost, read or in memory.

    `where` is a condition in text; looking for rows that match it may take `maximum_seconds`. `sort` is a
    column; it and the condition's may take `sorted_bytes`, and the page may lie `sorted_rows` deep.
    Statistics of `doubted` columns are not used, for the reasons given.
    """

    columns: Sequence[str] | None
    offset: int
    limit: int
    maximum_bytes: int
    where: str | None = None
    maximum_seconds: float = 20
    sort: str | None = None
    descending: bool = False
    sorted_bytes: int = 256_000_000
    sorted_rows: int = 10_000
    doubted: Mapping[str, str] = field(default_factory=dict)


def is_reached(page: Page, reader: Reader, pieces: Sequence[pa.RecordBatch]) -> bool:
    """Whether the limit of bytes has been met, read or in memory."""
    held = sum(piece.nbytes for piece in pieces)
    return reader.bytes_read > page.maximum_bytes or held > min(page.maximum_bytes, HELD_BYTES)


def choose_columns(schema: pa.Schema, columns: Sequence[str] | None, url: str) -> pa.Schema:
    """The schema of the page, in the order asked for; NotFound names what is not in the file."""
    schema = schema.remove_metadata()
    if not columns:
        return schema
    missing = [name for name in columns if name not in schema.names]
    if missing:
        raise NotFound(f"{url} has no column {', '.join(missing)}.", f"It has {', '.join(schema.names)}.")
    return pa.schema([schema.field(schema.names.index(name)) for name in dict.fromkeys(columns)])


def as_table(pieces: Sequence[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """The rows with exactly these columns: Arrow adds `a.b` where `a` was asked for."""
    if all(piece.schema.names == schema.names for piece in pieces):
        return pa.Table.from_batches(pieces, schema)
    return pa.Table.from_batches([piece.select(schema.names) for piece in pieces], schema)


def find_heads(
    group: pq.RowGroupMetaData, names: Sequence[str] | None, rows: int, page: Page
) -> list[tuple[int, int]]:
    """Where the first `rows` rows of the wanted columns lie in a row group, so far as can be told.

    A column's values are taken to be of even size behind a dictionary; an eighth of the bytes allowed
    is never exceeded. What is missed is read later, what is too much is wasted.
    """
    chunks = [group.column(index) for index in range(group.num_columns)]
    chunks = [chunk for chunk in chunks if names is None or chunk.path_in_schema.split(".")[0] in names]
    most = page.maximum_bytes // 8 // max(1, len(chunks))
    share = min(1.0, rows / max(1, group.num_rows))
    spans = []
    for chunk in chunks:
        start = chunk.data_page_offset
        if chunk.has_dictionary_page and chunk.dictionary_page_offset:
            start = min(start, chunk.dictionary_page_offset)
        length = DICTIONARY_BYTES + int(share * chunk.total_compressed_size)
        spans.append((start, start + min(length, chunk.total_compressed_size, most)))
    return spans


def choose_batch_rows(
    file: pq.ParquetFile, groups: Sequence[int], names: Sequence[str] | None, page: Page
) -> int:
    """Rows per batch so that a batch of average rows takes an eighth of the bytes allowed, or of 64 MB."""
    if not groups:
        return BATCH_ROWS
    group = file.metadata.row_group(groups[0])
    row_bytes = max(1.0, group.total_byte_size / max(1, group.num_rows))
    fields = [field for field in file.schema_arrow if names is None or field.name in names]
    most = BATCH_ROWS if all(_is_fixed(field.type) for field in fields) else TEXT_BATCH_ROWS
    return int(min(most, max(1, min(page.maximum_bytes, HELD_BYTES) / 8 / row_bytes)))


def count_chunk_bytes(file: pq.ParquetFile, groups: Sequence[int]) -> dict[str, int]:
    """Compressed bytes of each column in those row groups."""
    chosen = [file.metadata.row_group(number) for number in groups]
    sizes = sum_bytes(file.metadata, chosen, file.schema_arrow)
    return {name: sum(size) for name, size in zip(file.schema_arrow.names, sizes, strict=True)}


def list_first_rows(metadata: pq.FileMetaData) -> list[int]:
    """The number of each row group's first row."""
    firsts, row = [], 0
    for number in range(metadata.num_row_groups):
        firsts.append(row)
        row += metadata.row_group(number).num_rows
    return firsts


def _is_fixed(data_type: pa.DataType) -> bool:
    try:
        return int(data_type.bit_width) > 0
    except ValueError:
        return False
