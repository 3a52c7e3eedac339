"""Judge one month by its evidence: where it stands, what a run will do with it, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from lakeside.coverage import CoverageState, SourceState
from lakeside.plan.evidence import Evidence
from lakeside.plan.request import Action, Mode, MonthStanding, PlanRequest
from lakeside.plan.sentences import explain_obstacle, explain_rest, explain_wait, explain_work

_UNUSABLE = (MonthStanding.BROKEN, MonthStanding.FOREIGN)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a month; see `PlanLine` for the fields."""

    standing: MonthStanding
    action: Action
    why: str
    blocked: bool = False


def judge_month(evidence: Evidence, request: PlanRequest) -> Verdict:
    """What will happen with the month and why."""
    if evidence.attempt is not None and evidence.attempt.is_active:
        return Verdict(MonthStanding.RUNNING, Action.WAIT, explain_wait(evidence.attempt))
    there = find_standing(evidence)
    standing = MonthStanding.FAILED if _is_failed(evidence, there) else there
    need = _find_need(evidence, there, request)
    if need is Action.NOTHING or not _is_wanted(evidence, there, request):
        return Verdict(standing, Action.NOTHING, explain_rest(evidence, there, request, need))
    obstacle = explain_obstacle(evidence, there, request) if need is Action.INGEST else None
    if obstacle:
        return Verdict(standing, Action.NOTHING, obstacle, blocked=True)
    return Verdict(standing, need, explain_work(evidence, there, request, need))


def find_standing(evidence: Evidence) -> MonthStanding:
    """Where the month stands in source, lake and table, whatever runs did."""
    state, answer = evidence.covered.state, evidence.answer
    if state is CoverageState.MISSING and answer.probe is None:
        if answer.due is SourceState.NEVER:
            return MonthStanding.NEVER
        if answer.due is SourceState.NOT_YET:
            return MonthStanding.NOT_YET
    if state in (CoverageState.PUBLISHED, CoverageState.IN_LAKE) and evidence.change:
        return MonthStanding.STALE
    return MonthStanding(state.value)


def _is_failed(evidence: Evidence, there: MonthStanding) -> bool:
    """Its last run failed, nothing came after it, and what is there is not whole."""
    attempt, written_at = evidence.attempt, evidence.covered.written_at
    whole = (MonthStanding.PUBLISHED, MonthStanding.NEVER, MonthStanding.NOT_YET)
    if attempt is None or not attempt.is_failed or there in whole:
        return False
    if written_at is None or written_at <= attempt.at:
        return True
    return evidence.provenance is not None and evidence.provenance.run_id == attempt.run_id


def _find_need(evidence: Evidence, there: MonthStanding, request: PlanRequest) -> Action:
    """What it takes to have the month whole (or, with mode all, made anew)."""
    if request.mode is Mode.ALL or not evidence.has_object or there in _UNUSABLE:
        return Action.INGEST
    if evidence.change or evidence.is_other_contract:
        return Action.INGEST
    if not request.load or there is MonthStanding.PUBLISHED:
        return Action.NOTHING
    return Action.LOAD


def _is_wanted(evidence: Evidence, there: MonthStanding, request: PlanRequest) -> bool:
    """Whether the mode covers the month."""
    if request.mode is not Mode.MISSING or not evidence.has_object:
        return True
    return request.load and not evidence.covered.warehouse_rows and there not in _UNUSABLE
