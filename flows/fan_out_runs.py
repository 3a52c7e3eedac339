"""Months as runs of their own on the work pool, followed by the run that asked for them.

As many are under way at once as workers poll, so another worker means another month at once. The parent
holds a worker's slot itself: when no worker takes a run for a while, the parent does that month.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, WorkerStatus
from prefect.deployments import run_deployment
from prefect.states import Cancelled

from flows.history import read_lines, settle_lines
from flows.labels import LAKESIDE
from flows.names import PART_DEPLOYMENT
from flows.parameters import name_run
from flows.queries import cancel_run
from flows.reporter import RunReporter
from flows.runs import MonthLine

if TYPE_CHECKING:
    from lakeside.pipeline import MonthRequest

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.5
PATIENCE_SECONDS = 20.0  # a worker that is there takes a run within a few seconds
MOST_AT_ONCE = 16

DoHere = Callable[["MonthRequest"], None]


class RunFollower:
    """Starts the runs of a parent's months, keeps its board, and does what nobody takes.

    Args:
        parent_id: the run that asks.
        flow: the flow each month is a run of.
        parameters: its parameters; dataset, year and months are replaced.
        reporter: the parent's board.
    """

    def __init__(
        self, parent_id: UUID, flow: str, parameters: Mapping[str, Any], reporter: RunReporter
    ) -> None:
        self._parent_id = parent_id
        self._flow = flow
        self._parameters = parameters
        self._reporter = reporter
        self._open: dict[UUID, MonthRequest] = {}
        self._moved_at = time.monotonic()

    def follow(self, requests: Sequence[MonthRequest], pool: str, do_here: DoHere) -> None:
        """Return when every month is over; the board then has what became of each.

        Cancels what is still open when it is interrupted.
        """
        waiting = list(requests)
        with get_client(sync_client=True) as client, self._cancelling_on_error(client):
            while waiting or self._open:
                free = min(_count_workers(client, pool), MOST_AT_ONCE) - len(self._open)
                for request in waiting[: max(0, free)]:
                    self._start(request)
                    waiting.remove(request)
                time.sleep(POLL_SECONDS)
                self._look(client)
                self._help(client, waiting, do_here)

    def _start(self, request: MonthRequest) -> None:
        month = request.month
        asked = {"dataset": request.dataset, "year": month.year, "months": [month.number]}
        run: Any = run_deployment(
            f"{self._flow}/{PART_DEPLOYMENT}",
            parameters={**self._parameters, **asked, "fan_out": "threads"},
            flow_run_name=name_run(request.dataset, month.year, [month.number]),
            tags=[LAKESIDE],
            idempotency_key=f"{self._parent_id} {request}",
            timeout=0,
        )
        self._open[run.id] = request
        self._moved_at = time.monotonic()

    def _look(self, client: SyncPrefectClient) -> None:
        """Bring the board up to date with the runs that are open."""
        if not self._open:
            return
        runs = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(self._open))), limit=MOST_AT_ONCE
        )
        lines = read_lines(client, runs)
        for run in runs:
            for line in settle_lines(run, lines[run.id]):
                self._reporter.put(line)
            if run.state is not None and not run.state.is_scheduled():
                self._moved_at = time.monotonic()
            if run.state is not None and run.state.is_final():
                del self._open[run.id]
        for lost in set(self._open) - {run.id for run in runs}:
            self._reporter.put(_lost_line(self._open.pop(lost)))

    def _help(self, client: SyncPrefectClient, waiting: list[MonthRequest], do_here: DoHere) -> None:
        """Do one month here when nothing has moved for long: no worker polls, or ours is its last slot."""
        if time.monotonic() - self._moved_at < PATIENCE_SECONDS:
            return
        request = self._take_back(client) or (waiting.pop(0) if waiting else None)
        if request is not None:
            logger.warning("no worker took %s; it is done in the run itself", request)
            do_here(request)
        self._moved_at = time.monotonic()

    def _take_back(self, client: SyncPrefectClient) -> MonthRequest | None:
        for run_id in list(self._open):
            run: FlowRun = client.read_flow_run(run_id)
            if run.state is not None and run.state.is_scheduled():
                message = "No worker took it; the run that asked for it does it itself."
                client.set_flow_run_state(run_id, Cancelled(message=message), force=True)
                return self._open.pop(run_id)
        return None

    @contextmanager
    def _cancelling_on_error(self, client: SyncPrefectClient) -> Iterator[None]:
        """However the parent is interrupted, its runs do not go on without it."""
        try:
            yield
        except BaseException:
            for run_id in self._open:
                try:
                    cancel_run(client, run_id)
                except Exception:
                    logger.warning("run %s could not be cancelled", run_id, exc_info=True)
            raise


def _count_workers(client: SyncPrefectClient, pool: str) -> int:
    """Workers that poll now, at least one: without any, a run waits until the parent takes it back."""
    workers = client.read_workers_for_work_pool(pool)
    return max(1, sum(worker.status is WorkerStatus.ONLINE for worker in workers))


def _lost_line(request: MonthRequest) -> MonthLine:
    error = {"kind": "NotFound", "message": "The month's run was deleted.", "hint": "Start it again."}
    return MonthLine(request.dataset, str(request.month), state="failed", error=error)
