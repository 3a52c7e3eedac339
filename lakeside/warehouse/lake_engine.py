"""The engine for what lies in the lake: it reaches nothing but what is registered, within memory and disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from lakeside.settings import LimitSettings
from lakeside.warehouse.duckdb_file import Config

# A condition that is pushed into Arrow leaves out row groups by the footer's statistics, which may lie.
_DOUBT_STATISTICS = "SET disabled_optimizers = 'filter_pushdown'"


@contextmanager
def open_engine(
    bounds: LimitSettings, doubting: bool = False, times: int = 1
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty engine whose settings are locked; its disk is held by `bounded_disk` around what runs on it.

    Args:
        bounds: `query_megabytes` and `query_disk_megabytes` count.
        doubting: believe no statistics of what is registered.
        times: how often the memory of a query it may take.
    """
    with tempfile.TemporaryDirectory(prefix="lakeside-query-", ignore_cleanup_errors=True) as folder:
        config: Config = {
            "python_enable_replacements": "false",
            "memory_limit": f"{times * bounds.query_megabytes}MB",
            "temp_directory": folder,
            "max_temp_directory_size": f"{bounds.query_disk_megabytes}MB",
        }
        with duckdb.connect(":memory:", config=config) as connection:
            if doubting:
                connection.execute(_DOUBT_STATISTICS)
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
