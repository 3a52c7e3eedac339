"""Staging beside the warehouse: a month is loaded and measured in a DuckDB file of its own.

The warehouse's file is then held only for the transaction that swaps the rows, and a process killed
while loading leaves a file that the next sweep removes, never anything in the warehouse.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.datasets.contract import SOURCE_MONTH
from lakeside.errors import BadFile
from lakeside.lake.errors import decoded
from lakeside.lake.lake import Lake
from lakeside.lake.provenance import ColumnStats
from lakeside.processes import process_exists
from lakeside.warehouse.audit import LoadPlan
from lakeside.warehouse.duckdb_errors import duckdb_errors, first_line, folder_errors, is_disk_full
from lakeside.warehouse.duckdb_file import EngineBounds
from lakeside.warehouse.figures import DUCKDB, figure_expressions, quote_duckdb, read_figures

STAGED = "staged"
_NAME = re.compile(r"(?P<stem>.+_\d{4}_\d{2})_(?P<second>\d+)_(?P<pid>\d+)_[0-9a-f]{8}\.duckdb")
_DAY_SECONDS = 86_400
_BATCH_ROWS = 65_536


class StagingFolder:
    """The folder `<warehouse>.staging` and the files in it; names carry second and process."""

    def __init__(self, warehouse: Path, bounds: EngineBounds) -> None:
        self.bounds = bounds
        self.folder = warehouse.with_name(warehouse.name + ".staging")

    @contextlib.contextmanager
    def staged(self, plan: LoadPlan, lake: Lake) -> Iterator[Path]:
        """Load the object into a file of its own, which is gone when the block ends."""
        with folder_errors(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)
        stem = f"{plan.dataset.name}_{plan.month.year}_{plan.month.number:02d}"
        name = f"{stem}_{int(time.time())}_{os.getpid()}_{uuid.uuid4().hex[:8]}.duckdb"
        path = self.folder / name
        try:
            with (
                duckdb_errors(str(path)),
                duckdb.connect(str(path), config=self.bounds.writing) as connection,
                _reading(lake.url_of(plan.key)),
            ):
                _load(connection, plan, lake)
            yield path
        finally:
            _remove(path)
            with contextlib.suppress(OSError):
                self.folder.rmdir()

    def sweep(self, older_than_seconds: float) -> int:
        """Remove files of dead processes older than that, and any older than a day; how many."""
        now = time.time()
        removed = 0
        for path in sorted(self.folder.glob("*.duckdb")):
            match = _NAME.fullmatch(path.name)
            if match is None:
                continue
            age = now - int(match["second"])
            dead = not process_exists(int(match["pid"]))
            if age >= older_than_seconds and (dead or age >= _DAY_SECONDS):
                _remove(path)
                removed += 1
        return removed


def measure_staged(path: Path, plan: LoadPlan) -> tuple[int, int, list[ColumnStats]]:
    """(rows, rows of another source_month, figures per column) of a staged file."""
    other = f"count(*) FILTER ({quote_duckdb(SOURCE_MONTH)} IS DISTINCT FROM DATE '{plan.month.first_day}')"
    selected = ", ".join([other, *figure_expressions(plan.kinds, DUCKDB)])
    with duckdb_errors(str(path)), duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(f"SELECT {selected} FROM {STAGED}").fetchone() or ()
    rows, figures = read_figures(row[1:], plan.kinds)
    return rows, int(row[0]), figures


def _load(connection: duckdb.DuckDBPyConnection, plan: LoadPlan, lake: Lake) -> None:
    local = lake.find_local_path(plan.key)
    if local is not None:
        connection.execute(f"CREATE TABLE {STAGED} AS SELECT * FROM read_parquet(?)", [str(local)])
        return
    failures: list[Exception] = []  # through DuckDB only their words would arrive
    with lake.open_reader(plan.key) as handle:
        parquet = pq.ParquetFile(handle)
        rows = _noting(parquet.iter_batches(batch_size=_BATCH_ROWS), failures)
        connection.register("batches", pa.RecordBatchReader.from_batches(parquet.schema_arrow, rows))
        try:
            connection.execute(f"CREATE TABLE {STAGED} AS SELECT * FROM batches")
        except duckdb.Error as error:
            raise (failures or [error])[0] from error
        connection.unregister("batches")


def _noting(batches: Iterable[pa.RecordBatch], failures: list[Exception]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except Exception as error:
        failures.append(error)
        raise


@contextlib.contextmanager
def _reading(url: str) -> Iterator[None]:
    """What DuckDB or Arrow cannot read is the object's fault; a full disk is not."""
    try:
        with decoded(url):
            yield
    except duckdb.Error as error:
        if is_disk_full(error) or isinstance(error, duckdb.OutOfMemoryException | duckdb.InterruptException):
            raise
        raise BadFile(
            f"{url} cannot be loaded: {first_line(error)}",
            "Write the month again with --force, then load it.",
        ) from error


def _remove(path: Path) -> None:
    for name in (path, path.with_name(path.name + ".wal")):
        name.unlink(missing_ok=True)
