"""What the checks page's button does: check one month in this process, bounded."""

from __future__ import annotations

import streamlit as st

from lakeside.checks.asked import check_now
from ui.access.freshness import refresh_all
from ui.access.opened import open_console_services
from ui.formats import format_counted
from ui.state import take, toast_later


def check_held() -> None:
    """Check the month a click was about, if there was one; raises as `check_now`."""
    held = take("check")
    if not isinstance(held, tuple):
        return
    dataset, month = held
    with st.spinner(f"Checking {dataset} {month} …"):
        results = check_now(open_console_services(), dataset, month)
    bad = sum(result.is_bad for result in results)
    toast_later(f"Checked {dataset} {month}: {format_counted(bad, 'check')} did not pass")
    refresh_all()
    st.rerun()
