"""Make a plan: look into lake and table once, ask the sources about the months, judge each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from lakeside.coverage import Found, cover_months, look
from lakeside.datasets import get_dataset
from lakeside.errors import LimitExceeded
from lakeside.lake.objects import Footer
from lakeside.month import Month
from lakeside.plan.estimate import Knowledge, expect_rows, expect_seconds
from lakeside.plan.evidence import Evidence
from lakeside.plan.gather import Gatherer
from lakeside.plan.judge import judge_month
from lakeside.plan.plan import Plan, PlanLine
from lakeside.plan.request import Action, Attempt, MonthStanding, PlanRequest
from lakeside.services import Services


def make_plan(
    request: PlanRequest,
    services: Services,
    attempts: Sequence[Attempt] = (),
    probe_seconds: float | None = None,
    today: date | None = None,
) -> Plan:
    """Judge every month of the request by what is there now. Starts nothing and changes nothing.

    Args:
        request: the months and what is wanted of them.
        services: the lake and the warehouse to look into, and the sources to ask.
        attempts: the last attempt of each month, and past ones to estimate times from; may be empty.
        probe_seconds: bound on asking the sources; the setting's when None.
        today: the day that decides what is due; the present when None.

    A source that does not answer is a line that says so.

    Raises:
        NotFound: there is no such dataset.
        SettingsError: the archive is wanted and its template is not set.
        BackendUnavailable, AccessDenied: the lake or the warehouse cannot be asked.
        LimitExceeded: more months are wanted than one plan may have.
    """
    dataset = get_dataset(request.dataset)
    months = sorted(set(request.months))
    _require_few(months, services.settings.ingest.planned_months)
    current = Month.of(today or datetime.now(UTC).date())
    found = look(services, [dataset])
    gatherer = Gatherer(request, dataset, services, found, current)
    seconds = services.settings.sources.probe_seconds if probe_seconds is None else probe_seconds
    answers = gatherer.ask_sources(months, seconds)
    last = find_last_attempts(dataset.name, attempts)
    knowledge = _know(dataset.name, services, found, attempts)
    lines = [
        _plan_line(gatherer.gather(c, answers[c.month], last.get(c.month)), request, knowledge)
        for c in cover_months(dataset, months, found, current)
    ]
    return Plan(request, tuple(lines), at_once=services.settings.ingest.months_at_once)


def _require_few(months: Sequence[Month], most: int) -> None:
    if len(months) > most:
        raise LimitExceeded(
            f"A plan has at most {most:,} months, and {len(months):,} are wanted.",
            "Take fewer at a time, or raise LAKESIDE_INGEST__PLANNED_MONTHS.",
            limit="ingest.planned_months",
        )


def find_last_attempts(dataset: str, attempts: Iterable[Attempt]) -> dict[Month, Attempt]:
    """The attempt that counts of each month: one that has the month now, else the latest."""
    last: dict[Month, Attempt] = {}
    for attempt in sorted(attempts, key=lambda a: (a.is_active, a.at)):
        if attempt.dataset == dataset:
            last[attempt.month] = attempt
    return last


def _plan_line(evidence: Evidence, request: PlanRequest, knowledge: Knowledge) -> PlanLine:
    verdict = judge_month(evidence, request)
    covered, answer, probe = evidence.covered, evidence.answer, evidence.answer.probe
    line = PlanLine(
        dataset=covered.dataset,
        month=covered.month,
        standing=verdict.standing,
        action=verdict.action,
        why=verdict.why,
        source=answer.source,
        url=probe.url if probe else None,
        run_id=_find_run(evidence, verdict.standing),
        observed=evidence.observed,
        blocked=verdict.blocked,
    )
    if not line.is_work or answer.source is None:
        return line
    rows, basis = expect_rows(knowledge, line.month, answer.source, line.action)
    return replace(
        line,
        bytes_expected=probe.size_bytes if probe and line.action is Action.INGEST else None,
        rows_expected=rows,
        rows_basis=basis,
        seconds_expected=expect_seconds(knowledge, rows, line.action),
    )


def _find_run(evidence: Evidence, standing: MonthStanding) -> str | None:
    """The run people want to look at: the one that has the month, failed at it, or published it."""
    if standing in (MonthStanding.RUNNING, MonthStanding.FAILED) and evidence.attempt:
        return evidence.attempt.run_id
    if evidence.publication is not None:
        return evidence.publication.run_id
    if evidence.provenance is not None:
        return evidence.provenance.run_id
    return evidence.attempt.run_id if evidence.attempt else None


def _know(dataset: str, services: Services, found: Found, attempts: Sequence[Attempt]) -> Knowledge:
    """What the lake and past runs tell of sizes and times."""
    real: dict[Month, int] = {}
    made_up: dict[Month, int] = {}
    for (_, month), stored in found.objects.items():
        footer = found.footers.get(stored.key)
        if isinstance(footer, Footer) and footer.provenance is not None:
            (made_up if footer.provenance.synthetic else real)[month] = footer.rows
    return Knowledge(dataset, real, made_up, services.settings.sources.sample_rows, attempts)
