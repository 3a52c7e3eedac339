"""What buttons do: start and cancel runs, then go where the answer is seen."""

from __future__ import annotations

import streamlit as st

from flows.console import Launch
from ui.access import open_run_console, refresh_all
from ui.app_pages.pages import find_path
from ui.state import toast_later

TRY_OUT_LAUNCH = Launch("green", 2024, (1, 2, 3), source="sample")


def start_ingest(launch: Launch) -> None:
    """Start a run and open its page.

    Raises:
        BackendUnavailable: no API answers or no worker polls.
        SettingsError: the launch names something that does not exist.
    """
    run = open_run_console().start_ingest(launch)
    refresh_all()
    toast_later(f"Started {run.name}")
    st.switch_page(find_path("runs"), query_params={"run": run.id})


def start_try_out() -> None:
    """Three synthetic months of green, so that the console shows something without a network."""
    start_ingest(TRY_OUT_LAUNCH)


def cancel_run(run_id: str) -> None:
    """Ask for the run to stop; its page shows when it has."""
    open_run_console().cancel_run(run_id)
    toast_later("Asked the run to stop")
