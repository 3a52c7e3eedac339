"""The checks around a load: those of rows as a gate before it where a dataset wants one, all after it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from lakeside.checks.facts import Surroundings
from lakeside.checks.reconcile import run_reconciliation
from lakeside.checks.result import CheckKind, CheckResult
from lakeside.checks.run import Checking
from lakeside.checks.store import record_results
from lakeside.datasets.contract import Dataset
from lakeside.errors import ContractViolation, LakesideError
from lakeside.month import Month
from lakeside.services import Services
from lakeside.warehouse.month_rows import Gate, MonthRows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MonthChecks:
    """The checks of one month that is being loaded, by a flow run or none."""

    services: Services
    dataset: Dataset
    month: Month
    run_id: str | None = None

    def make_gate(self, around: Surroundings) -> Gate | None:
        """What judges the staged rows before they are published; None unless the dataset blocks.

        Calling it raises ContractViolation when an error-check of the rows fails or cannot be evaluated.
        """
        if self.dataset.name not in self.services.settings.checks.block:
            return None
        checking = Checking.start(self.services, around, self.run_id)

        def judge(rows: MonthRows) -> None:
            results = checking.check_rows(self.dataset, self.month, rows)
            failed = [r for r in results if r.is_red and r.kind is CheckKind.QUALITY]
            if failed:
                details = "; ".join(f"{r.check}: {r.detail}" for r in failed)
                raise ContractViolation(
                    f"{self.dataset.name} {self.month} was not published: {details}.",
                    "The rows published before are untouched; LAKESIDE_CHECKS__BLOCK names the dataset.",
                )

        return judge

    def run(self, around: Surroundings) -> list[CheckResult]:
        """Every check of the published month, or the reconciling ones alone where settings say so."""
        checking = Checking.start(self.services, around, self.run_id)
        if self.services.settings.checks.after_load:
            return checking.check(self.dataset, self.month)
        return run_reconciliation(self.dataset, self.month, self.services, checking)

    def keep(self, results: Sequence[CheckResult]) -> None:
        """Record the results; a month that is loaded does not fail because they cannot be kept."""
        try:
            record_results(self.services, results)
        except LakesideError as error:
            logger.warning("results of %s %s were not kept: %s", self.dataset.name, self.month, error)
