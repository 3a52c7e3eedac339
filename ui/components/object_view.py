"""One object of the lake: its facts, and the tab that is open."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.components.boundary import error_boundary, show_failure
from ui.components.object_tabs.tabs import TABS
from ui.components.pieces import show_facts
from ui.presenters.object_presenter import ObjectView
from ui.state import follow_url, remember_choice


def show_object(item: LakeObject, view: ObjectView) -> None:
    """Facts above the fold; below, only the open tab, so that nothing is read too early."""
    show_facts(view.facts)
    if view.fault:
        show_failure(view.fault.title, view.fault.message, view.fault.advice)
    tabs = [tab for tab in TABS if (tab.unreadable if view.fault else tab.readable)]
    names = [tab.name for tab in tabs]
    key = follow_url("tab", names, names[0])
    titles = {tab.name: tab.title for tab in tabs}
    chosen = st.segmented_control(
        "Part", names, key=key, required=True, format_func=titles.__getitem__, label_visibility="collapsed"
    )
    remember_choice("tab", chosen, names[0])
    with error_boundary():
        next(tab for tab in tabs if tab.name == chosen).show(item, view)
