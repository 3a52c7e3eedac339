"""The way to Prefect's API that every part of the console shares. Imports no Prefect until it is used."""

from __future__ import annotations

import copy
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from flows.runs import ConsoleHealth
from flows.stack import find_api_url
from lakeside.errors import LakesideError
from lakeside.people import Gate
from lakeside.people.caller import find_user
from lakeside.settings import Settings
from lakeside.shown import hide_secrets

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

PROBE_SECONDS = 2.0  # for a page that only shows how things are
_CONNECT_SECONDS = 0.8
_START = "Start it with `lakeside up`."


class Door:
    """One client per API address and patience, shared by all threads; cheap to make.

    Args:
        settings: they lead to the API.
        started_by: who starts runs through this door, for people; the system's user when empty.
    """

    def __init__(self, settings: Settings, started_by: str = "") -> None:
        _prepare_prefect(settings)
        self._settings = settings
        self._started_by = started_by or find_user()
        self._base = self
        self.gate = Gate.of_machine(settings)
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, float], SyncPrefectClient] = {}
        self._late_since: float | None = None

    def as_caller(self, gate: Gate) -> Self:
        """The same door for somebody else: the gate says what they may, and runs say who started them."""
        twin = copy.copy(self)
        twin.gate = gate
        twin._started_by = gate.caller.name or self._started_by
        return twin

    @property
    def api_url(self) -> str:
        """The API as of now: the setting, else the running stack's, else this machine's port."""
        return find_api_url(self._settings)

    def check_ready(self, seconds: float | None = None) -> ConsoleHealth:
        """Whether a run started now would run. Never raises.

        Args:
            seconds: how long each of two answers is waited for, once Prefect is imported; by default as
                long as any other.
        """
        url, pool = hide_secrets(self.api_url), self._settings.prefect.work_pool
        if not _accepts_connections(self.api_url):
            return ConsoleHealth(url, False, 0, False, f"No Prefect server answers at {url}.", _START)
        from flows import queries
        from flows.api import is_late

        try:
            with self._client("The Prefect server", seconds) as client:
                health = queries.read_health(client, url, pool)
        except LakesideError as error:
            late = self._note_lateness(is_late(error))
            return ConsoleHealth(url, False, 0, False, error.message, error.hint, late)
        self._note_lateness(False)
        return health

    def _note_lateness(self, late: bool) -> bool:
        """Whether it is worth waiting for: not once it has been silent for longer than anything may take."""
        now, base = time.monotonic(), self._base
        base._late_since = (base._late_since or now) if late else None
        return late and now - (base._late_since or now) <= self._settings.prefect.answer_seconds

    def _warm_up(self) -> None:
        """Import what the first question takes, seconds in a new process, unless no server is there."""
        if _accepts_connections(self.api_url):
            from flows import queries

            _ = queries

    @contextmanager
    def _client(self, subject: str, seconds: float | None = None) -> Iterator[SyncPrefectClient]:
        from flows.api import open_client, translated_errors

        url, patience = self.api_url, seconds or self._settings.prefect.answer_seconds
        with self._lock:
            client = self._clients.get((url, patience))
            if client is None:
                client = self._clients[url, patience] = open_client(url, patience)
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
        with socket.create_connection((parts.hostname or "127.0.0.1", port), timeout=_CONNECT_SECONDS):
            return True
    except OSError:
        return False
