"""SQL of users on the warehouse's file: estimated first, then run within its limits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import duckdb

from lakeside.warehouse.duckdb_estimate import estimate_scans
from lakeside.warehouse.duckdb_file import DuckDBFile
from lakeside.warehouse.duckdb_sandbox import (
    KnownTables,
    Question,
    interrupt_after,
    prepare_select,
    refusing,
    run_prepared,
)
from lakeside.warehouse.duckdb_tables import list_names
from lakeside.warehouse.protocol import QueryEstimate, QueryResult, require_within


def query_file(file: DuckDBFile, question: Question) -> QueryResult:
    """Run one GoogleSQL SELECT on the file; `processed_bytes` is the estimate it was allowed by.

    Raises:
        QueryRejected, LimitExceeded, QueryCancelled, BackendUnavailable: see `Warehouse.run_query`.
    """
    started = time.monotonic()
    with _open(file) as (connection, known):
        prepared = prepare_select(connection, question, known)
        with refusing(question), interrupt_after(connection, question.limits.seconds, question.handle):
            estimate = estimate_scans(connection, prepared.scans, prepared.tables)
        require_within(estimate, question.limits)
        result = run_prepared(connection, question, prepared, started)
        return replace(result, processed_bytes=estimate.processed_bytes)


def estimate_file(file: DuckDBFile, question: Question) -> QueryEstimate:
    """See `Warehouse.estimate_query`."""
    with _open(file) as (connection, known):
        prepared = prepare_select(connection, question, known)
        with refusing(question), interrupt_after(connection, question.limits.seconds, question.handle):
            return estimate_scans(connection, prepared.scans, prepared.tables)


@contextmanager
def _open(file: DuckDBFile) -> Iterator[tuple[duckdb.DuckDBPyConnection, KnownTables]]:
    """A sandboxed connection; a missing file is a warehouse without tables."""
    with file.read() as connection:
        if connection is not None:
            names = list_names(connection, file)
            yield connection, KnownTables(file.schema, dict.fromkeys(names, file.schema))
            return
    with duckdb.connect(":memory:", config=file.bounds.reading) as empty:
        yield empty, KnownTables(file.schema, {})
