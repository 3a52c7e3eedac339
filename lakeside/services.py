"""The composition root: settings in, ready services out. Nothing else chooses a backend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lakeside.apart.pool import ReaderPool
from lakeside.datasets import list_datasets
from lakeside.errors import SettingsError
from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from lakeside.sources.probe_store import FILE_NAME, ProbeStore
from lakeside.sources.sources import Sources
from lakeside.warehouse.protocol import Warehouse


@dataclass(frozen=True)
class Services:
    """Everything a flow, command or page works with.

    The warehouse is opened when it is first used, so that work on the lake alone imports no driver.
    """

    settings: Settings
    lake: Lake
    sources: Sources
    credentials: Any = field(default=None, repr=False)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse the settings name; SettingsError when they cannot be used."""
        return open_warehouse(self.settings, self.credentials)


def open_services(settings: Settings, apart: bool = False, credentials: Any = None) -> Services:
    """Choose the backends the settings name. Opens no connection yet.

    With `apart` objects of the lake are parsed in processes that may die (see `settings.readers`): for the
    console, which must not, and for commands that look at whatever lies there. A flow run is a process of
    its own. `credentials` are google-auth's, in place of Application Default Credentials.

    Raises:
        SettingsError: the lake's URL cannot be used, or a setting names a dataset that is none of ours.
    """
    _check_names(settings.ingest.column_policy, "LAKESIDE_INGEST__COLUMN_POLICY")
    _check_names(settings.checks.block, "LAKESIDE_CHECKS__BLOCK")
    memory = ProbeStore(settings.home_folder / FILE_NAME)
    lake = Lake.open(settings, _open_readers(settings, apart), credentials)
    return Services(settings, lake, Sources(settings.sources, memory), credentials)


def _open_readers(settings: Settings, apart: bool) -> ReaderPool | None:
    if not apart or not settings.readers.processes:
        return None
    pool = ReaderPool(settings.readers)
    pool.start()  # by the time it is asked it is warm
    return pool


def _check_names(names: Iterable[str], setting: str) -> None:
    known = [dataset.name for dataset in list_datasets()]
    for name in names:
        if name not in known:
            raise SettingsError(
                f"{setting} names {name!r}, which is no dataset.",
                f"Datasets are {', '.join(known)}.",
            )


def open_warehouse(settings: Settings, credentials: Any = None) -> Warehouse:
    """The warehouse the settings name; its driver is imported only when it is the one."""
    if settings.warehouse.kind == "bigquery":
        from lakeside.warehouse.bigquery_warehouse import BigQueryWarehouse

        return BigQueryWarehouse.open(settings, credentials)
    from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse

    return DuckDBWarehouse.open(settings)
