"""A run's progress, kept in two artifacts: a table with a row a month, and one figure for the whole.

The months' threads only write into memory; one thread of its own sends what changed, at most once a
second, so that a slow or absent server never slows a month down, and less often to a server that is busy.
"""

from __future__ import annotations

import contextvars
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate

from flows.lines import finished_line, fraction_done, running_line
from flows.names import PROGRESS_KEY, TABLE_KEY
from flows.runs import MonthLine
from lakeside.errors import LakesideError
from lakeside.progress import MonthResult, Progress, ReportProgress

logger = logging.getLogger(__name__)


SECONDS_BETWEEN_UPDATES = 1.0
_SHARE_OF_TIME = 10  # a tenth of the time at most is spent on telling
_LONGEST_PAUSE_SECONDS = 20.0
SECONDS_FOR_LAST_UPDATE = 120.0  # a server that restarts is waited for


class RunReporter:
    """The board of one run. Open it as a context manager inside the flow; the artifacts exist from then on.

    Reporting is best effort: an API that does not answer is logged and tried again, never raised.
    """

    def __init__(self, flow_run_id: UUID, lines: Iterable[MonthLine]) -> None:
        self._flow_run_id = flow_run_id
        self._lines = {line.month: line for line in lines}
        self._lock = threading.Lock()
        self._changed = False
        self._closing = threading.Event()
        self._abandoned = threading.Event()
        self._artifacts: tuple[UUID, UUID] | None = None
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run, args=(self._send_loop,), name="reporter", daemon=True
        )

    def __enter__(self) -> RunReporter:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join(timeout=SECONDS_FOR_LAST_UPDATE)

    def listener(self, month: str) -> ReportProgress:
        """A function a month's work calls as often as it likes, from any thread."""
        return lambda progress: self.record(month, progress)

    @contextmanager
    def abandoning_on_error(self) -> Iterator[None]:
        """When the run is cancelled in here, months at work end at their next report and clean up."""
        try:
            yield
        except BaseException:
            self._abandoned.set()
            raise

    def finish(self, result: MonthResult) -> None:
        """Write down what became of a month."""
        with self._lock:
            self._lines[result.month] = finished_line(self._lines[result.month], result)
            self._changed = True

    def lines(self) -> list[MonthLine]:
        """The board as it is now."""
        with self._lock:
            return list(self._lines.values())

    def put(self, line: MonthLine) -> None:
        """Take over the line of a month that is worked on elsewhere."""
        with self._lock:
            self._changed = self._changed or self._lines[line.month] != line
            self._lines[line.month] = line

    def record(self, month: str, progress: Progress) -> None:
        """Write down how far a month is; raises LakesideError, to end its work, after a cancellation."""
        if self._abandoned.is_set():
            raise LakesideError(f"{month} was cancelled.")
        with self._lock:
            if self._lines[month].is_over:  # news from another process that comes late
                return
            self._lines[month] = running_line(self._lines[month], progress)
            self._changed = True

    def _send_loop(self) -> None:
        with get_client(sync_client=True) as client:
            pause = self._send(client)
            while not self._closing.wait(pause):
                if self._changed:
                    pause = self._send(client)
            self._send(client)

    def _send(self, client: SyncPrefectClient) -> float:
        """Seconds until the next time: a server that is busy is left alone for longer."""
        began = time.monotonic()
        with self._lock:
            lines, self._changed = list(self._lines.values()), False
        table = json.dumps([line.as_dict() for line in lines])
        share = round(100 * fraction_done(lines), 1)
        try:
            if self._artifacts is None:
                self._artifacts = self._create(client, table, share)
            else:
                for artifact_id, data in zip(self._artifacts, (table, share), strict=True):
                    client.update_artifact(artifact_id, ArtifactUpdate(data=data))
        except Exception:
            self._changed = True
            logger.warning("progress was not sent", exc_info=True)
        took = time.monotonic() - began
        return min(max(SECONDS_BETWEEN_UPDATES, _SHARE_OF_TIME * took), _LONGEST_PAUSE_SECONDS)

    def _create(self, client: SyncPrefectClient, table: str, share: float) -> tuple[UUID, UUID]:
        kinds = (("table", TABLE_KEY, table), ("progress", PROGRESS_KEY, share))
        ids = [
            client.create_artifact(
                ArtifactCreate(type=kind, key=key, data=data, flow_run_id=self._flow_run_id)
            ).id
            for kind, key, data in kinds
        ]
        return ids[0], ids[1]
