"""Checking one month because somebody asked for it in the console: bounded, and its results are kept."""

from __future__ import annotations

from lakeside.checks.result import CheckResult
from lakeside.checks.run import Checking
from lakeside.datasets import get_dataset
from lakeside.errors import LimitExceeded
from lakeside.month import Month
from lakeside.people import Act, changing
from lakeside.services import Services


@changing(Act.CHECK_MONTH)
def check_now(services: Services, dataset: str, month: Month) -> list[CheckResult]:
    """Every check of one month, run and kept.

    Raises:
        LimitExceeded: it would read more than an interactive query may bill.
        BackendUnavailable, AccessDenied: lake or warehouse cannot be asked.
    """
    checking = Checking.start(services)
    size = checking.estimate(get_dataset(dataset), month).total
    allowed = services.settings.warehouse.maximum_gigabytes_billed * 1e9
    if services.warehouse.kind != "duckdb" and size > allowed:
        raise LimitExceeded(
            f"Checking {dataset} {month} may read {size / 1e9:,.1f} GB, more than {allowed / 1e9:,.1f} GB.",
            f"Run `lakeside check {dataset} {month}`, or raise LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED.",
            limit="warehouse.maximum_gigabytes_billed",
        )
    return checking.check_and_keep(get_dataset(dataset), month)
