"""What the checks page's button does: check one month in this process, bounded."""

from __future__ import annotations

import streamlit as st

from lakeside.checks.result import CheckResult
from lakeside.checks.run import Checking
from lakeside.checks.store import record_results
from lakeside.datasets import get_dataset
from lakeside.errors import LimitExceeded
from lakeside.month import Month
from ui.access.freshness import refresh_all
from ui.access.opened import open_console_services
from ui.formats import format_bytes, format_counted
from ui.rights import changing
from ui.state import take, toast_later


def check_held() -> None:
    """Check the month a click was about, if there was one; raises as `check_month_now`."""
    held = take("check")
    if not isinstance(held, tuple):
        return
    dataset, month = held
    with st.spinner(f"Checking {dataset} {month} …"):
        results = check_month_now(dataset, month)
    bad = sum(result.is_bad for result in results)
    toast_later(f"Checked {dataset} {month}: {format_counted(bad, 'check')} did not pass")
    refresh_all()
    st.rerun()


@changing
def check_month_now(dataset: str, month: Month) -> list[CheckResult]:
    """Every check of one month, run and kept.

    Raises:
        LimitExceeded: it would read more than an interactive query may bill.
        BackendUnavailable, AccessDenied: lake or warehouse cannot be asked.
    """
    services = open_console_services()
    checking = Checking.start(services)
    size = checking.estimate(get_dataset(dataset), month).total
    allowed = services.settings.warehouse.maximum_gigabytes_billed * 1e9
    if services.warehouse.kind != "duckdb" and size > allowed:
        raise LimitExceeded(
            f"Checking {dataset} {month} may read {format_bytes(size)}, more than {format_bytes(allowed)}.",
            f"Run `lakeside check {dataset} {month}`, or raise LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED.",
        )
    results = checking.check(get_dataset(dataset), month)
    record_results(services, results)
    return results
