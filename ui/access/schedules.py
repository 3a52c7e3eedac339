"""Deployments, schedules and who is told."""

from __future__ import annotations

import streamlit as st

from flows.console import DeploymentView, RunConsole, ScheduleSpec, ScheduleWords
from ui.access.freshness import refreshed
from ui.access.runs import reach_runs


@refreshed
@st.cache_data(ttl=5, max_entries=2, show_spinner="Asking Prefect for its deployments …")
def load_deployments() -> list[DeploymentView]:
    """The flows that can be started, with schedules, last and next runs."""
    return reach_runs().list_deployments()


@refreshed
@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def load_has_notification() -> bool:
    """Is somebody told when a run fails."""
    return reach_runs().has_notification()


@st.cache_data(ttl=20, max_entries=16, show_spinner=False)
def load_schedule_words(spec: ScheduleSpec) -> ScheduleWords:
    """A schedule in words with its next five times; SettingsError when it cannot be."""
    return RunConsole.describe_schedule(spec, 5)
