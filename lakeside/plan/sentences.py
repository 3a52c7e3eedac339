"""What will happen with a month and why, in plain sentences. Pure; the judgement itself is in `judge`."""

from __future__ import annotations

from lakeside.coverage import SourceState
from lakeside.errors import SourceMissing
from lakeside.plan.evidence import Evidence
from lakeside.plan.request import Action, Attempt, Mode, MonthStanding, PlanRequest

_ALL = "Mode all replaces it."
_IDLE = {
    Action.INGEST: "Mode missing leaves it as it is; mode repair fetches it again.",
    Action.LOAD: "Mode missing leaves it as it is; mode repair loads it again.",
}


def explain_wait(attempt: Attempt) -> str:
    """Why nothing starts: a run has the month."""
    where = "is at work on it" if attempt.state == "running" else "has it and waits to begin"
    return f"Run {attempt.run_id} {where}."


def explain_work(evidence: Evidence, there: MonthStanding, request: PlanRequest, action: Action) -> str:
    """What a run will do and why."""
    reason = _reason(evidence, there, request)
    if action is Action.LOAD:
        return f"{reason} Loaded from the lake into the table; nothing is fetched."
    then = ", written and published" if request.load else " and written; the table is left as it is"
    doubt = ""
    if evidence.answer.error is not None:
        doubt = f" The source does not answer now ({evidence.answer.error.message}) The run will try again."
    elif evidence.answer.due is SourceState.NOT_YET:
        reason = "Published earlier than usual."
    return f"{reason} Fetched from {evidence.answer.source}{then}.{doubt}{_after_failure(evidence)}"


def explain_obstacle(evidence: Evidence, there: MonthStanding, request: PlanRequest) -> str | None:
    """Why a month that is wanted cannot be fetched; None when it can be tried."""
    answer, covered = evidence.answer, evidence.covered
    if answer.source is None:
        return answer.error.message if answer.error else "No source has it."
    if request.mode is not Mode.ALL and there is MonthStanding.FOREIGN:
        return f"{covered.reason} {_ALL}"
    if request.mode is not Mode.ALL and evidence.is_fed_by_another:
        return (
            f"{_rows(covered.lake_rows)} in the lake came from {covered.source}, not {answer.source}. {_ALL}"
        )
    if there is MonthStanding.NOT_YET:
        return f"{answer.source} has not published it yet; it comes some two months late."
    if isinstance(answer.error, SourceMissing):
        return f"The source does not have it: {answer.error.message}"
    if answer.error is not None and not answer.error.retryable:
        return str(answer.error)
    return None


def explain_rest(evidence: Evidence, there: MonthStanding, request: PlanRequest, need: Action) -> str:
    """Why nothing will happen."""
    if need is not Action.NOTHING:
        return f"{_reason(evidence, there, request)} {_IDLE[need]}"
    if there is MonthStanding.PUBLISHED:
        return f"{_rows(evidence.covered.lake_rows)}, {_published_by(evidence)}; {_since(evidence)}"
    rows = _rows(evidence.covered.lake_rows)
    return f"{rows} in the lake; {_since(evidence)} Loading was not asked for."


def _reason(evidence: Evidence, there: MonthStanding, request: PlanRequest) -> str:
    """Why something is to do."""
    covered = evidence.covered
    if not evidence.has_object:
        rows = covered.warehouse_rows
        table = f"; the table's {_rows(rows)} are replaced" if rows and request.load else ""
        return f"Not in the lake{table}."
    if there in (MonthStanding.BROKEN, MonthStanding.FOREIGN):
        return f"The lake's object cannot be used: {covered.reason}"
    if evidence.change:
        return evidence.change
    if there is MonthStanding.PUBLISHED or not covered.reason:
        fed_by = covered.source or "an unknown source"
        return f"Everything is asked for: {_rows(covered.lake_rows)} from {fed_by} are replaced."
    return covered.reason


def _published_by(evidence: Evidence) -> str:
    publication = evidence.publication
    if publication is None:
        return "published"
    when = f"{publication.published_at:%Y-%m-%d %H:%M} UTC"
    by = f"run {publication.run_id}" if publication.run_id else "a command, not a run,"
    return f"published by {by} on {when}"


def _since(evidence: Evidence) -> str:
    if evidence.is_fed_by_another:
        return f"it came from {evidence.covered.source}, and only mode all replaces it."
    if evidence.answer.error is not None:
        return f"whether the source changed is not known ({evidence.answer.error.message})"
    return "the source is unchanged since."


def _after_failure(evidence: Evidence) -> str:
    attempt = evidence.attempt
    return f" Its last run {attempt.run_id} failed." if attempt and attempt.is_failed else ""


def _rows(count: int | None) -> str:
    return "Rows" if count is None else f"{count:,} rows"
