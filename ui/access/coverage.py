"""What is where, by dataset and month."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lakeside.coverage import MonthCoverage
from lakeside.datasets import list_datasets
from lakeside.lights import MonthLights, compute_lights
from lakeside.month import Month
from lakeside.plan import Attempt
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services
from ui.access.plans import read_attempts


@refreshed
@st.cache_resource(
    ttl=10, max_entries=2, show_spinner="Counting months in the lake and the warehouse …"
)  # shared, not copied: a copy of every month would be a fifth of each page
def load_lights() -> tuple[list[MonthLights], datetime]:
    """Every dataset and month with its four lights, and when that was looked at."""
    return compute_lights(open_console_services()), datetime.now(UTC)


def load_coverage() -> tuple[list[MonthCoverage], datetime]:
    """The same without the lights."""
    lights, seen_at = load_lights()
    return [month.covered for month in lights], seen_at


@refreshed
@st.cache_data(ttl=10, max_entries=2, show_spinner=False)
def load_all_attempts() -> dict[tuple[str, Month], Attempt]:
    """(dataset, month) -> the last attempt at it; none while Prefect does not answer."""
    return {(a.dataset, a.month): a for dataset in list_datasets() for a in read_attempts(dataset.name)}
