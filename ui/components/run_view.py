"""One run: its months live, its log, its parameters, and a way to stop it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from flows.console import LogLine
from ui.access import load_logs, load_run
from ui.actions import cancel_run
from ui.components.boundary import error_boundary
from ui.components.pieces import show_facts, show_failed_message, show_links, show_muted, show_pairs
from ui.components.run_panel import show_lines, show_log, show_progress
from ui.presenters.runs_presenter import LEVELS, RunView, filter_logs, present_run, write_logs
from ui.state import ask_later, is_asked
from ui.text import CANCEL, CANCEL_SURE

POLL_SECONDS = 1


def show_run(view: RunView) -> None:
    """Months above the fold; log and parameters below."""
    if is_asked("cancel"):  # outside the fragment: its next poll would close the dialog
        _ask_cancel(view.id, view.title)
    every = None if view.is_over else POLL_SECONDS
    st.fragment(_show_live, run_every=every)(view.id, view.is_over)
    log_tab, parameters_tab = st.tabs(["Log", "Parameters"])
    with log_tab:
        st.fragment(_show_log, run_every=None if view.is_over else 2 * POLL_SECONDS)(view.id)
    with parameters_tab:
        show_pairs([*view.parameters, ("run id", view.id)])


def _show_live(run_id: str, was_over: bool) -> None:
    with error_boundary():
        view = present_run(load_run(run_id), datetime.now(UTC))
        left, right = st.columns([5, 1], vertical_alignment="center", gap="medium")
        with left:
            show_progress(view)
        if view.can_cancel and right.button(
            CANCEL, icon=":material/stop_circle:", key="cancel", width="stretch"
        ):
            ask_later("cancel")
        if view.retry:
            with right:
                show_links([view.retry])
        show_facts(view.facts)
        show_failed_message(view.message)
        show_lines(view.lines)
        if view.is_over and not was_over:
            st.rerun()


@st.dialog("Cancel this run?")
def _ask_cancel(run_id: str, title: str) -> None:
    st.write(
        f"**{title}** stops within seconds. Months that are finished stay; the month at work leaves nothing "
        "half-written, neither in the lake nor in the warehouse."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it running"):
            st.rerun()
        if st.button(CANCEL_SURE, type="primary"):
            with error_boundary():
                cancel_run(run_id)
                st.rerun()


def _show_log(run_id: str) -> None:
    with error_boundary():
        lines, more = load_logs(run_id)
        left, middle, right = st.columns([1, 3, 1], vertical_alignment="bottom")
        level = left.selectbox("From level", LEVELS, index=1, key="log_level")
        words = middle.text_input("Contains", key="log_words", placeholder="for example 2020-10")
        _offer_download(right, run_id, lines)
        fitting = filter_logs(lines, level, words)
        show_log(fitting)
        show_muted(f"{len(fitting)} of {len(lines)} lines" + (", the first of more." if more else "."))


def _offer_download(place: st.delta_generator.DeltaGenerator, run_id: str, lines: Sequence[LogLine]) -> None:
    place.download_button(
        "Download",
        write_logs(lines),
        file_name=f"run-{run_id}.log",
        mime="text/plain",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
