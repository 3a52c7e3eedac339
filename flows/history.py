"""Runs looked for in the history: by filter and page, and the last attempt at each month."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    FlowRunFilterName,
    FlowRunFilterParentTaskRunId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort

from flows.clock import read_server_time
from flows.lines import read_line, settle_line
from flows.names import FLOW_NAMES, MONTH_FLOWS, TABLE_KEY
from flows.run_views import RunFilter, RunPage
from flows.runs import MonthLine
from flows.summaries import summarize_all
from lakeside.errors import SettingsError
from lakeside.month import Month

if TYPE_CHECKING:
    from lakeside.plan import Attempt

MOST_RUNS = 200  # more in one answer is refused by Prefect's server
_PAGES_OF_HISTORY = 3
_SOON = timedelta(seconds=10)
_UNFINISHED = [
    StateType.SCHEDULED,
    StateType.PENDING,
    StateType.RUNNING,
    StateType.PAUSED,
    StateType.CANCELLING,
]


def find_runs(client: SyncPrefectClient, wanted: RunFilter, limit: int, offset: int) -> RunPage:
    """Due runs of our flows that fit the filter, newest first, with their number."""
    flows = FlowFilter(name=FlowFilterName(any_=list(FLOW_NAMES)))
    chosen = make_filter(wanted, read_server_time(client))
    runs = client.read_flow_runs(
        flow_filter=flows,
        flow_run_filter=chosen,
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=limit,
        offset=offset,
    )
    body = {"flows": flows.model_dump(mode="json"), "flow_runs": chosen.model_dump(mode="json")}
    total = int(client.request("POST", "/flow_runs/count", json=body).json())
    return RunPage(tuple(summarize_all(client, runs)), total)


def make_filter(wanted: RunFilter, now: datetime) -> FlowRunFilter:
    """The filter in Prefect's terms, at the server's `now`. A run's name begins with its dataset, so the
    name finds both.

    Raises:
        SettingsError: a state that Prefect does not have.
    """
    chosen = FlowRunFilter(
        expected_start_time=FlowRunFilterExpectedStartTime(before_=now + _SOON, after_=wanted.since)
    )
    text = wanted.text.strip()
    if (run_id := _as_id(text)) is not None:
        chosen.id, text = FlowRunFilterId(any_=[run_id]), ""
    if wanted.dataset or text:
        chosen.name = FlowRunFilterName(like_="%".join(filter(None, [_prefix(wanted.dataset), text])))
    if wanted.states:
        types = [_read_state(name) for name in wanted.states]
        chosen.state = FlowRunFilterState(type=FlowRunFilterStateType(any_=types))
    if not wanted.parts:
        chosen.parent_task_run_id = FlowRunFilterParentTaskRunId(is_null_=True)
    return chosen


def list_attempts(client: SyncPrefectClient, dataset: str, months: Collection[Month]) -> list[Attempt]:
    """The last attempt at each of these months that was ever attempted, in order of months.

    Looks at all runs that are due or at work, and at the newest 600 of the dataset that have ended.
    """
    missing, chosen = set(months), dict[Month, FlowRun]()
    for run in _walk_runs(client, dataset, {month.year for month in months}):
        for month in read_months(run) if (run.parameters or {}).get("dataset") == dataset else ():
            if month in missing:
                missing.discard(month)
                chosen[month] = run
        if not missing:
            break
    lines = read_lines(client, list({run.id: run for run in chosen.values()}.values()))
    return [_make_attempt(dataset, month, chosen[month], lines) for month in sorted(chosen)]


def read_months(run: FlowRun) -> list[Month]:
    """The months of a run by its parameters; none when they make no months."""
    parameters = run.parameters or {}
    try:
        return [Month(parameters["year"], number) for number in sorted(parameters["months"])]
    except (KeyError, TypeError, SettingsError):  # a run made elsewhere may carry other parameters
        return []


def read_lines(client: SyncPrefectClient, runs: Sequence[FlowRun]) -> dict[UUID, list[MonthLine]]:
    """The month lines of each run as it left them, or from its parameters before it wrote any."""
    tables: dict[UUID, Any] = {}
    for start in range(0, len(runs), MOST_RUNS):
        ids = [run.id for run in runs[start : start + MOST_RUNS]]
        artifacts = client.read_artifacts(
            artifact_filter=ArtifactFilter(
                key=ArtifactFilterKey(any_=[TABLE_KEY]), flow_run_id=ArtifactFilterFlowRunId(any_=ids)
            ),
            limit=MOST_RUNS,
        )
        tables |= {a.flow_run_id: a.data for a in artifacts if a.flow_run_id and isinstance(a.data, str)}
    return {run.id: _parse_lines(run, tables.get(run.id)) for run in runs}


def settle_lines(run: FlowRun, lines: Sequence[MonthLine]) -> tuple[MonthLine, ...]:
    """The lines with what the end of the run, if it has ended, says of months it left open."""
    state = run.state.type.value if run.state else "UNKNOWN"
    return tuple(settle_line(line, state) for line in lines)


def _parse_lines(run: FlowRun, table: str | None) -> list[MonthLine]:
    if table is not None:
        return [read_line(values) for values in json.loads(table)]
    dataset = str((run.parameters or {}).get("dataset", ""))
    return [MonthLine(dataset, str(month)) for month in read_months(run)]


def _walk_runs(client: SyncPrefectClient, dataset: str, years: set[int]) -> Iterator[FlowRun]:
    """Unfinished runs first, whatever their name; then those that ended, newest first."""
    yield from _read_runs(client, FlowRunFilter(state=_state_filter(_UNFINISHED)), 0)
    ended = [state for state in StateType if state not in _UNFINISHED]
    name = f"{dataset} {next(iter(years))} " if len(years) == 1 else _prefix(dataset)
    wanted = FlowRunFilter(state=_state_filter(ended), name=FlowRunFilterName(like_=name))
    for page in range(_PAGES_OF_HISTORY):
        runs = _read_runs(client, wanted, page * MOST_RUNS)
        yield from runs
        if len(runs) < MOST_RUNS:
            return


def _read_runs(client: SyncPrefectClient, wanted: FlowRunFilter, offset: int) -> list[FlowRun]:
    soon = read_server_time(client) + _SOON
    wanted.expected_start_time = FlowRunFilterExpectedStartTime(before_=soon)
    return client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(MONTH_FLOWS))),
        flow_run_filter=wanted,
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=MOST_RUNS,
        offset=offset,
    )


def _make_attempt(dataset: str, month: Month, run: FlowRun, lines: dict[UUID, list[MonthLine]]) -> Attempt:
    from lakeside.plan import Attempt

    settled = settle_lines(run, lines[run.id])
    line = next((line for line in settled if line.month == str(month)), MonthLine(dataset, str(month)))
    return Attempt(
        dataset=dataset,
        month=month,
        run_id=str(run.id),
        state=line.state,
        at=run.start_time or run.expected_start_time or run.created or datetime.now(UTC),
        elapsed_seconds=line.elapsed_seconds,
        rows=line.rows,
        bytes_read=line.bytes_read,
    )


def _state_filter(types: list[StateType]) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=types))


def _read_state(name: str) -> StateType:
    try:
        return StateType(name.strip().upper())
    except ValueError as error:
        known = ", ".join(state.value.lower() for state in StateType)
        raise SettingsError(f"{name!r} is not a state of runs.", f"States are {known}.") from error


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _prefix(dataset: str | None) -> str:
    return f"{dataset} " if dataset else ""
