"""Schedules on our deployments over Prefect's API. Errors are translated by the caller.

A change of one schedule makes the server delete the runs all schedules of its deployment have planned,
and it plans anew within a minute; every change here therefore asks it to plan at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort

from flows.names import DEPLOYMENT, SCHEDULED_FLOWS
from flows.queries import get_deployment
from flows.schedule_views import DeploymentView, ScheduleSpec, ScheduleView
from flows.schedule_words import build_schedule, check_spec, describe_schedule, find_words
from flows.summaries import read_flow_names, summarize
from lakeside.errors import NotFound

_SCHEDULE: Final = "/deployments/{id}/schedules/{schedule_id}"
_NEXT_TIMES = 5
_MOST_DEPLOYMENTS = 50


def list_deployments(client: SyncPrefectClient) -> list[DeploymentView]:
    """Our deployments with their schedules, last and next runs, in the order of our flows."""
    found = _read_deployments(client)
    names = read_flow_names(client, {deployment.flow_id for deployment in found})
    views = [_view_deployment(client, d, names.get(d.flow_id, "")) for d in found]
    return sorted(views, key=lambda view: SCHEDULED_FLOWS.index(view.flow))


def list_schedules(client: SyncPrefectClient) -> list[ScheduleView]:
    """All schedules of our deployments."""
    found = _read_deployments(client)
    names = read_flow_names(client, {deployment.flow_id for deployment in found})
    return [view_schedule(s, names.get(d.flow_id, "")) for d in found for s in d.schedules]


def add_schedule(client: SyncPrefectClient, spec: ScheduleSpec) -> ScheduleView:
    """Store a schedule and plan its first runs.

    Raises:
        SettingsError: the spec cannot be. NotFound: its flow has no deployment at this server.
    """
    body = make_body(spec)
    deployment = get_deployment(client, spec.flow)
    answer = client.request(
        "POST", "/deployments/{id}/schedules", path_params={"id": str(deployment.id)}, json=[body]
    )
    _plan_runs(client, deployment.id)
    return view_schedule(DeploymentSchedule.model_validate(answer.json()[0]), spec.flow)


def change_schedule(client: SyncPrefectClient, schedule_id: UUID, spec: ScheduleSpec) -> ScheduleView:
    """Replace times, parameters and activity of a schedule; its flow cannot change."""
    deployment, _ = find_schedule(client, schedule_id)
    flow = read_flow_names(client, {deployment.flow_id}).get(deployment.flow_id, "")
    _patch(client, deployment.id, schedule_id, make_body(replace(spec, flow=flow)))
    _, stored = find_schedule(client, schedule_id)
    return view_schedule(stored, flow)


def set_active(client: SyncPrefectClient, schedule_id: UUID, active: bool) -> None:
    """Pause a schedule, which takes back the runs it planned, or resume it, which plans them at once."""
    deployment, stored = find_schedule(client, schedule_id)
    # The server empties the parameters when a change does not carry them.
    body = {"active": active, "parameters": dict(stored.parameters)}
    _patch(client, deployment.id, schedule_id, body)


def remove_schedule(client: SyncPrefectClient, schedule_id: UUID) -> None:
    """Delete a schedule and the runs it planned."""
    deployment, _ = find_schedule(client, schedule_id)
    client.request("DELETE", _SCHEDULE, path_params=_path(deployment.id, schedule_id))
    _plan_runs(client, deployment.id)


def parse_schedule_id(schedule_id: str) -> UUID:
    """A schedule's id from text; NotFound when it cannot be one."""
    try:
        return UUID(schedule_id)
    except ValueError as error:
        raise _no_schedule(schedule_id) from error


def find_schedule(
    client: SyncPrefectClient, schedule_id: UUID
) -> tuple[DeploymentResponse, DeploymentSchedule]:
    """The schedule and its deployment; NotFound when none of ours has it."""
    for deployment in _read_deployments(client):
        for schedule in deployment.schedules:
            if schedule.id == schedule_id:
                return deployment, schedule
    raise _no_schedule(str(schedule_id))


def make_body(spec: ScheduleSpec) -> dict[str, Any]:
    """A schedule as the API takes it; raises SettingsError when the spec cannot be."""
    parameters = check_spec(spec)
    schedule = build_schedule(spec, datetime.now(UTC))
    return {
        "schedule": schedule.model_dump(mode="json"),
        "active": spec.active,
        "parameters": parameters,
    }


def view_schedule(schedule: DeploymentSchedule, flow: str) -> ScheduleView:
    """A stored schedule in our words; one of a kind we do not make is named by it."""
    spec = _read_spec(schedule, flow)
    known = spec.cron or spec.interval_seconds
    times = describe_schedule(spec, _NEXT_TIMES).times if known and spec.active else ()
    words = find_words(spec) if known else type(schedule.schedule).__name__
    return ScheduleView(str(schedule.id), spec, words, times)


def _read_spec(schedule: DeploymentSchedule, flow: str) -> ScheduleSpec:
    timed = schedule.schedule
    spec = ScheduleSpec(flow, parameters=dict(schedule.parameters), active=bool(schedule.active))
    spec = replace(spec, timezone=getattr(timed, "timezone", None) or "UTC")
    if isinstance(timed, CronSchedule):
        return replace(spec, cron=timed.cron)
    if isinstance(timed, IntervalSchedule):
        seconds = timed.interval.total_seconds()
        return replace(spec, kind="interval", interval_seconds=seconds, anchor=timed.anchor_date)
    return spec


def _patch(client: SyncPrefectClient, deployment_id: UUID, schedule_id: UUID, body: dict[str, Any]) -> None:
    client.request("PATCH", _SCHEDULE, path_params=_path(deployment_id, schedule_id), json=body)
    _plan_runs(client, deployment_id)


def _path(deployment_id: UUID, schedule_id: UUID) -> dict[str, str]:
    return {"id": str(deployment_id), "schedule_id": str(schedule_id)}


def _plan_runs(client: SyncPrefectClient, deployment_id: UUID) -> None:
    """Have the server plan the next runs now; by itself it does so within a minute."""
    path = {"id": str(deployment_id)}
    client.request("POST", "/deployments/{id}/schedule", path_params=path, json={"min_runs": 3})


def _read_deployments(client: SyncPrefectClient) -> list[DeploymentResponse]:
    return client.read_deployments(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(SCHEDULED_FLOWS))),
        deployment_filter=DeploymentFilter(name=DeploymentFilterName(any_=[DEPLOYMENT])),
        limit=_MOST_DEPLOYMENTS,
    )


def _view_deployment(client: SyncPrefectClient, deployment: DeploymentResponse, flow: str) -> DeploymentView:
    last = _read_runs(client, deployment.id, FlowRunSort.EXPECTED_START_TIME_DESC, 1, before=True)
    planned = _read_runs(
        client, deployment.id, FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC, _NEXT_TIMES, before=False
    )
    return DeploymentView(
        id=str(deployment.id),
        name=f"{flow}/{deployment.name}",
        flow=flow,
        description=deployment.description or "",
        parameters=dict(deployment.parameters or {}),
        schedules=tuple(view_schedule(schedule, flow) for schedule in deployment.schedules),
        last_run=summarize(last[0], flow) if last else None,
        next_runs=tuple(_planned_times(planned)),
        paused=bool(deployment.paused),
        work_pool=deployment.work_pool_name or "",
    )


def _planned_times(runs: Iterable[FlowRun]) -> list[datetime]:
    return [run.next_scheduled_start_time for run in runs if run.next_scheduled_start_time is not None]


def _read_runs(
    client: SyncPrefectClient, deployment_id: UUID, sort: FlowRunSort, limit: int, *, before: bool
) -> list[FlowRun]:
    """Runs of a deployment that are due, or those that are planned for later."""
    now = datetime.now(UTC)
    wanted = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment_id]))
    if before:
        soon = now + timedelta(seconds=1)
        wanted.expected_start_time = FlowRunFilterExpectedStartTime(before_=soon)
    else:
        wanted.expected_start_time = FlowRunFilterExpectedStartTime(after_=now)
        wanted.state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
    return client.read_flow_runs(flow_run_filter=wanted, sort=sort, limit=limit)


def _no_schedule(schedule_id: str) -> NotFound:
    return NotFound(f"There is no schedule {schedule_id}.", "`lakeside schedule list` shows those there are.")
