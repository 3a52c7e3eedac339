"""What the console asks Prefect's API, one function a question. Errors are translated by the caller."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    LogFilter,
    LogFilterFlowRunId,
    LogFilterTimestamp,
)
from prefect.client.schemas.objects import WorkerStatus, WorkPool
from prefect.client.schemas.sorting import LogSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling

from flows.history import read_lines, settle_lines
from flows.lines import fraction_done
from flows.runs import ConsoleHealth, LogLine, RunDetail
from flows.summaries import summarize_all
from lakeside.errors import NotFound

_LOGS_AT_ONCE = 200  # more in one answer is refused by Prefect's server


def parse_id(run_id: str) -> UUID:
    """A run's id from text; raises NotFound when it cannot be one."""
    try:
        return UUID(run_id)
    except ValueError as error:
        raise NotFound(f"{run_id!r} is not the id of a run.", "Copy it from the list of runs.") from error


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
    """A run with its months, from its table artifact, or from its parameters before there is one."""
    run = client.read_flow_run(run_id)
    lines = read_lines(client, [run])[run_id]
    return RunDetail(summarize_all(client, [run])[0], settle_lines(run, lines), fraction_done(lines))


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
    if run.state.is_scheduled():
        client.set_flow_run_state(run_id, Cancelled(message="Cancelled before it began."), force=True)
        return
    client.set_flow_run_state(run_id, Cancelling(message="Cancelled from the console."))
