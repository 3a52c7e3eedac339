"""All checks of a month as the work of a run: evaluated, kept, and judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from lakeside.checks.facts import Surroundings
from lakeside.checks.result import CheckResult
from lakeside.checks.run import Checking
from lakeside.datasets import get_dataset
from lakeside.errors import ContractViolation
from lakeside.lake.layout import data_key
from lakeside.pipeline import MonthRequest, MonthWork
from lakeside.progress import MonthResult, MonthState, ReportProgress, Stage, StageReporter, report_nothing
from lakeside.services import Services

_HINT = "The page of checks shows the rows, and what mends it."


def checking_once(services: Services, run_id: str | None = None) -> MonthWork:
    """`check_month` for all months of one run: the warehouse is asked once what it has.

    Raises:
        BackendUnavailable, AccessDenied: the warehouse cannot be asked.
    """
    return partial(check_month, around=Surroundings.ask(services), run_id=run_id)


def check_month(
    request: MonthRequest,
    services: Services,
    report: ReportProgress = report_nothing,
    around: Surroundings | None = None,
    run_id: str | None = None,
) -> MonthResult:
    """Run every check of a month and keep the results, whatever they are.

    Args:
        around: what the warehouse has, shared by the months of one run; asked anew without it.

    Raises:
        ContractViolation: an error-check failed or could not be evaluated; says which and how.
        BackendUnavailable, AccessDenied: lake or warehouse cannot be asked.
    """
    started = time.monotonic()
    dataset = get_dataset(request.dataset)
    checking = Checking.start(services, around, run_id)
    rows = checking.asking.around.counts.get((dataset.name, request.month))
    StageReporter(report, 0, started).enter(Stage.CHECK, rows or 0)
    results = checking.check_and_keep(dataset, request.month)
    _require_passed(results, str(request))
    key = data_key(dataset.name, request.month)
    return MonthResult(
        dataset=dataset.name,
        month=str(request.month),
        source=None,
        state=MonthState.CHECKED,
        lake_path=services.lake.url_of(key) if services.lake.find_object(key) else None,
        warehouse_rows=rows,
        elapsed_seconds=time.monotonic() - started,
    )


def _require_passed(results: Sequence[CheckResult], what: str) -> None:
    failed = [result for result in results if result.is_red]
    if failed:
        details = "; ".join(f"{result.check}: {result.detail}" for result in failed)
        raise ContractViolation(f"{what} fails {len(failed)} of {len(results)} checks: {details}.", _HINT)
