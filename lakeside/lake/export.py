"""Chosen rows of an object as a file of their own: CSV or parquet, within stated limits.

The rows come in the object's order; the condition's columns are read first, as in a preview. Text in CSV
that a spreadsheet would run as a formula gets an apostrophe before it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import IO, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from lakeside.lake.errors import decoded
from lakeside.lake.fetch import Pick, read_places
from lakeside.lake.objects import Export, Format, RowsWanted
from lakeside.lake.paging import Page, Reader, choose_batch_rows, choose_columns
from lakeside.lake.plain import list_values
from lakeside.lake.preview import identify, open_object, open_parquet
from lakeside.lake.search import read_groups
from lakeside.lake.storage import Storage
from lakeside.lake.where.apply import find_rows
from lakeside.lake.where.check import find_doubts
from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.prune import choose_row_groups
from lakeside.lake.where.tree import Node, find_columns
from lakeside.lake.where.values import Kind, kind_of
from lakeside.shown import FORMULA_STARTS

_FORMULA = r"\A([" + FORMULA_STARTS.replace("-", r"\-") + "])"


@dataclass(frozen=True, slots=True)
class ExportLimits:
    """Rows and bytes the file may have, and seconds that making it may take."""

    rows: int
    size_bytes: int
    seconds: float


class _Writer(Protocol):
    def write_batch(self, batch: pa.RecordBatch) -> None: ...
    def close(self) -> None: ...


def export_rows(storage: Storage, key: str, wanted: RowsWanted, kind: Format, limits: ExportLimits) -> Export:
    """See `Lake.export_rows`."""
    url = storage.url_of(key)
    page = Page(wanted.columns, 0, limits.rows + 1, limits.size_bytes, wanted.where)
    sink, rows, limit = io.BytesIO(), 0, None
    deadline = time.monotonic() + limits.seconds
    with open_object(storage, key) as reader, decoded(url):
        file = open_parquet(reader, url)
        schema = choose_columns(file.schema_arrow, wanted.columns, url)
        if wanted.where is not None:
            doubts = find_doubts(file, page, storage.verdicts, identify(storage, key, reader))
            page = replace(page, doubted=doubts)
        with closing(_open_writer(kind, sink, schema)) as writer:
            for batch in _read_rows(file, reader, schema, page):
                piece = batch.slice(0, limits.rows - rows)
                writer.write_batch(piece if kind is Format.PARQUET else _as_lines(piece))
                rows += piece.num_rows
                limit = _find_limit(sink, limits, deadline, piece.num_rows < batch.num_rows)
                if limit:
                    break
    return Export(sink.getvalue(), rows, limit)


def _find_limit(sink: IO[bytes], limits: ExportLimits, deadline: float, cut: bool) -> str | None:
    if cut:
        return "rows"
    if sink.tell() > limits.size_bytes:
        return "bytes"
    return "seconds" if time.monotonic() > deadline else None


def _read_rows(
    file: pq.ParquetFile, reader: Reader, schema: pa.Schema, page: Page
) -> Iterator[pa.RecordBatch]:
    """Batches of the chosen columns, of the rows that match; one row more than the limit allows, to know."""
    repeated = len(set(schema.names)) < len(schema.names)
    names = None if repeated else schema.names
    if page.where is None:
        groups = range(file.metadata.num_row_groups)
        batch_rows = choose_batch_rows(file, groups, names, page)
        batches = file.iter_batches(batch_rows, row_groups=list(groups), columns=names)
    else:
        condition = parse_condition(page.where, file.schema_arrow)
        batches = _read_matching(file, reader, (condition, names), page)
    for batch in batches:
        yield batch if batch.schema.names == schema.names else batch.select(schema.names)


def _read_matching(
    file: pq.ParquetFile, reader: Reader, chosen: tuple[Node, list[str] | None], page: Page
) -> Iterator[pa.RecordBatch]:
    condition, names = chosen
    first_names = list(dict.fromkeys(find_columns(condition)))
    left = page.limit
    for group in choose_row_groups(file.metadata, file.schema_arrow, condition, page.doubted):
        places: list[int] = []
        for _, first, batch in read_groups(file, reader, [group], first_names, page):
            places += [first + place for place in find_rows(batch, condition).to_pylist()]
            if len(places) >= left:
                break
        places = places[:left]
        left -= len(places)
        if places:
            batch_rows = choose_batch_rows(file, [group], names, page)
            yield from read_places(file, Pick(group, places), names, batch_rows)
        if not left:
            return


def _open_writer(kind: Format, sink: IO[bytes], schema: pa.Schema) -> _Writer:
    if kind is Format.PARQUET:
        writer: _Writer = pq.ParquetWriter(sink, schema, compression="zstd")
        return writer
    lines: _Writer = pc_csv.CSVWriter(sink, _line_schema(schema))
    return lines


def _as_lines(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [_as_cells(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=_line_schema(batch.schema))


def _line_schema(schema: pa.Schema) -> pa.Schema:
    names = _guard(pa.array(schema.names, pa.string())).to_pylist()
    types = [field.type if _is_plain(field.type) else pa.string() for field in schema]
    return pa.schema(list(zip(names, types, strict=True)))


def _is_plain(data_type: pa.DataType) -> bool:
    """Whether Arrow writes values of the type to CSV exactly."""
    types = pa.types
    number = types.is_integer(data_type) or types.is_floating(data_type) or types.is_boolean(data_type)
    return bool(number) and not types.is_float16(data_type)


def _as_cells(column: pa.Array) -> pa.Array:
    if _is_plain(column.type):
        return column
    if pa.types.is_string(column.type):
        return _guard(column)
    texts = pa.array([_as_text(value) for value in list_values(column)], pa.string())
    return texts if kind_of(column.type) is Kind.UNITS else _guard(texts)  # a negative decimal is no formula


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def _guard(texts: pa.Array) -> pa.Array:
    """Texts with an apostrophe before those that a spreadsheet would take for formulas."""
    return pc.replace_substring_regex(texts, pattern=_FORMULA, replacement=r"'\1")
