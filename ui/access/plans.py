"""What a launch would do: calendar, attempts, plan, preflight."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from flows.console import Preflight
from lakeside.datasets import get_dataset
from lakeside.month import FIRST_YEAR, Month, month_range
from lakeside.plan import Attempt, Plan, PlanRequest, make_plan
from ui.access.freshness import refreshed
from ui.access.health import load_health
from ui.access.opened import open_console_services, open_run_console


@st.cache_data(ttl=600, max_entries=8, show_spinner=False)
def load_month_sources(dataset: str) -> dict[Month, list[str]]:
    """Month -> sources that publish it by the calendar, best first; the network is not asked."""
    sources, found = open_console_services().sources, get_dataset(dataset)
    return {m: [s.value for s in sources.list_sources(found, m)] for m in _list_months()}


@refreshed
@st.cache_data(ttl=4, max_entries=8, show_spinner=False)
def load_attempts(dataset: str) -> list[Attempt]:
    """The last attempt at each month that was ever attempted; none while Prefect does not answer."""
    return read_attempts(dataset)


def read_attempts(dataset: str) -> list[Attempt]:
    """The same as of now."""
    if not load_health().api_ok:
        return []
    return open_run_console().list_attempts(dataset, _list_months())


@refreshed
@st.cache_data(ttl=20, max_entries=16, show_spinner="Asking the source about the chosen months …")
def load_plan(request: PlanRequest) -> Plan:
    """What would happen with these months; at most 20 s old; a launch looks again."""
    return read_plan(request)


def read_plan(request: PlanRequest) -> Plan:
    """The plan as of now: lake, warehouse, history and source are asked."""
    return make_plan(request, open_console_services(), read_attempts(request.dataset))


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def load_preflight(load: bool = True) -> Preflight:
    """Would a run that is started now do its work: API, worker, lake and (to load) warehouse."""
    return open_run_console().preflight(load)


def _list_months() -> list[Month]:
    return month_range(Month(FIRST_YEAR, 1), Month(datetime.now(UTC).year, 12))
