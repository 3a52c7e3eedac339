"""Runs as Prefect's client gives them, put into our words. Errors are translated by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterId
from prefect.client.schemas.objects import FlowRun, StateType

from flows.clock import read_server_time
from flows.labels import read_plan_token, read_started_by
from flows.names import HEARTBEAT_EVENT, HEARTBEAT_LOST_SECONDS
from flows.runs import RunSummary

_WAITING = "No worker has taken it yet."
_AT_WORK = (StateType.RUNNING.value, StateType.CANCELLING.value)
_MOST_EVENTS = 50  # the server gives no more at once
_FLOW_RUN = "prefect.flow-run."


def summarize(run: FlowRun, flow: str) -> RunSummary:
    """A run in our words, without its heartbeat."""
    state = run.state
    waiting = state is not None and state.name in ("Late", "Scheduled", "AwaitingConcurrencySlot")
    elapsed = run.estimated_run_time or run.total_run_time
    creator = run.created_by
    scheduled = creator is not None and creator.type == "SCHEDULE"
    is_part = run.parent_task_run_id is not None
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
        started_by="schedule" if scheduled else "another run" if is_part else read_started_by(run.tags),
        schedule=str(creator.id) if creator is not None and scheduled else "",
        plan_token=read_plan_token(run.tags),
        is_part=is_part,
    )


def summarize_all(client: SyncPrefectClient, runs: Sequence[FlowRun]) -> list[RunSummary]:
    """Runs in our words, those at work with their heartbeat; at most two questions more."""
    names = read_flow_names(client, {run.flow_id for run in runs})
    summaries = [summarize(run, names.get(run.flow_id, "")) for run in runs]
    return add_heartbeats(client, summaries)


def read_flow_names(client: SyncPrefectClient, ids: set[UUID]) -> dict[UUID, str]:
    """The names of these flows."""
    if not ids:
        return {}
    flows = client.read_flows(flow_filter=FlowFilter(id=FlowFilterId(any_=list(ids))))
    return {flow.id: flow.name for flow in flows}


def add_heartbeats(client: SyncPrefectClient, summaries: Iterable[RunSummary]) -> list[RunSummary]:
    """The same runs; those at work say when their process was last heard of.

    The last sign is the newest heartbeat event, else the start of the run. One question for all; with
    very many runs at work the newest events do not cover all of them, and those show None.
    """
    listed = list(summaries)
    at_work = [s for s in listed if s.state_type in _AT_WORK]
    if not at_work:
        return listed
    beats, now = _read_beats(client, [s.id for s in at_work])
    return [_with_heartbeat(s, beats, now) if s.state_type in _AT_WORK else s for s in listed]


def _with_heartbeat(summary: RunSummary, beats: dict[str, datetime], now: datetime) -> RunSummary:
    signs = [sign for sign in (beats.get(summary.id), summary.started_at) if sign is not None]
    if not signs:
        return summary
    last = max(signs)
    age = max(0.0, (now - last).total_seconds())
    if summary.id not in beats and age > HEARTBEAT_LOST_SECONDS:
        return summary
    return replace(summary, heartbeat_at=last, heartbeat_age_seconds=round(age, 1))


def _read_beats(client: SyncPrefectClient, ids: list[str]) -> tuple[dict[str, datetime], datetime]:
    """When the server last heard of each run, and what time it is there: no other clock is asked."""
    now = read_server_time(client)
    since = now - timedelta(seconds=4 * HEARTBEAT_LOST_SECONDS)
    wanted = {
        "occurred": {"since": since.isoformat(), "until": (now + timedelta(minutes=1)).isoformat()},
        "event": {"name": [HEARTBEAT_EVENT]},
        "resource": {"id": [_FLOW_RUN + run_id for run_id in ids]},
        "order": "DESC",
    }
    answer = client.request("POST", "/events/filter", json={"filter": wanted, "limit": _MOST_EVENTS})
    beats: dict[str, datetime] = {}
    for event in answer.json()["events"]:
        run_id = str(event["resource"]["prefect.resource.id"]).removeprefix(_FLOW_RUN)
        beats.setdefault(run_id, datetime.fromisoformat(event["received"]))
    return beats, now
