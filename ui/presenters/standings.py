"""Where each month of a dataset stands: what lake and table hold, what runs do, what a plan found. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lakeside.coverage import MonthCoverage
from lakeside.month import Month
from lakeside.plan.plan import PlanLine
from lakeside.plan.request import Attempt
from ui.presenters.coverage_presenter import state_of
from ui.presenters.looks import COVERAGE, Look

FAILED, RUNNING = "failed", "running"
STANDING: dict[str, Look] = {
    **COVERAGE,
    RUNNING: Look("▶", "running", "info", "a run has it, or waits to begin with it"),
    FAILED: Look("✕", "failed", "bad", "its last run failed"),
}
_WHOLE = ("published", "not_yet", "never")


@dataclass(frozen=True, slots=True)
class Standings:
    """What is known of a dataset's months before and after the source was asked."""

    coverage: Mapping[Month, MonthCoverage]
    attempts: Mapping[Month, Attempt]
    planned: Mapping[Month, PlanLine]

    @classmethod
    def of(
        cls,
        coverage: Sequence[MonthCoverage],
        attempts: Sequence[Attempt] = (),
        planned: Sequence[PlanLine] = (),
    ) -> Standings:
        """Of one dataset's months."""
        return cls(
            {m.month: m for m in coverage}, {a.month: a for a in attempts}, {p.month: p for p in planned}
        )

    def find(self, month: Month) -> str:
        """The month's standing; what a plan found of it counts most."""
        if month in self.planned:
            return self.planned[month].standing.value
        covered, attempt = self.coverage.get(month), self.attempts.get(month)
        there = state_of(covered) if covered else "missing"
        if attempt is not None and attempt.is_active:
            return RUNNING
        if attempt is None or not attempt.is_failed or there in _WHOLE:
            return there
        written = covered.written_at if covered else None
        return FAILED if written is None or written <= attempt.at else there
