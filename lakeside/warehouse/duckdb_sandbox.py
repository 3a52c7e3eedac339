"""SQL of users on DuckDB: guarded, translated, read-only, bounded in rows and seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from lakeside.errors import LimitExceeded, QueryRejected
from lakeside.warehouse.duckdb_errors import first_line
from lakeside.warehouse.duckdb_file import READ_CONFIG, DuckDBFile
from lakeside.warehouse.duckdb_tables import list_names
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from lakeside.warehouse.sql.results import as_bigquery
from lakeside.warehouse.sql.translate import translate_select

_BATCH_ROWS = 2048


def query_warehouse_file(file: DuckDBFile, sql: str, limits: QueryLimits) -> QueryResult:
    """Run one GoogleSQL SELECT on the warehouse's file; a missing file is a warehouse without tables.

    Raises:
        QueryRejected, LimitExceeded, BackendUnavailable: see `Warehouse.run_query`.
    """
    started = time.monotonic()
    with file.read() as connection:
        if connection is not None:
            names = list_names(connection, file)
            return run_select(
                connection, sql, (file.schema, dict.fromkeys(names, file.schema)), limits, started
            )
    with duckdb.connect(":memory:", config=READ_CONFIG) as empty:
        return run_select(empty, sql, (file.schema, {}), limits, started)


def run_select(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    known: tuple[str, Mapping[str, str | None]],
    limits: QueryLimits,
    started: float,
) -> QueryResult:
    """Translate and run on an open sandboxed connection.

    `known` is the dataset's name and its tables with the schema each has in DuckDB.
    """
    translated = translate_select(sql, known[0], known[1], limits.rows)
    _must_be_select(connection, translated.sql)
    with interrupt_after(connection, limits.seconds):
        try:
            rows = connection.sql(translated.sql).to_arrow_reader(_BATCH_ROWS)
            table = _take(rows, limits.rows + 1)
        except duckdb.InterruptException as error:
            raise LimitExceeded(
                f"The query was stopped after {limits.seconds:g} s.",
                "Ask for fewer months or columns, or aggregate first.",
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise LimitExceeded(
                f"The query needs too much memory: {first_line(error)}", "Aggregate or filter first."
            ) from error
        except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
            raise QueryRejected(first_line(error), "Check names, types and values.") from error
    return QueryResult(
        table=as_bigquery(table.slice(0, limits.rows)),
        truncated=table.num_rows > limits.rows,
        elapsed_seconds=time.monotonic() - started,
        processed_bytes=None,
        limits=limits,
    )


def _must_be_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    # The second lock on the door: DuckDB's own parser must agree that this is one SELECT.
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryRejected(f"The query cannot be run: {first_line(error)}", "Write it simpler.") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRejected("Only one SELECT can be run.", "Nothing here can change data or settings.")


def _take(reader: pa.RecordBatchReader, rows: int) -> pa.Table:
    batches, taken = [], 0
    for batch in reader:
        batches.append(batch)
        taken += batch.num_rows
        if taken >= rows:
            break
    return pa.Table.from_batches(batches, reader.schema).slice(0, rows)


@contextmanager
def interrupt_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
