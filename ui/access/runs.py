"""Runs and what belongs to them, as Prefect tells."""

from __future__ import annotations

import streamlit as st

from flows.console import (
    ArtifactLine,
    LogLine,
    RunConsole,
    RunDetail,
    RunFilter,
    RunPage,
    RunSummary,
    TaskLine,
)
from lakeside.errors import BackendUnavailable
from ui.access.health import load_health
from ui.access.opened import open_run_console


def reach_runs() -> RunConsole:
    """The run console, unless its API is known to be away; one that is only late is asked, and waited for."""
    health = load_health()
    if not (health.api_ok or health.is_late):
        raise BackendUnavailable(health.message, health.hint)
    return open_run_console()


@st.cache_data(ttl=1, max_entries=16, show_spinner=False)
def load_runs(wanted: RunFilter, limit: int, offset: int = 0) -> RunPage:
    """The newest runs that fit, and how many do by the server's count."""
    return reach_runs().find_runs(wanted, limit=limit, offset=offset)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_tasks(run_id: str) -> list[TaskLine]:
    """A run's tasks with every failed try."""
    return reach_runs().list_tasks(run_id)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_artifacts(run_id: str) -> list[ArtifactLine]:
    """A run's artifacts as they are now."""
    return reach_runs().list_artifacts(run_id)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_parts(run_id: str) -> list[RunSummary]:
    """The runs that a run started for its months."""
    return reach_runs().list_parts(run_id)


@st.cache_data(ttl=1, max_entries=64, show_spinner=False)
def load_run(run_id: str) -> RunDetail:
    """One run with its months; at most a second old."""
    return reach_runs().get_run(run_id)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_logs(run_id: str, lines: int = 2000) -> tuple[list[LogLine], bool]:
    """A run's log from its beginning, at most that many lines; True when there are more."""
    found: list[LogLine] = []
    while len(found) < lines:
        page = reach_runs().list_logs(run_id, after=found[-1].at if found else None, limit=200)
        found.extend(page)
        if len(page) < 200:
            return found, False
    return found[:lines], True
