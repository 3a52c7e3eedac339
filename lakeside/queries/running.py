"""Queries in threads of their own: started, watched, cancelled by a handle, bounded in number.

Whoever starts one keeps its handle; nobody waits for it. A query nobody asks for any more ends by its own
limits of seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import StrEnum

from lakeside.errors import LakesideError, LimitExceeded, QueryCancelled
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.protocol import QueryResult

log = logging.getLogger(__name__)

Ask = Callable[[QueryHandle], QueryResult]
OnEnd = Callable[[QueryResult | None], None]
_LINE_SECONDS = 0.2


class State(StrEnum):
    """Where a query is."""

    WAITING = "waiting"  # for its turn
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RunningQuery:
    """One query in its thread. Everything here can be read at any time; nothing blocks."""

    def __init__(self, ask: Ask, on_end: OnEnd) -> None:
        self.state = State.WAITING
        self.result: QueryResult | None = None
        self.error: LakesideError | None = None
        self.started_at = time.monotonic()
        self.ended_at: float | None = None
        self._handle = QueryHandle()
        self._ask = ask
        self._on_end = on_end
        self._over = threading.Event()

    @property
    def is_over(self) -> bool:
        """Has it ended, one way or another."""
        return self._over.is_set()

    @property
    def is_stopping(self) -> bool:
        """Was it asked to stop and has not yet."""
        return self._handle.is_cancelled and not self.is_over

    @property
    def elapsed_seconds(self) -> float:
        """Since it was started, until now or its end."""
        return (self.ended_at or time.monotonic()) - self.started_at

    def cancel(self) -> None:
        """Ask it to stop; it says CANCELLED when its engine has."""
        self._handle.cancel()

    def wait(self, seconds: float) -> bool:
        """Until it is over or the seconds are; is it over."""
        return self._over.wait(seconds)

    def _run(self, turns: threading.Semaphore) -> None:
        try:
            self._take_turn(turns)
            try:
                self.state = State.RUNNING
                self.result = self._ask(self._handle)
                self._end(State.DONE, None)
            finally:
                turns.release()
        except QueryCancelled as error:
            self._end(State.CANCELLED, error)
        except LakesideError as error:
            self._end(State.FAILED, error)
        except Exception as error:  # the thread must never end in silence
            log.exception("A query failed in an unforeseen way")
            self._end(State.FAILED, LakesideError(f"Unexpected: {error}", "The console's log has details."))

    def _take_turn(self, turns: threading.Semaphore) -> None:
        while not turns.acquire(timeout=_LINE_SECONDS):
            if self._handle.is_cancelled:
                raise QueryCancelled("The query was cancelled before its turn.", "")

    def _end(self, state: State, error: LakesideError | None) -> None:
        self._on_end(self.result)
        self.state, self.error, self.ended_at = state, error, time.monotonic()
        self._over.set()


class QueryDesk:
    """Runs at most `at_once` queries of this process at the same time; `waiting` more wait in line."""

    def __init__(self, at_once: int, waiting: int = 16) -> None:
        self._turns = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._open = 0
        self._most = at_once + waiting

    def start(self, ask: Ask, on_end: OnEnd | None = None) -> RunningQuery:
        """Start a query in a thread; `on_end` is called once, with its result or None, before it is over.

        Raises:
            LimitExceeded: too many wait already; nothing was started.
        """
        with self._lock:
            if self._open >= self._most:
                raise LimitExceeded(
                    f"{self._open} queries run or wait already.",
                    "Run it again when some are done.",
                    limit="limits.queries_waiting",
                )
            self._open += 1

        def settle(result: QueryResult | None) -> None:
            with self._lock:
                self._open -= 1
            if on_end is not None:
                on_end(result)

        query = RunningQuery(ask, settle)
        threading.Thread(target=query._run, args=(self._turns,), name="query", daemon=True).start()
        return query
