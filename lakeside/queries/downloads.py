"""A query's rows as a file to take along: CSV that no spreadsheet runs, and parquet."""

from __future__ import annotations

import csv
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.shown import guard_formula


def write_csv(table: pa.Table) -> bytes:
    """UTF-8 with a header; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow([_guard(name) for name in table.column_names])
    for batch in table.to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            writer.writerow([_guard(value) for value in row])
    return sink.getvalue().encode()


def write_parquet(table: pa.Table) -> bytes:
    """The table as it is, zstd-compressed."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _guard(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str):
        return guard_formula(value)
    return "" if value is None else value
