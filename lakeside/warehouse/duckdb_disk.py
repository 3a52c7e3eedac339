"""What a query of DuckDB writes beside its memory, held within a bound.

DuckDB's own `max_temp_directory_size` does not hold: with 1 MB allowed, version 1.5 was seen to write 260 MB
for a sort of 100 MB (`tests/limits/query_cases.py` has one). So the files are measured while a query runs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from lakeside.errors import LimitExceeded

_LOOK_SECONDS = 0.05


@contextmanager
def bounded_disk(connection: duckdb.DuckDBPyConnection, maximum_bytes: int) -> Iterator[None]:
    """Interrupt the connection when its temporary files grow by more than so many bytes.

    What lies there already does not count: a process that was killed may have left it.

    Raises:
        LimitExceeded: they did.
    """
    ((folder,),) = connection.execute("SELECT system.main.current_setting('temp_directory')").fetchall()
    before = _measure(str(folder))
    over, met = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            sizes = _measure(str(folder))
            if sum(max(0, size - before.get(file, 0)) for file, size in sizes.items()) > maximum_bytes:
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


def _measure(folder: str) -> dict[int, int]:
    """Inode -> bytes on disk of each file in a folder; it comes and goes with the query."""
    sizes: dict[int, int] = {}
    with suppress(OSError), os.scandir(folder) as entries:  # a file was removed between two looks
        for entry in entries:
            sizes[entry.inode()] = entry.stat(follow_symlinks=False).st_blocks * 512
    return sizes
