"""Does the source's month equal the lake's, and the lake's the table's? Counts and figures, no key needed."""

from __future__ import annotations

from collections.abc import Sequence

from lakeside.checks.facts import MonthFacts, gather_facts, make_result
from lakeside.checks.registry import RECONCILING
from lakeside.checks.result import CheckKind, CheckResult, Severity
from lakeside.checks.run import Checking
from lakeside.datasets.contract import Dataset
from lakeside.errors import ContractViolation, NotFound
from lakeside.month import Month
from lakeside.services import Services


def run_reconciliation(
    dataset: Dataset, month: Month, services: Services, checking: Checking | None = None
) -> list[CheckResult]:
    """Measure the published month afresh and compare it with what the lake's object says of itself.

    Raises:
        BackendUnavailable, AccessDenied: the object or the table cannot be read.
    """
    round_ = checking or Checking.start(services)
    try:
        rows = services.warehouse.open_month(dataset, month)
        measures = rows.measure((), round_.estimate(dataset, month).scan)
    except NotFound:
        measures = None
    return judge_reconciliation(gather_facts(dataset, month, services.lake, measures, round_.asking))


def judge_reconciliation(facts: MonthFacts) -> list[CheckResult]:
    """The reconciling checks over facts that are there already."""
    return [
        make_result(facts, (rule.NAME, CheckKind.RECONCILE, Severity.ERROR), rule.judge(facts))
        for rule in RECONCILING
    ]


def require_passed(results: Sequence[CheckResult], what: str) -> None:
    """Turn failed reconciling checks into the one error that fails the month.

    Args:
        results: what the checks answered.
        what: dataset and month, for the message.

    Raises:
        ContractViolation: at least one failed or could not be evaluated; the message gives the figures.
    """
    failed = [r for r in results if r.is_red and r.kind is CheckKind.RECONCILE]
    if failed:
        details = "; ".join(f"{r.check}: {r.detail}" for r in failed)
        raise ContractViolation(
            f"{what} does not reconcile: {details}.",
            "Load it again with --force.",
        )
