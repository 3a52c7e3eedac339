"""A page of rows from a parquet object, reading no more than it takes.

Only the row groups and columns that are asked for are read, in small batches through a buffered stream,
so that a row group of a gigabyte costs what its first pages cost. Columns whose rows lie too deep for the
bytes allowed are left out, and named.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.errors import BadFile, LimitExceeded, SettingsError
from lakeside.lake.content import HEAD_BYTES, name_content
from lakeside.lake.errors import decoded
from lakeside.lake.fetch import choose_affordable
from lakeside.lake.listing import get_object
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
from lakeside.lake.reading import open_reader
from lakeside.lake.storage import Kind, Storage
from lakeside.lake.version_file import VersionFile

STREAM_BUFFER_BYTES = 256 << 10


def preview_object(storage: Storage, key: str, page: Page) -> Preview:
    """See `Lake.preview_rows`."""
    url = storage.url_of(key)
    if page.offset < 0 or page.limit < 1:
        raise SettingsError(f"A preview of {url} starts at row 0 or later and has at least one row.")
    with open_object(storage, key) as reader, decoded(url):
        file = open_parquet(reader, url)
        if page.where is not None:
            from lakeside.lake.where.check import find_doubts

            doubts = find_doubts(file, page, storage.verdicts, identify(storage, key, reader))
            page = replace(page, doubted=doubts)
        if page.sort is not None:
            from lakeside.lake.sort import sort_page

            return sort_page(file, reader, page, url)
        if page.where is None:
            return _read_page(file, reader, page, url)
        from lakeside.lake.search import search_page  # the parser of conditions is not needed otherwise

        return search_page(file, reader, page, url)


def identify(storage: Storage, key: str, reader: Reader) -> tuple[str, str]:
    """(key, version) of what is read."""
    return key, reader.version if isinstance(reader, VersionFile) else get_object(storage, key).version


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
    wanted = choose_columns(file.schema_arrow, page.columns, url)
    total = file.metadata.num_rows
    needs, skipped = find_groups(file.metadata, page)
    schema, left_out = choose_affordable(file, needs, wanted, page.maximum_bytes)
    groups, names = list(needs), schema.names if page.columns or left_out else None
    if isinstance(reader, VersionFile):
        heads = [(file.metadata.row_group(group), needs[group]) for group in groups[:2]]  # seldom more
        reader.fetch_ahead([span for head, rows in heads for span in find_heads(head, names, rows, page)])
    batch_rows = choose_batch_rows(file, groups, names, page)
    batches = file.iter_batches(batch_rows, row_groups=groups, columns=names)
    pieces: list[pa.RecordBatch] = []
    for piece in _cut(batches, skipped, page.limit):
        pieces += [piece] if piece.num_rows else []
        if is_reached(page, reader, pieces):
            break
    rows = as_table(pieces, schema)
    asked = max(0, min(page.limit, total - page.offset))
    if asked and not rows.num_rows:
        raise LimitExceeded(
            f"Row {page.offset:,} of {url} lies behind more than {page.maximum_bytes:,} bytes.",
            "Choose fewer columns or an earlier row, or raise LAKESIDE_LIMITS__PREVIEW_MEGABYTES.",
            limit="limits.preview_megabytes",
        )
    return Preview(
        rows=rows,
        total_rows=total,
        offset=page.offset,
        bytes_read=reader.bytes_read,
        row_groups_read=tuple(groups),
        truncated=page.offset + rows.num_rows < total,
        bytes_limited=rows.num_rows < asked,
        row_numbers=tuple(range(page.offset, page.offset + rows.num_rows)),
        columns_left_out=left_out,
    )


def find_groups(metadata: pq.FileMetaData, page: Page) -> tuple[dict[int, int], int]:
    """The row groups the page lies in, each with how many of its rows, and how many of the first to skip."""
    needs: dict[int, int] = {}
    skipped, end = 0, page.offset + page.limit
    for number, first in enumerate(list_first_rows(metadata)):
        rows = metadata.row_group(number).num_rows
        if first + rows > page.offset and first < end:
            skipped = skipped if needs else page.offset - first
            needs[number] = min(rows, end - first)
    return needs, skipped


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
