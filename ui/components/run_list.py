"""The list of runs; looks again by itself while one of them is at work."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from ui.access import load_runs
from ui.components.boundary import error_boundary
from ui.components.pieces import show_empty, show_muted, show_table
from ui.presenters.places import INGEST
from ui.presenters.runs_presenter import is_any_live, present_runs
from ui.presenters.views import Link
from ui.state import follow_page

PAGE_ROWS = 25
POLL_SECONDS = 2
MOST_PAGES = 1000


def show_run_list() -> None:
    """Newest first, a page at a time."""
    page = follow_page(MOST_PAGES)
    runs = load_runs(PAGE_ROWS + 1, (page - 1) * PAGE_ROWS)
    if not runs and page == 1:
        show_empty(
            "No run yet",
            "A run brings months from a source to the lake and the warehouse.",
            Link("Start one", INGEST),
        )
        return
    live = is_any_live(runs)
    st.fragment(_show_rows, run_every=POLL_SECONDS if live else None)(page, live)
    if page > 1 or len(runs) > PAGE_ROWS:
        st.pagination(page + (len(runs) > PAGE_ROWS), default=page, key="page")


def _show_rows(page: int, was_live: bool) -> None:
    with error_boundary():
        runs = load_runs(PAGE_ROWS + 1, (page - 1) * PAGE_ROWS)
        show_table(present_runs(runs[:PAGE_ROWS], datetime.now(UTC)))
        show_muted("Looks again every 2 s while a run is at work." if was_live else "No run is at work.")
        if is_any_live(runs) != was_live:
            st.rerun()
