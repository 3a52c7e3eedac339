"""Does the source's month equal the lake's, and the lake's the table's? Counts and figures, no key needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from lakeside.checks.facts import MonthFacts, Surroundings, gather_facts, make_result
from lakeside.checks.result import CheckKind, CheckResult, Severity
from lakeside.checks.rules import figures_equal, rows_accounted, rows_equal
from lakeside.datasets.contract import Dataset
from lakeside.errors import ContractViolation
from lakeside.month import Month
from lakeside.services import Services

RECONCILING = (rows_accounted, rows_equal, figures_equal)


def run_reconciliation(dataset: Dataset, month: Month, services: Services) -> list[CheckResult]:
    """Measure the published month afresh and compare it with what the lake's object says of itself.

    Raises:
        BackendUnavailable, AccessDenied: the object or the table cannot be read.
    """
    around = Surroundings.ask(services)
    return judge_reconciliation(gather_facts((dataset, month), services, around, datetime.now(UTC)))


def judge_reconciliation(facts: MonthFacts) -> list[CheckResult]:
    """The three reconciling checks over facts that are there already."""
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
