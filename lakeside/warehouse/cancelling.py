"""Stopping a query that runs in another thread: a handle to cancel by, and a watch that interrupts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_REPEAT_SECONDS = 0.05


class QueryHandle:
    """Held by whoever may stop a query; `cancel` can be called at any time, from any thread, repeatedly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._wakers: list[threading.Event] = []

    @property
    def is_cancelled(self) -> bool:
        """Was `cancel` called."""
        return self._cancelled

    def cancel(self) -> None:
        """Ask the query to stop: before it has started it never does, else its engine is interrupted."""
        with self._lock:
            self._cancelled = True
            for waker in self._wakers:
                waker.set()

    def _join(self, waker: threading.Event) -> None:
        with self._lock:
            self._wakers.append(waker)
            if self._cancelled:
                waker.set()

    def _leave(self, waker: threading.Event) -> None:
        with self._lock:
            self._wakers.remove(waker)


@contextmanager
def stopped_by(
    stop: Callable[[], object], seconds: float, handle: QueryHandle | None = None
) -> Iterator[None]:
    """While the block runs: call `stop` when the seconds are over or the handle is cancelled.

    An interrupt that comes before the engine has begun is lost, so `stop` is called again and again
    until the block is left; `stop` is never called after that.
    """
    waker, over = threading.Event(), threading.Event()
    handle = handle or QueryHandle()
    handle._join(waker)
    watcher = threading.Thread(
        target=_watch, args=(stop, time.monotonic() + seconds, waker, over), name="query-watch", daemon=True
    )
    watcher.start()
    try:
        yield
    finally:
        over.set()
        waker.set()
        watcher.join()
        handle._leave(waker)


def _watch(
    stop: Callable[[], object], deadline: float, waker: threading.Event, over: threading.Event
) -> None:
    waker.wait(max(0.0, deadline - time.monotonic()))
    while not over.is_set():
        stop()
        over.wait(_REPEAT_SECONDS)
