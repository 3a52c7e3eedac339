"""Start runs so that asking twice starts one: from a request, from a plan, or from a run that ended.

Prefect keeps an idempotency key for ever and gives the old run for an old key, so every key here covers
what was seen when it was made: the plan's token, or the last attempts at the same months.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from flows.history import list_attempts, read_lines, read_months, settle_lines
from flows.labels import make_digest, make_key, make_tags, request_tag
from flows.names import INGEST_FLOW, LOAD_FLOW, MONTH_FLOWS
from flows.parameters import IngestParameters, LoadParameters, check_parameters, name_work
from flows.queries import get_deployment
from flows.run_views import StartedRuns
from flows.runs import RunSummary
from flows.summaries import read_flow_names, summarize
from lakeside.errors import BackendUnavailable, SettingsError
from lakeside.month import Month

if TYPE_CHECKING:
    from lakeside.plan import Attempt, Plan, PlanLine

_BUSY_PAUSES_SECONDS = (0.5, 1.0, 2.0)
AT_WORK = ("queued", "running")
_MODELS: dict[str, type[LoadParameters]] = {INGEST_FLOW: IngestParameters, LOAD_FLOW: LoadParameters}


@dataclass(frozen=True, slots=True)
class _Order:
    """One run to be started. `months` of `parameters` are month numbers of one year."""

    flow: str
    parameters: dict[str, Any]
    key: str
    tags: list[str]

    @property
    def months(self) -> list[Month]:
        return [Month(self.parameters["year"], number) for number in self.parameters["months"]]

    def without(self, months: Iterable[Month]) -> _Order:
        """The same order for the other months."""
        dropped = set(months)
        numbers = [month.number for month in self.months if month not in dropped]
        return replace(self, parameters={**self.parameters, "months": numbers})


def start_request(
    client: SyncPrefectClient, flow: str, parameters: dict[str, Any], started_by: str
) -> RunSummary:
    """Start what was asked for; the same request while one is at work gives that one."""
    request = make_digest(flow, parameters)
    last = _find_last_run(client, request_tag(request))
    if last is not None and not (last.state and last.state.is_final()):
        return summarize(last, flow)
    # Two clicks at once see the same last run, so they make the same key and get the same run.
    key = make_key(request, str(last.id) if last else "")
    return _create(client, _Order(flow, parameters, key, make_tags(started_by, request=request)))


def start_plan(
    client: SyncPrefectClient, plan: Plan, nonce: str, fan_out: str, started_by: str
) -> StartedRuns:
    """One run per dataset, year and kind of work of the plan; the same plan and nonce give the same runs.

    Months that another run is queued for or at work on are left out and named in the result.
    """
    orders = make_orders(plan, nonce, fan_out, started_by)
    runs: list[RunSummary] = []
    skipped: list[Attempt] = []
    for order in orders:
        present = _find_by_key(client, order)
        if present is not None:
            runs.append(summarize(present, order.flow))
            continue
        busy = _list_busy(client, order)
        skipped += busy
        rest = order.without(attempt.month for attempt in busy)
        if rest.parameters["months"]:
            runs.append(_create(client, rest))
    return StartedRuns(runs, tuple(skipped))


def make_orders(plan: Plan, nonce: str, fan_out: str, started_by: str) -> list[_Order]:
    """The runs a plan takes, checked as the flows check their parameters.

    Raises:
        SettingsError: the plan asks for what a flow refuses.
    """
    from lakeside.plan import Action

    lines = [line for line in plan.lines if line.action in (Action.INGEST, Action.LOAD)]
    lines.sort(key=_run_of_line)
    tags = make_tags(started_by, plan.token)
    orders = []
    for (dataset, year, action), group in groupby(lines, key=_run_of_line):
        flow = INGEST_FLOW if action == Action.INGEST else LOAD_FLOW
        numbers = sorted(line.month.number for line in group)
        values: dict[str, Any] = {"dataset": dataset, "year": year, "months": numbers, "fan_out": fan_out}
        if flow == INGEST_FLOW:
            values |= _read_choices(plan)
        key = make_key("plan", plan.token, dataset, year, str(action), nonce)
        orders.append(_Order(flow, check_parameters(_MODELS[flow], values), key, tags))
    return orders


def retry_failed(client: SyncPrefectClient, run_id: UUID, started_by: str) -> RunSummary:
    """Start the months of a run that failed, with its parameters.

    Raises:
        SettingsError: the run has not ended, no month of it failed, or it is not a run of months.
    """
    run, flow = _read_ended_run(client, run_id)
    lines = settle_lines(run, read_lines(client, [run])[run.id])
    failed = [Month.parse(line.month) for line in lines if line.state == "failed"]
    if not failed:
        raise SettingsError(f"No month of {run.name} failed.", "Run it again as a whole instead.")
    return _repeat(client, run, flow, failed, started_by)


def run_again(client: SyncPrefectClient, run_id: UUID, started_by: str) -> RunSummary:
    """Start all months of a run again, with its parameters; raises as `retry_failed` does."""
    run, flow = _read_ended_run(client, run_id)
    return _repeat(client, run, flow, read_months(run), started_by)


def _repeat(
    client: SyncPrefectClient, run: FlowRun, flow: str, months: Sequence[Month], started_by: str
) -> RunSummary:
    """The key covers the last attempts: two clicks make one run, and one more after that has ended."""
    values = {**run.parameters, "months": [month.number for month in months]}
    parameters = check_parameters(_MODELS[flow], values)
    attempts = list_attempts(client, parameters["dataset"], months)
    busy = [attempt for attempt in attempts if attempt.state in AT_WORK]
    if busy:
        return summarize(client.read_flow_run(UUID(busy[0].run_id)), flow)
    key = make_key("repeat", str(run.id), parameters["months"], [attempt.run_id for attempt in attempts])
    return _create(client, _Order(flow, parameters, key, make_tags(started_by)))


def _create(client: SyncPrefectClient, order: _Order) -> RunSummary:
    """Create the run, or get the one that has the key; a server that is busy is asked again.

    Consoles that create at the same moment meet SQLite's lock; the key makes asking again harmless.
    """
    deployment = get_deployment(client, order.flow)
    for pause in _BUSY_PAUSES_SECONDS:
        try:
            return _create_once(client, order, deployment.id)
        except BackendUnavailable:
            time.sleep(pause * random.uniform(0.5, 1.5))
    return _create_once(client, order, deployment.id)


def _create_once(client: SyncPrefectClient, order: _Order, deployment_id: UUID) -> RunSummary:
    parameters = order.parameters
    run = client.create_flow_run_from_deployment(
        deployment_id,
        parameters=parameters,
        name=name_work(order.flow, parameters),
        tags=order.tags,
        idempotency_key=order.key,
    )
    return summarize(run, order.flow)


def _list_busy(client: SyncPrefectClient, order: _Order) -> list[Attempt]:
    attempts = list_attempts(client, order.parameters["dataset"], order.months)
    return [attempt for attempt in attempts if attempt.state in AT_WORK]


def _read_choices(plan: Plan) -> dict[str, Any]:
    from lakeside.plan import Mode

    request = plan.request
    return {"source": str(request.source), "load": request.load, "force": request.mode == Mode.ALL}


def _run_of_line(line: PlanLine) -> tuple[str, int, str]:
    return (line.dataset, line.month.year, str(line.action))


def _read_ended_run(client: SyncPrefectClient, run_id: UUID) -> tuple[FlowRun, str]:
    run = client.read_flow_run(run_id)
    flow = read_flow_names(client, {run.flow_id}).get(run.flow_id, "")
    if flow not in MONTH_FLOWS:
        raise SettingsError(f"{run.name} is not a run of months.", "Start its flow from its deployment.")
    if run.state is None or not run.state.is_final():
        raise SettingsError(f"{run.name} has not ended.", "Wait for its end, or cancel it first.")
    return run, flow


def _find_by_key(client: SyncPrefectClient, order: _Order) -> FlowRun | None:
    runs = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[order.flow])),
        flow_run_filter=FlowRunFilter(idempotency_key=FlowRunFilterIdempotencyKey(any_=[order.key])),
        limit=1,
    )
    return runs[0] if runs else None


def _find_last_run(client: SyncPrefectClient, tag: str) -> FlowRun | None:
    runs = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[tag])),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=1,
    )
    return runs[0] if runs else None
