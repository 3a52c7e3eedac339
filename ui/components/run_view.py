"""One run: its months live, its log, tasks, artifacts and parameters, and what can be done with it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lakeside.people import Act
from ui.access.runs import load_artifacts, load_logs, load_parts, load_run, load_tasks
from ui.actions import cancel_run
from ui.components.boundary import error_boundary
from ui.components.code import show_block
from ui.components.markup import el
from ui.components.pieces import (
    show_facts,
    show_failed_message,
    show_links,
    show_muted,
    show_pairs,
    show_table,
)
from ui.components.run_log import show_run_log
from ui.components.run_panel import show_lines, show_progress
from ui.pace import STEPS_SECONDS, find_pace, note_sign
from ui.presenters.log_presenter import find_tracebacks
from ui.presenters.run_list_presenter import present_runs
from ui.presenters.run_parts_presenter import present_artifacts, present_tasks
from ui.presenters.runs_presenter import RunView, present_run
from ui.rights import allow
from ui.state import ask_later, hold, is_asked
from ui.text import CANCEL, CANCEL_SURE, REPEAT, RETRY


def show_run(view: RunView) -> None:
    """Months above the fold; log, tasks, artifacts and parameters below."""
    if is_asked("cancel"):  # outside the fragment: its next poll would close the dialog
        _ask_cancel(view.id, view.title)
    every = None if view.is_over else find_pace("run")
    st.fragment(_show_live, run_every=every)(view.id, view.is_over)
    log_tab, tasks_tab, artifacts_tab, parameters_tab = st.tabs(["Log", "Tasks", "Artifacts", "Parameters"])
    slower = None if every is None else 2 * every
    log_every = 2 * STEPS_SECONDS[0] if view.is_over and view.log_may_grow else slower
    with log_tab:
        st.fragment(show_run_log, run_every=log_every)(view.id, view.ended_at if log_every else None)
    with tasks_tab:
        st.fragment(_show_tasks, run_every=slower)(view.id)
    with artifacts_tab:
        st.fragment(_show_artifacts, run_every=slower)(view.id)
    with parameters_tab:
        show_pairs(view.parameters)


def _show_live(run_id: str, was_over: bool) -> None:
    with error_boundary():
        view = present_run(load_run(run_id), datetime.now(UTC))
        left, right = st.columns([3, 2], vertical_alignment="center", gap="medium")
        with left:
            show_progress(view)
        with right:
            _show_buttons(view)
        show_facts(view.facts)
        show_failed_message(
            view.silence and f"This run gives {view.silence}. It is marked crashed by itself."
        )
        show_failed_message(view.message)
        show_lines(view.lines)
        if view.links:
            show_links(view.links)
        if view.is_over and view.progress_tone == "bad":
            _show_tracebacks(view)
        if view.is_over != was_over or (note_sign("run", view.sign) and not view.is_over):
            st.rerun()


def _show_buttons(view: RunView) -> None:
    """What can be done with the run now. The page itself acts, after this part has ended."""
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if view.can_cancel and st.button(
            CANCEL, icon=":material/stop_circle:", key="cancel", **allow(Act.CANCEL_RUN)
        ):
            ask_later("cancel")
        if view.can_repeat and st.button(
            REPEAT, icon=":material/replay:", key="repeat", **allow(Act.REPEAT_RUN)
        ):
            hold("repeat", view.id)
            st.rerun()
        if view.can_retry and st.button(
            RETRY, icon=":material/build:", key="retry", type="primary", **allow(Act.RETRY_RUN)
        ):
            hold("retry", view.id)
            st.rerun()


def _show_tracebacks(view: RunView) -> None:
    lines, _ = load_logs(view.id)
    found = find_tracebacks(lines)
    if found:
        with st.expander("Traceback, for those who mend the code"):
            for words in found:
                show_block(words)


@st.dialog("Cancel this run?")
def _ask_cancel(run_id: str, title: str) -> None:
    words = (
        " stops within seconds. Months that are finished stay; the month at work leaves nothing "
        "half-written, neither in the lake nor in the warehouse."
    )
    st.html(el("p", el("b", title), words))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it running"):
            st.rerun()
        if st.button(CANCEL_SURE, type="primary"):
            with error_boundary():
                cancel_run(run_id)
                st.rerun()


def _show_tasks(run_id: str) -> None:
    with error_boundary():
        now, tasks, parts = datetime.now(UTC), load_tasks(run_id), load_parts(run_id)
        if tasks:
            show_table(present_tasks(tasks, now))
        else:
            show_muted("No task has begun yet.")
        if parts:
            show_muted("Runs that this run started:")
            show_table(present_runs(parts, now))


def _show_artifacts(run_id: str) -> None:
    with error_boundary():
        artifacts = load_artifacts(run_id)
        if artifacts:
            show_table(present_artifacts(artifacts, datetime.now(UTC)))
        else:
            show_muted("No artifact yet.")
