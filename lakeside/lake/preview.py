"""A page of rows from a parquet object, reading no more than it takes.

Only the row groups and columns that are asked for are read, in small batches through a buffered stream,
so that a row group of a gigabyte costs what its first pages cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.errors import BadFile, LimitExceeded, NotFound, SettingsError
from lakeside.lake.content import HEAD_BYTES, name_content
from lakeside.lake.errors import decoded
from lakeside.lake.listing import get_object
from lakeside.lake.objects import Preview
from lakeside.lake.reading import ObjectReader, open_reader
from lakeside.lake.storage import Kind, Storage
from lakeside.lake.version_file import VersionFile

BATCH_ROWS = 8_192
STREAM_BUFFER_BYTES = 256 << 10
DICTIONARY_BYTES = 1 << 20  # Arrow's and parquet-mr's default bound on a dictionary page

Reader = ObjectReader | VersionFile


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows and columns are wanted, and how many bytes they may cost, read or in memory.

    `where` is a condition in text; looking for rows that match it may take `maximum_seconds`.
    """

    columns: Sequence[str] | None
    offset: int
    limit: int
    maximum_bytes: int
    where: str | None = None
    maximum_seconds: float = 20


def preview_object(storage: Storage, key: str, page: Page) -> Preview:
    """See `Lake.preview_object`."""
    url = storage.url_of(key)
    if page.offset < 0 or page.limit < 1:
        raise SettingsError(f"A preview of {url} starts at row 0 or later and has at least one row.")
    with open_object(storage, key) as reader, decoded(url):
        file = open_parquet(reader, url)
        if page.where is None:
            return _read_page(file, reader, page, url)
        from lakeside.lake.search import search_page  # the parser of conditions is not needed otherwise

        return search_page(file, reader, page, url)


def open_object(storage: Storage, key: str) -> AbstractContextManager[Reader]:
    """An object for Arrow to read: one version of it, by ranges where it lies in a bucket."""
    if storage.kind is Kind.GS:
        return VersionFile(storage, get_object(storage, key))
    return open_reader(storage, key)


def open_parquet(reader: Reader, url: str) -> pq.ParquetFile:
    """The object as parquet; BadFile says what it is when it is something else."""
    try:
        with decoded(url):
            return pq.ParquetFile(reader, pre_buffer=False, buffer_size=STREAM_BUFFER_BYTES)
    except BadFile as error:
        reader.seek(0)
        content = name_content(reader.read(HEAD_BYTES))
        if content == "parquet":
            raise
        described = "not parquet" if content == "unknown" else f"{content}, not parquet"
        raise BadFile(f"{url} is {described}.", "`lakeside ls` says what each object is.") from error


def _read_page(file: pq.ParquetFile, reader: Reader, page: Page, url: str) -> Preview:
    schema = choose_columns(file.schema_arrow, page.columns, url)
    total = file.metadata.num_rows
    groups, skipped = _choose_groups(file.metadata, page)
    names = schema.names if page.columns else None
    if isinstance(reader, VersionFile):
        for group in groups[:2]:  # a page seldom lies in more
            reader.fetch_ahead(find_heads(file.metadata.row_group(group), names, skipped + page.limit, page))
    batch_rows = choose_batch_rows(file.metadata, groups, page)
    batches = file.iter_batches(batch_rows, row_groups=groups, columns=names)
    pieces: list[pa.RecordBatch] = []
    for piece in _cut(batches, skipped, page.limit):
        pieces += [piece] if piece.num_rows else []
        if max(reader.bytes_read, sum(p.nbytes for p in pieces)) > page.maximum_bytes:
            break
    rows = as_table(pieces, schema)
    wanted = max(0, min(page.limit, total - page.offset))
    if wanted and not rows.num_rows:
        raise LimitExceeded(
            f"Row {page.offset:,} of {url} lies behind more than {page.maximum_bytes:,} bytes.",
            "Choose fewer columns or an earlier row, or raise LAKESIDE_LIMITS__PREVIEW_MEGABYTES.",
        )
    return Preview(
        rows=rows,
        total_rows=total,
        offset=page.offset,
        bytes_read=reader.bytes_read,
        row_groups_read=tuple(groups),
        truncated=page.offset + rows.num_rows < total,
        bytes_limited=rows.num_rows < wanted,
    )


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


def _choose_groups(metadata: pq.FileMetaData, page: Page) -> tuple[list[int], int]:
    """The row groups the page lies in, and how many rows of the first to skip."""
    groups: list[int] = []
    skipped = first_row = 0
    for index in range(metadata.num_row_groups):
        end_row = first_row + metadata.row_group(index).num_rows
        if end_row > page.offset and first_row < page.offset + page.limit:
            if not groups:
                skipped = page.offset - first_row
            groups.append(index)
        first_row = end_row
    return groups, skipped


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


def choose_batch_rows(metadata: pq.FileMetaData, groups: Sequence[int], page: Page) -> int:
    """Rows per batch so that a batch of average rows takes an eighth of the bytes allowed."""
    if not groups:
        return BATCH_ROWS
    group = metadata.row_group(groups[0])
    row_bytes = max(1.0, group.total_byte_size / max(1, group.num_rows))
    return int(min(BATCH_ROWS, max(1, page.maximum_bytes / 8 / row_bytes)))


def _cut(batches: Iterator[pa.RecordBatch], skipped: int, limit: int) -> Iterator[pa.RecordBatch]:
    """The batches without the first `skipped` rows, `limit` rows in all; an empty piece while skipping."""
    for batch in batches:
        start = min(skipped, batch.num_rows)
        piece = batch.slice(start, limit)
        skipped -= start
        limit -= piece.num_rows
        yield piece
        if limit <= 0:
            return
