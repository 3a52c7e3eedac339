"""What a parquet footer says of each column: at once, without reading a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.column_chunks import sum_bytes
from lakeside.lake.errors import decoded
from lakeside.lake.plain import list_values
from lakeside.lake.preview import open_object, open_parquet
from lakeside.lake.storage import Storage
from lakeside.lake.where.prune import Range, find_leaves, read_range
from lakeside.lake.where.values import Kind, as_scalar, kind_of


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    """One top-level column. `group_bytes` are its compressed bytes in each row group.

    `nulls`, `low` and `high` are None where the footer does not say. Of text, `low` and `high` are
    bounds: writers may cut long values. NaN is in neither.
    """

    name: str
    data_type: pa.DataType
    group_bytes: tuple[int, ...]
    nulls: int | None = None
    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class ObjectFigures:
    """All columns of an object, in its order, and the rows of each row group."""

    rows: int
    group_rows: tuple[int, ...]
    columns: tuple[ColumnFigures, ...]


def read_figures(storage: Storage, key: str) -> ObjectFigures:
    """See `Lake.read_figures`."""
    with open_object(storage, key) as reader, decoded(storage.url_of(key)):
        file = open_parquet(reader, storage.url_of(key))
        return _collect(file.metadata, file.schema_arrow)


def parse_figures(tail: bytes, url: str) -> ObjectFigures:
    """The same from the last bytes of a parquet file; BadFile when Arrow cannot read them."""
    with decoded(url):
        file = pq.ParquetFile(pa.BufferReader(tail))
        return _collect(file.metadata, file.schema_arrow)


def _collect(metadata: pq.FileMetaData, schema: pa.Schema) -> ObjectFigures:
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    counts = Counter(schema.names)
    leaves = find_leaves(metadata, schema, {name for name, count in counts.items() if count == 1})
    sizes = sum_bytes(metadata, groups, schema)
    columns = []
    for number, field in enumerate(schema):
        ranges: list[Range] = []
        if field.name in leaves:
            index, data_type = leaves[field.name]
            ranges = [read_range(group, index, data_type) for group in groups]
        columns.append(_describe(field, sizes[number], ranges))
    return ObjectFigures(metadata.num_rows, tuple(g.num_rows for g in groups), tuple(columns))


def _describe(field: pa.Field, sizes: tuple[int, ...], ranges: Sequence[Range]) -> ColumnFigures:
    if not ranges:
        return ColumnFigures(field.name, field.type, sizes)
    known = [r.nulls for r in ranges if r.nulls is not None]
    nulls = sum(known) if len(known) == len(ranges) else None
    valued = [r for r in ranges if r.nulls is None or r.nulls < r.rows]
    if not valued or any(r.low is None or r.high is None for r in valued):
        return ColumnFigures(field.name, field.type, sizes, nulls)
    low, high = min(r.low for r in valued), max(r.high for r in valued)
    return ColumnFigures(field.name, field.type, sizes, nulls, *(_show(v, field.type) for v in (low, high)))


def _show(value: Any, data_type: pa.DataType) -> Any:
    data_type = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    if kind_of(data_type) is not Kind.UNITS:
        return value.decode(errors="replace") if isinstance(value, bytes) else value
    if pa.types.is_integer(data_type):
        return value  # without Arrow, whose scalars import pandas
    if pa.types.is_temporal(data_type):
        plain = pa.int32() if data_type.bit_width == 32 else pa.int64()
        return list_values(pa.array([value], plain).view(data_type))[0]
    return as_scalar(data_type, value).as_py()
