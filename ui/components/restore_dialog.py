"""Restoring an earlier version: the button, and the question that says what will happen."""

from __future__ import annotations

import streamlit as st

from lakeside.people import Act
from lakeside.restoring import RestorePlan
from ui.access.versions import read_restore_plan
from ui.components.pieces import show_sentences
from ui.presenters.versions_presenter import HistoryView, present_restore
from ui.rights import allow
from ui.state import hold
from ui.text import RESTORE, RESTORE_SURE


def show_restore_button(key: str, version: str, history: HistoryView) -> None:
    """Asks about the version that stands in `Before`; the live one needs no restoring."""
    is_live = version == history.live
    words = "Choose an earlier version in Before: this one is live." if is_live else None
    allowed = allow(Act.RESTORE_VERSION, disabled=is_live, help=words)
    label = RESTORE.format(name=history.names[version])
    if st.button(label, icon=":material/history:", key="restore", **allowed):
        with st.spinner("Looking at the lake and the warehouse …"):
            plan = read_restore_plan(key, version)
        _ask(plan)


@st.dialog("Restore this version?")
def _ask(plan: RestorePlan) -> None:
    show_sentences(present_restore(plan))
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it as it is"):
            st.rerun()
        if st.button(RESTORE_SURE, type="primary", on_click=hold, args=("restore", plan)):
            st.rerun()  # the page does what is held: exactly the plan that was shown
