"""One transaction on a DuckDB connection: everything in the block, or nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit when the block is left cleanly, else roll back; the first error is the one that leaves.

    A statement or a commit that failed (the disk is full, say) may already have ended the transaction, so
    rolling back may fail too; that says nothing new.
    """
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise
