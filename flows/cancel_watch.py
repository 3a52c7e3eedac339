"""Ends a run from inside when it was cancelled and nobody else ends it.

Prefect cancels through the worker that started the run. When that worker was killed and another took its
place, nobody does: the run stays Cancelling for ever, or works on although it is marked as over.
"""

from __future__ import annotations

import contextvars
import logging
import os
import signal
import threading
import time
from types import TracebackType
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
WORKER_SECONDS = 10.0  # how long the worker is left to do it; it needs about four
LAST_SECONDS = 30.0  # from SIGTERM to the end


class CancelWatch:
    """Looks at the state of its own run every few seconds; a context manager around the run's work."""

    def __init__(self, flow_run_id: UUID) -> None:
        self._flow_run_id = flow_run_id
        self._closing = threading.Event()
        watch = contextvars.copy_context().run  # the thread sees the run's Prefect settings
        self._thread = threading.Thread(target=watch, args=(self._watch,), daemon=True)

    def __enter__(self) -> CancelWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if error is None:
            self._settle()

    def _watch(self) -> None:
        patience = WorkerPatience()
        with get_client(sync_client=True) as client:
            while not self._closing.wait(LOOK_SECONDS):
                state = self._read_state(client)
                if state is not None and patience.is_over(state):
                    self._end(client, state)
                    return

    def _settle(self) -> None:
        """All work is done; a cancellation that is still under way is brought to its end first.

        While this waits the worker's SIGTERM may arrive and end the run as usual.
        """
        patience = WorkerPatience()
        with get_client(sync_client=True) as client:
            while True:
                state = self._read_state(client)
                if state is None or not state.is_cancelling():
                    return
                if patience.is_over(state):
                    self._set_cancelled(client)
                    return
                time.sleep(1)

    def _end(self, client: SyncPrefectClient, state: State[Any]) -> None:
        logger.warning("the run is %s and no worker ended it; ending it from inside", state.name)
        if state.is_cancelling():
            self._set_cancelled(client)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_SECONDS)
        os._exit(128 + signal.SIGTERM)

    def _set_cancelled(self, client: SyncPrefectClient) -> None:
        state: State[Any] = Cancelled(message="Cancelled; the worker that started it was gone.")
        client.set_flow_run_state(self._flow_run_id, state, force=True)

    def _read_state(self, client: SyncPrefectClient) -> State[Any] | None:
        try:
            return client.read_flow_run(self._flow_run_id).state
        except Exception:
            logger.debug("the state of the run could not be read", exc_info=True)
            return None


class WorkerPatience:
    """How long the worker is left to end a run that is cancelled, from when that was first seen here.

    The moment in the state is another machine's, whose clock may differ; it is not asked.
    """

    def __init__(self, seconds: float = WORKER_SECONDS) -> None:
        self._seconds = seconds
        self._since: float | None = None

    def is_over(self, state: State[Any]) -> bool:
        """Whether a run in this state should have been ended by its worker by now."""
        if not (state.is_cancelling() or state.is_final()):
            self._since = None
            return False
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        return now - self._since > self._seconds
