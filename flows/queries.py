"""What the console asks Prefect's API, one function a question. Errors are translated by the caller."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterId,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterTags,
    LogFilter,
    LogFilterFlowRunId,
    LogFilterTimestamp,
)
from prefect.client.schemas.objects import FlowRun, WorkerStatus, WorkPool
from prefect.client.schemas.sorting import FlowRunSort, LogSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling

from flows.lines import fraction_done, read_line, settle_line
from flows.names import DEPLOYMENT, FLOW_NAMES, TABLE_KEY
from flows.parameters import name_run
from flows.runs import ConsoleHealth, LogLine, MonthLine, RunDetail, RunSummary
from lakeside.errors import NotFound
from lakeside.month import Month

MOST_RUNS = 200  # more in one answer is refused by Prefect's server, as are more than 200 log lines
_LOGS_AT_ONCE = 200
_WAITING = "No worker has taken it yet."


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


def start_run(client: SyncPrefectClient, flow: str, parameters: dict[str, Any]) -> RunSummary:
    """Create a run of the flow's deployment; the same request while one is at work gives that one."""
    deployment = client.read_deployment_by_name(f"{flow}/{DEPLOYMENT}")
    tag = "request:" + _digest(flow, parameters)
    last = _find_last_run(client, tag)
    if last is not None and not (last.state and last.state.is_final()):
        return summarize(last, flow)
    # Two clicks at once see the same last run, so they make the same key and get the same run.
    key = _digest(tag, str(last.id) if last else "")
    run = client.create_flow_run_from_deployment(
        deployment.id,
        parameters=parameters,
        name=name_run(parameters["dataset"], parameters["year"], parameters["months"]),
        tags=["lakeside", tag],
        idempotency_key=key,
    )
    return summarize(run, flow)


def list_runs(client: SyncPrefectClient, limit: int, offset: int) -> list[RunSummary]:
    """Runs of our flows that are due, newest first."""
    soon = datetime.now(UTC) + timedelta(seconds=10)
    runs = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(FLOW_NAMES))),
        flow_run_filter=FlowRunFilter(expected_start_time=FlowRunFilterExpectedStartTime(before_=soon)),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=limit,
        offset=offset,
    )
    names = _read_flow_names(client, {run.flow_id for run in runs})
    return [summarize(run, names.get(run.flow_id, "")) for run in runs]


def get_run(client: SyncPrefectClient, run_id: UUID) -> RunDetail:
    """A run with its months, from its table artifact, or from its parameters before there is one."""
    run = client.read_flow_run(run_id)
    name = _read_flow_names(client, {run.flow_id}).get(run.flow_id, "")
    lines = _read_lines(client, run)
    summary = summarize(run, name)
    settled = tuple(settle_line(line, summary.state_type) for line in lines)
    return RunDetail(summary, settled, fraction_done(lines))


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


def summarize(run: FlowRun, flow: str) -> RunSummary:
    """A run in our words."""
    state = run.state
    waiting = state is not None and state.name in ("Late", "Scheduled", "AwaitingConcurrencySlot")
    elapsed = run.estimated_run_time or run.total_run_time
    return RunSummary(
        id=str(run.id),
        name=run.name,
        flow=flow,
        state=(state.name if state else None) or "Unknown",
        state_type=state.type.value if state else "UNKNOWN",
        parameters=dict(run.parameters or {}),
        created_at=run.created,
        started_at=run.start_time,
        ended_at=run.end_time,
        elapsed_seconds=elapsed.total_seconds(),
        message=(state.message if state else None) or (_WAITING if waiting else ""),
    )


def _read_lines(client: SyncPrefectClient, run: FlowRun) -> list[MonthLine]:
    artifacts = client.read_artifacts(
        artifact_filter=ArtifactFilter(
            key=ArtifactFilterKey(any_=[TABLE_KEY]), flow_run_id=ArtifactFilterFlowRunId(any_=[run.id])
        ),
        limit=1,
    )
    if artifacts and isinstance(artifacts[0].data, str):
        return [read_line(values) for values in json.loads(artifacts[0].data)]
    parameters = run.parameters or {}
    try:
        months = [Month(parameters["year"], number) for number in sorted(parameters["months"])]
    except Exception:  # noqa: BLE001 - a run made elsewhere may carry parameters that make no months
        return []
    return [MonthLine(str(parameters.get("dataset", "")), str(month)) for month in months]


def _find_last_run(client: SyncPrefectClient, tag: str) -> FlowRun | None:
    runs = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[tag])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=1,
    )
    return runs[0] if runs else None


def _read_flow_names(client: SyncPrefectClient, ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    flows = client.read_flows(flow_filter=FlowFilter(id=FlowFilterId(any_=list(ids))))
    return {flow.id: flow.name for flow in flows}


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
