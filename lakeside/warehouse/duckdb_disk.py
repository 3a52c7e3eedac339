"""What a query of DuckDB writes beside its memory, held within a bound.

DuckDB's own `max_temp_directory_size` does not hold: with 1 MB allowed, version 1.5 was seen to write 260 MB
for a sort of 100 MB (`tests/limits/query_cases.py` has one). So the files are measured while a query runs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from lakeside.errors import LimitExceeded

_LOOK_SECONDS = 0.05


@contextmanager
def bounded_disk(connection: duckdb.DuckDBPyConnection, maximum_bytes: int) -> Iterator[None]:
    """Interrupt the connection when its temporary files take more than so many bytes.

    Raises:
        LimitExceeded: they did.
    """
    ((folder,),) = connection.execute("SELECT system.main.current_setting('temp_directory')").fetchall()
    over, met = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if _measure(str(folder)) > maximum_bytes:
                met.set()
                connection.interrupt()

    watcher = threading.Thread(target=watch, name="query-disk", daemon=True)
    watcher.start()
    try:
        yield
    except duckdb.Error as error:
        if not met.is_set():
            raise
        raise LimitExceeded(
            f"The query would write more than {maximum_bytes / 1e6:,.0f} MB of temporary files.",
            "Aggregate or filter first, or raise LAKESIDE_LIMITS__QUERY_DISK_MEGABYTES.",
            limit="limits.query_disk_megabytes",
        ) from error
    finally:
        over.set()
        watcher.join()


def _measure(folder: str) -> int:
    """Bytes on disk of the files in a folder; it comes and goes with the query."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                total += entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:  # a file was removed between two looks
        return total
    return total
