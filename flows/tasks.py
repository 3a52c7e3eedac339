"""What a run consists of: its tasks with every failed try, its artifacts, and the runs it started."""

from __future__ import annotations

from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
    LogFilter,
    LogFilterFlowRunId,
    LogFilterTextSearch,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
    TaskRunFilterSubFlowRuns,
)
from prefect.client.schemas.objects import TaskRun
from prefect.client.schemas.sorting import FlowRunSort, LogSort, TaskRunSort

from flows.run_views import ArtifactLine, TaskLine
from flows.runs import RunSummary
from flows.summaries import summarize_all

MOST_TASKS = 200
_MOST_ARTIFACTS = 50
_RETRY = "Task run failed with"  # how Prefect's engine begins the log line of a try that failed
_RETRY_END = " - Retry "


def list_tasks(client: SyncPrefectClient, run_id: UUID) -> list[TaskLine]:
    """The tasks of a run in the order they began; those that stand for runs of their own are left out."""
    client.read_flow_run(run_id)
    tasks = client.read_task_runs(
        task_run_filter=TaskRunFilter(
            flow_run_id=TaskRunFilterFlowRunId(any_=[run_id]),
            subflow_runs=TaskRunFilterSubFlowRuns(exists_=False),
        ),
        sort=TaskRunSort.EXPECTED_START_TIME_ASC,
        limit=MOST_TASKS,
    )
    errors = _read_failed_tries(client, run_id) if any(task.run_count > 1 for task in tasks) else {}
    return [_describe_task(task, tuple(errors.get(task.id, ()))) for task in tasks]


def list_artifacts(client: SyncPrefectClient, run_id: UUID) -> list[ArtifactLine]:
    """The newest artifacts of a run, at most 50, by key."""
    client.read_flow_run(run_id)
    artifacts = client.read_artifacts(
        artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id])),
        limit=_MOST_ARTIFACTS,
    )
    lines = [
        ArtifactLine(str(a.id), a.key or "", a.type or "", a.description or "", a.updated, a.data)
        for a in artifacts
    ]
    return sorted(lines, key=lambda line: line.key)


def list_parts(client: SyncPrefectClient, run_id: UUID) -> list[RunSummary]:
    """The runs this run started for its months, oldest first."""
    client.read_flow_run(run_id)
    runs = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run_id])),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=MOST_TASKS,
    )
    return summarize_all(client, runs)


def _describe_task(task: TaskRun, errors: tuple[str, ...]) -> TaskLine:
    state = task.state
    message = (state.message if state else None) or ""
    failed = state is not None and (state.is_failed() or state.is_crashed())
    elapsed = task.estimated_run_time or task.total_run_time
    return TaskLine(
        name=task.name,
        state=(state.name if state else None) or "Unknown",
        attempts=task.run_count,
        started_at=task.start_time,
        elapsed_seconds=elapsed.total_seconds(),
        message=message,
        errors=(*errors, message) if failed else errors,
    )


def _read_failed_tries(client: SyncPrefectClient, run_id: UUID) -> dict[UUID, list[str]]:
    """What each try that was followed by another ended in; Prefect keeps it in the log alone."""
    logs = client.read_logs(
        LogFilter(
            flow_run_id=LogFilterFlowRunId(any_=[run_id]), text=LogFilterTextSearch(query=f'"{_RETRY}"')
        ),
        limit=MOST_TASKS,
        sort=LogSort.TIMESTAMP_ASC,
    )
    errors: dict[UUID, list[str]] = {}
    for log in logs:
        if log.task_run_id is not None and log.message.startswith(_RETRY):
            errors.setdefault(log.task_run_id, []).append(log.message.partition(_RETRY_END)[0])
    return errors
