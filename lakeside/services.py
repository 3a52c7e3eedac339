"""The composition root: settings in, ready services out. Nothing else chooses a backend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lakeside.apart.pool import ReaderPool, Terms
from lakeside.datasets import list_datasets
from lakeside.errors import SettingsError
from lakeside.lake.lake import Lake
from lakeside.people.gate import Gate
from lakeside.settings import Settings
from lakeside.sources.probe_store import FILE_NAME, ProbeStore
from lakeside.sources.sources import Sources
from lakeside.warehouse.protocol import Warehouse

_GRACE_SECONDS = 5.0  # a query stops itself at its limit; a process that does not is ended so much later
_ENGINE_MEGABYTES = 300  # address space of the engine's threads
_ENVELOPE = 1.5  # what Arrow's stream format may add to the rows


@dataclass(frozen=True)
class Services:
    """Everything a flow, command or page works with.

    The warehouse is opened when it is first used, so that work on the lake alone imports no driver.
    `whose` is the gate of who asks; without one the machine's own, see `lakeside.people`.
    """

    settings: Settings
    lake: Lake
    sources: Sources
    credentials: Any = field(default=None, repr=False)
    askers: ReaderPool | None = field(default=None, repr=False)  # processes for SQL on the lake
    whose: Gate | None = field(default=None, repr=False)
    base: Services | None = field(default=None, repr=False)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse the settings name; SettingsError when they cannot be used."""
        return self.base.warehouse if self.base else open_warehouse(self.settings, self.credentials)

    @property
    def gate(self) -> Gate:
        """What who asks may do."""
        return self.whose or Gate.of_machine(self.settings)

    def as_caller(self, gate: Gate) -> Services:
        """The same lake, sources and warehouse for somebody else."""
        return replace(self, whose=gate, base=self.base or self)


def open_services(settings: Settings, apart: bool = False, credentials: Any = None) -> Services:
    """Choose the backends the settings name. Opens no connection yet.

    With `apart` objects of the lake are parsed, and SQL on it runs, in processes that may die (see
    `settings.readers`): for the console, which must not, and for commands that look at whatever lies
    there. A flow run is a process of its own. `credentials` are google-auth's, in place of Application
    Default Credentials.

    Raises:
        SettingsError: the lake's URL cannot be used, or a setting names a dataset that is none of ours.
    """
    _check_names(settings.ingest.column_policy, "LAKESIDE_INGEST__COLUMN_POLICY")
    _check_names(settings.checks.block, "LAKESIDE_CHECKS__BLOCK")
    memory = ProbeStore(settings.home_folder / FILE_NAME)
    lake = Lake.open(settings, _open_readers(settings, apart), credentials)
    askers = None if lake.readers is None else _open_askers(settings)
    return Services(settings, lake, Sources(settings.sources, memory), credentials, askers)


def _open_readers(settings: Settings, apart: bool) -> ReaderPool | None:
    if not apart or not settings.readers.processes:
        return None
    pool = ReaderPool(settings.readers)
    pool.start()  # by the time it is asked it is warm
    return pool


def _open_askers(settings: Settings) -> ReaderPool:
    """Processes of their own for SQL on the lake, so that long queries keep no page of rows waiting.

    One more than queries run at once: while all of them run, the next can still be planned.
    """
    limits, readers = settings.limits, settings.readers
    bounds = {
        "processes": limits.queries_at_once + 1,
        "megabytes": limits.query_megabytes + readers.megabytes + _ENGINE_MEGABYTES,
        "seconds": limits.query_seconds + _GRACE_SECONDS,
    }
    terms = Terms(
        late_hint="Ask for fewer months or columns, or raise LAKESIDE_LIMITS__QUERY_SECONDS.",
        late_limit="limits.query_seconds",
        died_hint="An object of its months is damaged or made to do harm: preview them one by one to find "
        "it, and do not use it. Everything else goes on.",
        answer_bytes=int(limits.query_result_megabytes * 1e6 * _ENVELOPE),
        modules=("lakeside.queries.apart",),
    )
    return ReaderPool(readers.model_copy(update=bounds), terms)


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
