"""The flow `sync-months`: keep the newest months that exist as their source has them. Made for schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from prefect import flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.ingest_months import ingest_months
from flows.load_months import load_months
from flows.parameters import DatasetName, MonthsBack, SourceChoice
from lakeside.errors import BackendUnavailable, SourceMissing
from lakeside.month import Month, month_range
from lakeside.settings import load_settings
from lakeside.sources.probe import SourceName

if TYPE_CHECKING:
    from lakeside.plan import Plan, PlanLine, PlanRequest
    from lakeside.services import Services

_FIRST_LOOK_MONTHS = 6  # TLC publishes some two months late; most looks end here
_LONGEST_LOOK_MONTHS = 48


def name_this_sync() -> str:
    """`green sync`: a run's name begins with its dataset."""
    return f"{flow_run.parameters['dataset']} sync"


@flow(name="sync-months", flow_run_name=name_this_sync, log_prints=True, persist_result=False)
def sync_months(
    dataset: DatasetName, source: SourceChoice = "auto", months_back: MonthsBack = 1, load: bool = True
) -> State[Any]:
    """Bring the newest months that the source has published up to date; do nothing when nothing changed.

    Args:
        dataset: which trips.
        source: where from; auto takes the course's files where they exist, else TLC's own.
        months_back: how many of the newest months, counted from the newest that exists.
        load: also publish to the warehouse and check.
    """
    from flows.opened import open_services
    from lakeside.plan import Mode, PlanRequest

    request = PlanRequest(dataset, (), SourceName(source), Mode.REPAIR, load)
    plan, newest = plan_newest(request, open_services(load_settings()), months_back)
    log = get_run_logger()
    for line in newest:
        log.info("%s %s: %s %s", line.dataset, line.month, line.action, line.why)
    work = [line for line in newest if line.is_work]
    if not work:
        return Completed(message=f"Nothing to do for {name_months(newest)}: {newest[-1].why}")
    return judge_states(work, _run_work(plan, work))


def plan_newest(
    request: PlanRequest, services: Services, months_back: int, today: date | None = None
) -> tuple[Plan, list[PlanLine]]:
    """The plan of the months looked at, and the lines of the newest `months_back` that exist, in order.

    Looks at six months more than are wanted, at first; further back where the source ended long ago.

    Raises:
        BackendUnavailable: the source did not say whether one of the newest months exists.
        SourceMissing: the source has published none of the last 48 months before its last.
    """
    from lakeside.plan import make_plan

    last = find_last_month(request, today or datetime.now(UTC).date())
    length = months_back + _FIRST_LOOK_MONTHS
    while True:
        months = month_range(last.plus(1 - length), last)
        attempts = _read_attempts(request.dataset, months)
        plan = make_plan(replace(request, months=tuple(months)), services, attempts, today=today)
        newest = choose_newest(plan.lines, months_back)
        if len(newest) == months_back or (newest and length >= _LONGEST_LOOK_MONTHS):
            return plan, newest
        if length >= _LONGEST_LOOK_MONTHS:
            raise SourceMissing(
                f"{request.source} has published no {request.dataset} from {months[0]} to {last}.",
                "Choose another source.",
            )
        length = min(4 * length, _LONGEST_LOOK_MONTHS)


def choose_newest(lines: Sequence[PlanLine], count: int) -> list[PlanLine]:
    """The lines of the newest `count` months that exist, oldest first; fewer when there are fewer.

    Raises:
        BackendUnavailable: before these were found, a source did not answer about a month.
    """
    from lakeside.plan import MonthStanding

    chosen: list[PlanLine] = []
    for line in sorted(lines, key=lambda line: line.month, reverse=True):
        if line.observed.source_fault == BackendUnavailable.__name__:
            raise BackendUnavailable(f"{line.dataset} {line.month}: {line.why}", "The next run tries again.")
        missing = line.standing in (MonthStanding.NOT_YET, MonthStanding.NEVER)
        if not missing and (line.observed.source_fault is None or line.observed.object_version):
            chosen.append(line)
        if len(chosen) == count:
            break
    return chosen[::-1]


def find_last_month(request: PlanRequest, today: date) -> Month:
    """The newest month that can exist: the one that has ended last, or the source's last."""
    from lakeside.datasets import get_dataset

    ended = Month.of(today).plus(-1)
    last = get_dataset(request.dataset).last_month.get(request.source.value)
    return ended if last is None else min(ended, last)


def judge_states(work: Sequence[PlanLine], states: Sequence[State[Any]]) -> State[Any]:
    """How the run ended, by how its parts did."""
    bad = [state for state in states if not state.is_completed()]
    if bad:
        return Failed(message="; ".join(state.message or state.name or "failed" for state in bad))
    return Completed(message=f"{name_months(work)} brought up to date")


def name_months(lines: Sequence[PlanLine]) -> str:
    """`green 2026-08, 2026-09`."""
    return f"{lines[0].dataset} {', '.join(str(line.month) for line in lines)}"


def _run_work(plan: Plan, work: Sequence[PlanLine]) -> list[State[Any]]:
    """Runs inside this one, one per year and kind of work, so that months have lines of their own."""
    from lakeside.plan import Action

    states = []
    for (year, action), lines in groupby(work, key=lambda line: (line.month.year, str(line.action))):
        months = [line.month.number for line in lines]
        request = plan.request
        if action == Action.INGEST:
            state = ingest_months(
                request.dataset, year, months, request.source.value, request.load, return_state=True
            )
        else:
            state = load_months(request.dataset, year, months, return_state=True)
        states.append(state)
    return states


def _read_attempts(dataset: str, months: Sequence[Month]) -> list[Any]:
    from flows.history import list_attempts

    with get_client(sync_client=True) as client:
        return list_attempts(client, dataset, months)
