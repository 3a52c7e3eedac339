"""Objects for a lake, built without the ingest room: sample rows, figures taken by pyarrow, provenance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lakeside.datasets.contract import SOURCE_MONTH, SOURCE_ROW, Dataset, Kind
from lakeside.datasets.zone_shapes import ZONE_SHAPES
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.sources.sample import sample_batches
from lakeside.zones import SHAPES_KEY


def build_rows(dataset: Dataset, month: Month, rows: int) -> pa.Table:
    """Sample rows as a conformed month: every column of the contract, legacy ones null."""
    sample = pa.Table.from_batches(list(sample_batches(dataset, month, rows)))
    columns = []
    for column in dataset.columns:
        if column.name == SOURCE_MONTH:
            columns.append(pa.array([month.first_day] * rows, pa.date32()))
        elif column.name == SOURCE_ROW:
            columns.append(pa.array(range(rows), pa.int64()))
        elif column.name in sample.column_names:
            columns.append(sample.column(column.name))
        else:
            columns.append(pa.nulls(rows, column.kind.arrow_type))
    return pa.Table.from_arrays(columns, names=[column.name for column in dataset.columns])


def build_provenance(dataset: Dataset, month: Month, table: pa.Table, **changes: Any) -> Provenance:
    """What ingest would say of these rows; `changes` replace fields."""
    kinds = {column.name: column.kind for column in dataset.columns}
    columns = [
        measure(name, kinds.get(name) or kind_of(table.schema.field(name).type), table.column(name))
        for name in table.column_names
    ]
    figures = "".join(map(repr, columns))
    fields: dict[str, Any] = {
        "dataset": dataset.name,
        "month": str(month),
        "source": "sample",
        "source_url": f"sample://{dataset.name}/{month}",
        "source_bytes": 0,
        "source_sha256": "0" * 64,
        "synthetic": True,
        "rows_read": len(table),
        "rows_written": len(table),
        "rows_rejected": 0,
        "contract_version": dataset.version,
        "content_id": hashlib.sha256(figures.encode()).hexdigest(),
        "program_version": "test",
        "columns": columns,
    }
    return Provenance(**(fields | changes))


def write_object(
    lake: Lake, key: str, table: pa.Table, provenance: Provenance | None, row_group_rows: int = 50_000
) -> str:
    """Write rows with that provenance (or with none) and return the key."""
    metadata = provenance.footer() if provenance else None
    with lake.open_writer(key) as sink:
        pq.write_table(
            table.replace_schema_metadata(metadata), sink, compression="zstd", row_group_size=row_group_rows
        )
    return key


def write_month(lake: Lake, dataset: Dataset, month: Month, table: pa.Table | int, **changes: Any) -> str:
    """A month's object (a table, or that many sample rows) under its own key; returns the key."""
    rows = build_rows(dataset, month, table) if isinstance(table, int) else table
    provenance = build_provenance(dataset, month, rows, **changes)
    return write_object(lake, data_key(dataset.name, month), rows, provenance)


def measure(name: str, kind: Kind, column: pa.ChunkedArray) -> ColumnStats:
    """The figures `ColumnStats` defines, by pyarrow, independent of any warehouse."""
    values = column.combine_chunks()
    low_high = pc.min_max(values).as_py()
    return ColumnStats(
        name=name,
        kind=kind,
        count=len(values) - values.null_count,
        nulls=values.null_count,
        sum=_sum(kind, values),
        min=_text(low_high["min"]),
        max=_text(low_high["max"]),
        distinct=pc.count_distinct(values).as_py() if kind is Kind.TEXT else None,
    )


def kind_of(kind: pa.DataType) -> Kind:
    """The kind of a column outside the contract."""
    for test, found in (
        (pa.types.is_integer, Kind.INTEGER),
        (pa.types.is_floating, Kind.FLOAT),
        (pa.types.is_timestamp, Kind.TIMESTAMP),
    ):
        if test(kind):
            return found
    return Kind.TEXT


def figures_by_name(figures: Sequence[ColumnStats]) -> dict[str, ColumnStats]:
    """Figures by column name."""
    return {figure.name: figure for figure in figures}


def _sum(kind: Kind, values: pa.Array) -> str | None:
    if kind is Kind.MONEY:
        millionths = pc.round(pc.multiply(values, 1e6), round_mode="half_towards_infinity")
        total = pc.sum(pc.cast(millionths, pa.int64())).as_py()
    elif kind is Kind.TEXT:
        total = pc.sum(pc.utf8_length(values)).as_py()
    elif kind is Kind.TIMESTAMP:
        seconds = pc.floor_temporal(values, unit="second").view("int64")
        total = pc.sum(pc.divide(seconds, 1_000_000)).as_py()
    elif kind is Kind.DATE:
        total = pc.sum(pc.cast(values.view("int32"), pa.int64())).as_py()
    else:
        total = pc.sum(values).as_py()
    if total is None:
        return None
    return repr(float(total)) if kind is Kind.FLOAT else str(int(total))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return repr(value) if isinstance(value, float) else str(value)


def write_zone_shapes(lake: Lake) -> None:
    """The shapes of three zones, all the same square."""
    shape = {"type": "Polygon", "coordinates": [[[-74, 40], [-73, 40], [-73, 41], [-74, 41], [-74, 40]]]}
    zones = {
        "LocationID": [74, 75, 2],
        "Zone": ["East Harlem North", "East Harlem South", "Jamaica Bay"],
        "Borough": ["Manhattan", "Manhattan", "Queens"],
        "geometry": [json.dumps(shape)] * 3,
    }
    with lake.open_writer(SHAPES_KEY) as file:
        pq.write_table(pa.table(zones, schema=ZONE_SHAPES.arrow_schema()), file)
