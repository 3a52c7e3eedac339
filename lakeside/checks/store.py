"""Results of checks, kept in the warehouse: asked once for all months, or of one dataset over time."""

from __future__ import annotations

from collections.abc import Sequence

from lakeside.checks.result import CheckResult
from lakeside.month import Month
from lakeside.services import Services

HISTORY_LIMIT = 1_000


def record_results(services: Services, results: Sequence[CheckResult]) -> None:
    """Keep results; nothing that was kept before is changed.

    Raises:
        BackendUnavailable, AccessDenied: the warehouse cannot be written.
    """
    services.warehouse.record_checks(results)


def list_latest_results(services: Services) -> list[CheckResult]:
    """The newest result of each check, dataset and month: one question for everything.

    `group_by_month` and `judge_light` of `lakeside.checks.result` make lights of them. Empty where nothing
    was ever checked.

    Raises:
        BackendUnavailable, AccessDenied: the warehouse cannot be asked.
    """
    return list(services.warehouse.list_latest_checks())


def list_history(
    services: Services,
    dataset: str,
    check: str | None = None,
    month: Month | None = None,
    limit: int = HISTORY_LIMIT,
) -> list[CheckResult]:
    """Results of a dataset (of one check, of one month), newest first, at most `limit`.

    Raises:
        BackendUnavailable, AccessDenied: the warehouse cannot be asked.
    """
    return list(services.warehouse.list_check_history(dataset, check, month, limit))
