"""SQL of users on DuckDB: guarded, translated, read-only, bounded in rows, seconds and bytes.

Three locks, each enough by itself against files, network and writes: the guard on the text, DuckDB's own
parser and plan (one SELECT, scans of known tables only), and the connection's settings, which are frozen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from lakeside.errors import LakesideError, LimitExceeded, QueryCancelled, QueryRejected
from lakeside.warehouse.cancelling import QueryHandle, stopped_by
from lakeside.warehouse.duckdb_disk import bounded_disk
from lakeside.warehouse.duckdb_errors import first_line, out_of_memory, streamed_errors
from lakeside.warehouse.duckdb_plan import Scan, read_plan, require_tables
from lakeside.warehouse.protocol import QueryLimits, QueryResult, require_carried
from lakeside.warehouse.sql.positions import locate_cause, say_position
from lakeside.warehouse.sql.results import as_bigquery
from lakeside.warehouse.sql.translate import translate_select

_BATCH_ROWS = 2048

_ARROW_SHORT = "Out of memory"  # of Arrow, when it fails in a scan: DuckDB passes on its words alone
_ONE_SELECT = "Nothing here can change data or settings."
# Functions that tell of the process, write to its log or hold it up; no setting forbids them, so they are
# covered.
_COVERED = (
    "current_setting(a)",
    "getvariable(a)",
    "current_query()",
    "current_database()",
    "current_catalog()",
    "current_schema()",
    "current_schemas(a)",
    "version()",
    "write_log(a)",
    "pg_sleep(a)",
    "sleep_ms(a)",
)
_COVER = "; ".join(f"CREATE OR REPLACE TEMP MACRO {name} AS error('not allowed')" for name in _COVERED)


@dataclass(frozen=True, slots=True)
class Question:
    """One SELECT of a user's: its text, its bounds, and what may stop it."""

    sql: str
    limits: QueryLimits
    handle: QueryHandle | None = None


@dataclass(frozen=True, slots=True)
class KnownTables:
    """What a query may name: the dataset's name, and its tables with the schema each has in DuckDB."""

    dataset: str
    tables: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that passed every lock: what DuckDB runs, the tables named, and the scans of its plan."""

    sql: str
    tables: frozenset[str]
    scans: tuple[Scan, ...]


def prepare_select(connection: duckdb.DuckDBPyConnection, question: Question, known: KnownTables) -> Prepared:
    """Translate, and let DuckDB parse and plan it; nothing runs.

    Raises:
        QueryRejected, NotFound: see `translate_select`; or DuckDB does not understand it.
    """
    translated = translate_select(question.sql, known.dataset, known.tables, question.limits.rows)
    scans = plan_locked(connection, translated.sql, question, known)
    return Prepared(translated.sql, translated.tables, scans)


def plan_locked(
    connection: duckdb.DuckDBPyConnection, sql: str, question: Question, known: KnownTables
) -> tuple[Scan, ...]:
    """The engine's own locks, whatever text comes to it: one SELECT by DuckDB's parser, no table function
    and no foreign table in its plan, nothing that tells of the process.

    Raises:
        QueryRejected: one of them holds.
    """
    database = _cover_functions(connection)
    allowed = {(database, schema or "main", name) for name, schema in known.tables.items()}
    with refusing(question):
        must_be_select(connection, sql)
        scans = read_plan(connection, sql)
    require_tables(scans, allowed)
    return tuple(scans)


def run_prepared(
    connection: duckdb.DuckDBPyConnection, question: Question, prepared: Prepared, started: float
) -> QueryResult:
    """Run what was prepared on the same connection.

    Raises:
        LimitExceeded, QueryCancelled, QueryRejected: see `Warehouse.run_query`.
    """
    limits = question.limits
    table = take_rows(connection, prepared.sql, question)
    return QueryResult(
        table=as_bigquery(table.slice(0, limits.rows)),
        truncated=table.num_rows > limits.rows,
        elapsed_seconds=time.monotonic() - started,
        processed_bytes=None,
        limits=limits,
    )


def take_rows(connection: duckdb.DuckDBPyConnection, sql: str, question: Question) -> pa.Table:
    """The rows of `sql`, one more than are allowed where there are more; within every bound of the question.

    Raises:
        LimitExceeded, QueryCancelled, QueryRejected: see `Warehouse.run_query`.
    """
    limits = question.limits
    with (
        refusing(question),
        bounded_disk(connection, limits.disk_bytes),
        interrupt_after(connection, limits.seconds, question.handle),
    ):
        return _take(connection.sql(sql).to_arrow_reader(_BATCH_ROWS), limits)


def run_select(
    connection: duckdb.DuckDBPyConnection, question: Question, known: KnownTables, started: float
) -> QueryResult:
    """Prepare and run on an open sandboxed connection."""
    return run_prepared(connection, question, prepare_select(connection, question, known), started)


def must_be_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """DuckDB's own parser must agree that this is one SELECT; QueryRejected when it does not."""
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryRejected(f"The query cannot be run: {first_line(error)}", "Write it simpler.") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRejected("Only one SELECT can be run.", _ONE_SELECT)


def interrupt_after(
    connection: duckdb.DuckDBPyConnection, seconds: float, handle: QueryHandle | None = None
) -> AbstractContextManager[None]:
    """Interrupt the connection when the seconds are over or the handle is cancelled."""
    return stopped_by(connection.interrupt, seconds, handle)


def _cover_functions(connection: duckdb.DuckDBPyConnection) -> str:
    """Put an error in place of functions that tell of the process; the connection's database."""
    ((database,),) = connection.execute("SELECT system.main.current_database()").fetchall()
    connection.execute(_COVER)
    return str(database)


@contextmanager
def refusing(question: Question) -> Iterator[None]:
    """DuckDB's errors as ours, with the place in the user's text."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise _stopped(question) from error
    except duckdb.OutOfMemoryException as error:
        raise out_of_memory("The query", error, "Aggregate or filter first.") from error
    except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
        words = first_line(error)
        if _ARROW_SHORT in words:
            raise LimitExceeded(
                "The query needs too much memory to read an object.",
                "Ask for fewer columns or months.",
                limit="limits.query_megabytes",
            ) from error
        at = locate_cause(question.sql, str(error))
        raise QueryRejected(
            words.removesuffix(".").removesuffix("!") + say_position(at) + ".",
            "Check names, types and values.",
            at,
        ) from error


def _stopped(question: Question) -> LakesideError:
    if question.handle is not None and question.handle.is_cancelled:
        return QueryCancelled("The query was cancelled.", "Nothing of it runs any more.")
    return LimitExceeded(
        f"The query was stopped after {question.limits.seconds:g} s.",
        "Ask for fewer months or columns, or aggregate first.",
        limit="limits.query_seconds",
    )


def _take(reader: pa.RecordBatchReader, limits: QueryLimits) -> pa.Table:
    """One row more than are allowed, to know that there are more.

    The reader is closed however it ends: an error that is kept would keep it too, and with it DuckDB's
    instance, for which the next who opens the file waits for ever.
    """
    batches, left, size_bytes = [], limits.rows + 1, 0
    with reader, streamed_errors():
        for batch in reader:
            batches.append(batch.slice(0, left))
            left -= batches[-1].num_rows
            size_bytes += batches[-1].nbytes
            require_carried(size_bytes, limits)
            if left <= 0:
                break
    return pa.Table.from_batches(batches, reader.schema)
