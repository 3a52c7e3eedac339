"""The console's door to runs: start, follow, cancel. Synchronous, bounded, and without Prefect's types.

Importing this module is cheap; Prefect is imported at the first call that needs it. Every error is a
LakesideError: BackendUnavailable when the server or a worker is missing, NotFound for an unknown run,
SettingsError for parameters that would be refused.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flows.names import INGEST_FLOW, LOAD_FLOW
from flows.parameters import IngestParameters, LoadParameters, check_parameters
from flows.runs import ConsoleHealth, Launch, LogLine, MonthLine, RunDetail, RunSummary
from flows.stack import find_api_url
from lakeside.errors import BackendUnavailable, LakesideError
from lakeside.settings import Settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

PROBE_SECONDS = 0.8
_START = "Start it with `lakeside up`."

__all__ = ["ConsoleHealth", "Launch", "LogLine", "MonthLine", "RunConsole", "RunDetail", "RunSummary"]


class RunConsole:
    """Runs over Prefect's API. Safe to share between threads; cheap to make."""

    def __init__(self, settings: Settings) -> None:
        _prepare_prefect(settings)
        self._settings = settings
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, float], SyncPrefectClient] = {}

    @classmethod
    def open(cls, settings: Settings) -> RunConsole:
        """A console for the API these settings lead to. Connects to nothing yet."""
        return cls(settings)

    @property
    def api_url(self) -> str:
        """The API as of now: the setting, else the running stack's, else this machine's port."""
        return find_api_url(self._settings)

    def check_ready(self) -> ConsoleHealth:
        """Whether a run started now would run; under a second once Prefect is imported. Never raises."""
        url, pool = self.api_url, self._settings.prefect.work_pool
        if not _accepts_connections(url):
            return ConsoleHealth(url, False, 0, False, f"No Prefect server answers at {url}.", _START)
        from flows import queries

        try:
            with self._client("The Prefect server", PROBE_SECONDS) as client:
                return queries.read_health(client, url, pool)
        except LakesideError as error:
            return ConsoleHealth(url, False, 0, False, error.message, error.hint)

    def start_ingest(self, launch: Launch) -> RunSummary:
        """Start `ingest-months`; the same launch while it is at work gives the run that is there.

        Raises:
            SettingsError: a parameter is out of range. BackendUnavailable: nothing would execute the run.
        """
        values = {**asdict(launch), "months": list(launch.months)}
        return self._start(INGEST_FLOW, check_parameters(IngestParameters, values))

    def start_load(self, dataset: str, year: int, months: tuple[int, ...]) -> RunSummary:
        """Start `load-months` (lake to warehouse alone); raises as `start_ingest` does."""
        values = {"dataset": dataset, "year": year, "months": list(months)}
        return self._start(LOAD_FLOW, check_parameters(LoadParameters, values))

    def list_runs(self, limit: int = 50, offset: int = 0) -> list[RunSummary]:
        """Runs, newest first, without those a schedule has planned for later; at most 200 at once."""
        from flows import queries

        with self._client("The list of runs") as client:
            return queries.list_runs(client, min(limit, queries.MOST_RUNS), offset)

    def get_run(self, run_id: str) -> RunDetail:
        """A run with its months.

        Raises:
            NotFound: there is no such run.
        """
        from flows import queries

        with self._client(f"Run {run_id}") as client:
            return queries.get_run(client, queries.parse_id(run_id))

    def list_logs(self, run_id: str, after: datetime | None = None, limit: int = 200) -> list[LogLine]:
        """Log lines, oldest first, those later than `after` only.

        Lines come from two processes (worker and run) and may arrive late: to have every line of a run
        that has ended, ask again from its beginning.
        """
        from flows import queries

        with self._client(f"The log of run {run_id}") as client:
            return queries.list_logs(client, queries.parse_id(run_id), after, limit)

    def cancel_run(self, run_id: str) -> None:
        """Ask a run to stop; its process is killed and it becomes Cancelled within seconds.

        Nothing happens to a run that has ended. Raises NotFound for an unknown run.
        """
        from flows import queries

        with self._client(f"Run {run_id}") as client:
            queries.cancel_run(client, queries.parse_id(run_id))

    def _start(self, flow: str, parameters: dict[str, Any]) -> RunSummary:
        health = self.check_ready()
        if not health.can_run:
            raise BackendUnavailable(health.message, health.hint)
        from flows import queries

        with self._client(f"Starting {flow}") as client:
            return queries.start_run(client, flow, parameters)

    @contextmanager
    def _client(self, subject: str, read_seconds: float = 10.0) -> Iterator[SyncPrefectClient]:
        from flows.api import open_client, translated_errors

        url = self.api_url
        with self._lock:
            client = self._clients.get((url, read_seconds))
            if client is None:
                client = self._clients[url, read_seconds] = open_client(url, read_seconds)
        with translated_errors(subject):
            yield client


def _prepare_prefect(settings: Settings) -> None:
    """What Prefect reads when it is imported: our folder, nothing sent home, no server of its own."""
    os.environ.setdefault("PREFECT_HOME", str(settings.home_folder / "prefect"))
    os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")


def _accepts_connections(url: str) -> bool:
    """A plain connection attempt, so that an absent server is noticed before Prefect is imported."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", port), timeout=PROBE_SECONDS):
            return True
    except OSError:
        return False
