"""What the console asks Prefect's API, one function a question. Errors are translated by the caller."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    LogFilter,
    LogFilterFlowRunId,
    LogFilterTimestamp,
)
from prefect.client.schemas.objects import FlowRun, WorkerStatus, WorkPool
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort, LogSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling

from flows.history import MOST_RUNS, read_lines, settle_lines
from flows.lines import fraction_done
from flows.names import DEPLOYMENT
from flows.runs import ConsoleHealth, LogLine, MonthLine, RunDetail
from flows.summaries import summarize_all
from lakeside.errors import NotFound

_LOGS_AT_ONCE = 200  # more in one answer is refused by Prefect's server


def parse_id(run_id: str) -> UUID:
    """A run's id from text; raises NotFound when it cannot be one."""
    try:
        return UUID(run_id)
    except ValueError as error:
        raise NotFound(f"{run_id!r} is not the id of a run.", "Copy it from the list of runs.") from error


def get_deployment(client: SyncPrefectClient, flow: str) -> DeploymentResponse:
    """The flow's deployment; raises NotFound when the server has none."""
    try:
        return client.read_deployment_by_name(f"{flow}/{DEPLOYMENT}")
    except ObjectNotFound as error:
        raise NotFound(
            f"The flow {flow} has no deployment at the Prefect server.", "`lakeside up` registers it."
        ) from error


def read_health(client: SyncPrefectClient, url: str, pool_name: str) -> ConsoleHealth:
    """Whether the pool exists, is open, and has a worker that polls."""
    hint = "`lakeside up` starts a worker; its log is logs/worker.log in the home."
    try:
        pool: WorkPool = client.read_work_pool(pool_name)
    except ObjectNotFound:
        message = f"The work pool {pool_name!r} does not exist at {url}."
        return ConsoleHealth(url, True, 0, False, message, "`lakeside up` creates it.")
    workers = client.read_workers_for_work_pool(pool_name)
    online = sum(worker.status is WorkerStatus.ONLINE for worker in workers)
    if pool.is_paused:
        message = f"The work pool {pool_name!r} is paused."
        return ConsoleHealth(url, True, online, True, message, "Resume it in Prefect, under Work Pools.")
    if not online:
        message = f"No worker polls the work pool {pool_name!r}: a run would wait for ever."
        return ConsoleHealth(url, True, 0, False, message, hint)
    return ConsoleHealth(url, True, online, False, "", "")


def get_run(client: SyncPrefectClient, run_id: UUID) -> RunDetail:
    """A run with its months: from its table artifact, its parameters, or the runs inside it."""
    run = client.read_flow_run(run_id)
    lines = read_lines(client, [run])[run_id] or _read_part_lines(client, run_id)
    return RunDetail(summarize_all(client, [run])[0], settle_lines(run, lines), fraction_done(lines))


def _read_parts(client: SyncPrefectClient, run_id: UUID) -> list[FlowRun]:
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run_id])),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=MOST_RUNS,
    )


def _read_part_lines(client: SyncPrefectClient, run_id: UUID) -> list[MonthLine]:
    parts = _read_parts(client, run_id)
    lines = read_lines(client, parts)
    return [line for part in parts for line in settle_lines(part, lines[part.id])]


def list_logs(client: SyncPrefectClient, run_id: UUID, after: datetime | None, limit: int) -> list[LogLine]:
    """Log lines, oldest first, read in pages."""
    wanted = LogFilter(
        flow_run_id=LogFilterFlowRunId(any_=[run_id]),
        timestamp=LogFilterTimestamp(after_=after + timedelta(microseconds=1)) if after else None,
    )
    lines: list[LogLine] = []
    while len(lines) < limit:
        page = client.read_logs(
            wanted,
            limit=min(_LOGS_AT_ONCE, limit - len(lines)),
            offset=len(lines),
            sort=LogSort.TIMESTAMP_ASC,
        )
        lines += [LogLine(log.timestamp, logging.getLevelName(log.level), log.message) for log in page]
        if len(page) < _LOGS_AT_ONCE:
            break
    return lines


def cancel_run(client: SyncPrefectClient, run_id: UUID) -> None:
    """Ask for the end of a run, in the way its state needs."""
    run = client.read_flow_run(run_id)
    if run.state is None or run.state.is_final() or run.state.is_cancelling():
        return
    if run.state.is_scheduled() or run.state.is_pending():
        # Of a run that has not begun nobody would end a Cancelling; its process, if it comes, ends at once.
        client.set_flow_run_state(run_id, Cancelled(message="Cancelled before it began."), force=True)
        return
    client.set_flow_run_state(run_id, Cancelling(message="Cancelled from the console."))
    for part in _read_parts(client, run_id):
        if part.deployment_id is not None:  # those without one live in the run's own process
            cancel_run(client, part.id)
