"""What is where, by dataset and month."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lakeside.coverage import MonthCoverage, compute_coverage
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=10, max_entries=8, show_spinner="Counting months in the lake and the warehouse …")
def load_coverage() -> tuple[list[MonthCoverage], datetime]:
    """Every dataset and month, and when that was looked at."""
    return compute_coverage(open_console_services()), datetime.now(UTC)
