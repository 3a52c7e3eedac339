"""Every month where lake and warehouse disagree: by how much, in which column, since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.checks.reconcile import run_reconciliation
from lakeside.checks.result import CheckKind, CheckResult, CheckState, Difference, group_by_month
from lakeside.checks.run import Checking
from lakeside.checks.store import list_history, list_latest_results, record_results
from lakeside.datasets import Dataset, list_datasets
from lakeside.lake.layout import find_month
from lakeside.month import Month
from lakeside.services import Services


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One month whose last reconciliation failed.

    Args:
        dataset, month: which.
        details: what each failed check says.
        differences: per column and figure.
        lake_rows, warehouse_rows: counts where they differ, else None.
        since: the first of the failed checks in a row, UTC.
        last_good: when it last agreed, UTC; None: never seen.
        checked_at: when it was last looked at, UTC.
        can_load: whether loading the lake's object again mends it.
    """

    dataset: str
    month: Month
    details: Sequence[str]
    differences: Sequence[Difference]
    since: datetime
    last_good: datetime | None
    checked_at: datetime
    can_load: bool


def reconcile_all(services: Services, datasets: Iterable[Dataset] | None = None) -> list[CheckResult]:
    """Reconcile every month that the lake or the warehouse has, and keep the results.

    Raises:
        BackendUnavailable, AccessDenied: lake or warehouse cannot be asked.
    """
    checking = Checking.start(services)
    results: list[CheckResult] = []
    for dataset in list_datasets() if datasets is None else datasets:
        for month in list_months(services, dataset, checking):
            results += run_reconciliation(dataset, month, services, checking)
    record_results(services, results)
    return results


def list_months(services: Services, dataset: Dataset, checking: Checking) -> list[Month]:
    """Months of the dataset that are in the lake, in the table, or said to be published."""
    around = checking.asking.around
    found = {month for name, month in (*around.counts, *around.publications) if name == dataset.name}
    for item in services.lake.list_objects(f"data/{dataset.name}/").objects:
        place = find_month(item.key)
        if place and place[0] == dataset.name:
            found.add(place[1])
    return sorted(found)


def list_disagreements(services: Services, latest: Sequence[CheckResult] | None = None) -> list[Disagreement]:
    """From the results that are kept; nothing is measured. The newest month first.

    Args:
        services: the warehouse that keeps them.
        latest: the newest results where they are known already.
    """
    results = list_latest_results(services) if latest is None else latest
    failed = [r for r in results if r.kind is CheckKind.RECONCILE and r.is_bad]
    found = [_describe(services, place, group) for place, group in sorted(group_by_month(failed).items())]
    return sorted(found, key=lambda one: one.month, reverse=True)


def _describe(services: Services, place: tuple[str, Month], failed: Sequence[CheckResult]) -> Disagreement:
    dataset, month = place
    history = [r for r in list_history(services, dataset, month=month) if r.kind is CheckKind.RECONCILE]
    last_good = _find_last_good(history, {r.check for r in failed})
    bad = [r.checked_at for r in history if r.is_bad and (last_good is None or r.checked_at > last_good)]
    return Disagreement(
        dataset=dataset,
        month=month,
        details=[result.detail for result in failed],
        differences=[difference for result in failed for difference in result.differences],
        since=min(bad, default=failed[0].checked_at),
        last_good=last_good,
        checked_at=max(result.checked_at for result in failed),
        can_load=all(result.check != "rows_source_lake" for result in failed)
        and not any(d.lake is None and not d.column for r in failed for d in r.differences),
    )


def _find_last_good(history: Sequence[CheckResult], checks: set[str]) -> datetime | None:
    """The newest moment at which every one of the checks passed."""
    passed = [r.checked_at for r in history if r.check in checks and r.state is CheckState.PASSED]
    bad = {r.checked_at for r in history if r.is_bad}
    return max((moment for moment in passed if moment not in bad), default=None)
