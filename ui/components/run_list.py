"""The list of runs; looks again by itself while one of them is at work."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from flows.console import RunFilter
from lakeside.datasets import list_datasets
from ui.access.runs import load_runs
from ui.components.boundary import error_boundary
from ui.components.pieces import show_empty, show_muted, show_table
from ui.pace import find_pace, note_sign
from ui.presenters.places import INGEST
from ui.presenters.run_list_presenter import (
    ANY,
    SINCE_WORDS,
    STATES,
    is_any_live,
    make_filter,
    present_runs,
    present_total,
    sign_of_runs,
)
from ui.presenters.views import Link
from ui.state import find_param, follow_page, follow_url, follow_url_many, remember_choice

PAGE_ROWS = 25
MOST_PAGES = 1000


def show_run_list() -> None:
    """What is looked for, then the newest first, a page at a time."""
    wanted = _show_filter()
    page = follow_page(MOST_PAGES)
    found = load_runs(wanted, PAGE_ROWS, (page - 1) * PAGE_ROWS)
    if not found.total:
        _show_nothing(wanted)
        return
    live = is_any_live(found.runs)
    st.fragment(_show_rows, run_every=find_pace("runs") if live else None)(wanted, page, live)
    pages = -(-found.total // PAGE_ROWS)
    if pages > 1:
        st.pagination(pages, default=min(page, pages), key="page")


def _show_filter() -> RunFilter:
    datasets = [ANY, *(found.name for found in list_datasets())]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        states = st.pills(
            "State", list(STATES), key=follow_url_many("state", list(STATES)), selection_mode="multi"
        )
        dataset = st.selectbox("Dataset", datasets, key=follow_url("runs_of", datasets, ANY), width=110)
        since = st.selectbox(
            "Started",
            list(SINCE_WORDS),
            key=follow_url("since", list(SINCE_WORDS), ANY),
            format_func=lambda option: SINCE_WORDS[option],
            width=180,
        )
        st.session_state.setdefault("run_words", find_param("q") or "")
        words = st.text_input("Name or id contains", key="run_words", placeholder="2020 [10]", width=200)
    remember_choice("state", states)
    remember_choice("runs_of", dataset, ANY)
    remember_choice("since", since, ANY)
    remember_choice("q", words, "")
    return make_filter(states, dataset, since, words, datetime.now(UTC))


def _show_nothing(wanted: RunFilter) -> None:
    if wanted != RunFilter():
        show_muted("No run fits what is looked for. Take something away above.")
        return
    show_empty(
        "No run yet",
        "A run brings months from a source to the lake and the warehouse.",
        Link("Start one", INGEST),
    )


def _show_rows(wanted: RunFilter, page: int, was_live: bool) -> None:
    with error_boundary():
        found = load_runs(wanted, PAGE_ROWS, (page - 1) * PAGE_ROWS)
        show_table(present_runs(found.runs, datetime.now(UTC)))
        total = present_total(len(found.runs), found.total, page, PAGE_ROWS, wanted != RunFilter())
        show_muted(total + (" Looks again by itself while a run is at work." if was_live else ""))
        changed = note_sign("runs", sign_of_runs(found.runs))
        if is_any_live(found.runs) != was_live or (was_live and changed):
            st.rerun()
