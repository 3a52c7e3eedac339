"""What buttons do: start and cancel runs, then go where the answer is seen."""

from __future__ import annotations

import streamlit as st

from flows.console import Launch, RunSummary
from ui.access import open_run_console, refresh_all
from ui.app_pages.pages import find_path
from ui.presenters.ingest_presenter import IngestView
from ui.state import toast_later

TRY_OUT_LAUNCH = Launch("green", 2024, (1, 2, 3), source="sample")


def launch(view: IngestView) -> None:
    """Start what the plan shows and open the run's page; nothing when nothing is chosen.

    Raises:
        BackendUnavailable: no API answers or no worker polls.
        SettingsError: the launch names something that does not exist.
    """
    chosen = view.launch
    if chosen is None:
        return
    console = open_run_console()
    if view.only_load:
        _open_run(console.start_load(chosen.dataset, chosen.year, chosen.months))
    else:
        _open_run(console.start_ingest(chosen))


def start_try_out() -> None:
    """Three synthetic months of green, so that the console shows something without a network."""
    _open_run(open_run_console().start_ingest(TRY_OUT_LAUNCH))


def cancel_run(run_id: str) -> None:
    """Ask for the run to stop; its page shows when it has."""
    open_run_console().cancel_run(run_id)
    toast_later("Asked the run to stop")


def _open_run(run: RunSummary) -> None:
    refresh_all()
    toast_later(f"Started {run.name}")
    st.switch_page(find_path("runs"), query_params={"run": run.id})
