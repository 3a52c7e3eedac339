"""Batches to one parquet object: row groups of a good size, figures and counts on the way."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from lakeside.datasets.contract import SOURCE_MONTH, SOURCE_ROW, Kind
from lakeside.ingest.arrays import from_numpy
from lakeside.ingest.conform import Conformed
from lakeside.ingest.figures import Figures, measure
from lakeside.ingest.plan import Plan
from lakeside.lake.provenance import ColumnStats

# BigQuery advises row groups of at least 16 MiB (its docs, "Load Parquet data"). Yellow trips encode to
# about 35 bytes a row, so half a million rows are enough; in memory such a group takes about 70 MB.
ROW_GROUP_ROWS = 1 << 19
ROW_GROUP_BYTES = 160 << 20


class MonthWriter:
    """Writes conformed batches, in the order given, as one parquet file. Not for several threads at once."""

    def __init__(self, sink: Any, plan: Plan, month: date) -> None:
        self._plan = plan
        self._days = (month - date(1970, 1, 1)).days
        self._writer = parquet.ParquetWriter(
            sink,
            plan.schema,
            compression="zstd",
            # Nearly every time and row number differs: a dictionary of them costs time and is larger.
            use_dictionary=[f.name for f in plan.schema if not _differs_by_row(f)],
            write_statistics=True,
        )
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = self._waiting_bytes = 0
        self._shared_nulls: dict[pa.DataType, pa.Array] = {}
        self._figures = {c.name: Figures(c.kind) for c in plan.kept}
        self._places = {c.name: place for place, c in enumerate(plan.kept)}
        self.rows_read = self.rows_written = self.rows_rejected = self.surplus_fields_trimmed = 0
        self.rejected_by_reason: Counter[str] = Counter()

    def __enter__(self) -> MonthWriter:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """After an error the file is ended while its sink still takes bytes; the sink discards them."""
        if error is not None:
            with suppress(Exception):
                self._writer.close()

    def write(self, batch: Conformed) -> None:
        """Take in the next batch of the file; its rows are numbered on from the last one's."""
        for planned, figures in zip(self._plan.kept, batch.figures, strict=True):
            self._figures[planned.name].add(figures)
        record = self._complete(batch)
        self._waiting.append(record)
        self._waiting_rows += record.num_rows
        self._waiting_bytes += sum(column.nbytes for column in batch.columns)
        self.rows_read += batch.rows_read
        self.rows_written += record.num_rows
        self.rows_rejected += len(batch.rejects)
        self.rejected_by_reason.update(r.reason.value for r in batch.rejects)
        self.surplus_fields_trimmed += batch.surplus_fields_trimmed
        if self._waiting_rows >= ROW_GROUP_ROWS or self._waiting_bytes >= ROW_GROUP_BYTES:
            self._flush()

    def finish(self) -> list[ColumnStats]:
        """Write what waits; the figures of every column, in the order of the file."""
        self._flush()
        return [self._stats_of(field) for field in self._plan.schema]

    def close(self, metadata: dict[bytes, bytes]) -> None:
        """Write the footer with this metadata."""
        self._writer.add_key_value_metadata(metadata)
        self._writer.close()

    def _complete(self, batch: Conformed) -> pa.RecordBatch:
        """The batch with the columns Lakeside adds and those the file lacks."""
        rows = np.arange(batch.rows_read) if batch.rows is None else batch.rows
        own = {
            SOURCE_MONTH: from_numpy(np.full(len(rows), self._days, np.int32), pa.date32()),
            SOURCE_ROW: from_numpy(rows + self.rows_read, pa.int64()),
        }
        self._measure_own(own)
        columns = []
        for field in self._plan.schema:
            place = self._places.get(field.name)
            if place is not None:
                columns.append(batch.columns[place])
            else:
                columns.append(own[field.name] if field.name in own else self._nulls(field.type, len(rows)))
        return pa.record_batch(columns, schema=self._plan.schema)

    def _nulls(self, type_: pa.DataType, rows: int) -> pa.Array:
        """Nulls for a column the file lacks; all such columns of all waiting batches share them."""
        nulls = self._shared_nulls.get(type_)
        if nulls is None or len(nulls) < rows:
            nulls = self._shared_nulls[type_] = pa.nulls(rows, type_)
        return nulls.slice(0, rows)

    def _measure_own(self, own: dict[str, pa.Array]) -> None:
        for name, kind in ((SOURCE_MONTH, Kind.DATE), (SOURCE_ROW, Kind.INTEGER)):
            self._figures.setdefault(name, Figures(kind)).add(measure(own[name], kind))

    def _flush(self) -> None:
        if not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting, self._plan.schema)
        self._waiting = []
        self._waiting_rows = self._waiting_bytes = 0
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))

    def _stats_of(self, field: pa.Field) -> ColumnStats:
        figures = self._figures.get(field.name)
        if figures is None:
            kind = next(k for k in Kind if k.arrow_type == field.type)
            figures = Figures(kind, nulls=self.rows_written)
        return figures.as_stats(field.name)


def _differs_by_row(field: pa.Field) -> bool:
    return field.name == SOURCE_ROW or bool(pa.types.is_timestamp(field.type))
