"""Coverage: what is missing? Dataset by month, from what is really there."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from ui.access.coverage import load_coverage
from ui.access.health import load_health
from ui.components.boundary import error_boundary
from ui.components.listing_age import show_listing_age
from ui.components.matrix import show_matrix
from ui.components.pieces import show_facts, show_heading, show_muted, show_notices
from ui.components.welcome import show_welcome
from ui.presenters.coverage_presenter import list_datasets, present_coverage
from ui.state import follow_url, remember_choice
from ui.text import COVERAGE_QUESTION

show_heading("Coverage", COVERAGE_QUESTION)
with error_boundary():
    coverage, seen_at = load_coverage()
    names = list_datasets(coverage)
    key = follow_url("dataset", names, default="green")
    every_year = st.session_state.get("every_year", False)
    view = present_coverage(coverage, st.session_state[key], datetime.now(UTC), fold=not every_year)
    if view.is_empty:
        show_welcome(load_health())
    else:
        show_facts(view.facts)
        show_notices(view.attention, "Nothing needs attention: every month in the lake is published.")
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control("Dataset", names, key=key, required=True, label_visibility="collapsed")
        st.toggle("Every year", key="every_year", help="Also years of which nothing is here, month by month.")
        show_muted(view.summary)
    remember_choice("dataset", chosen)
    show_matrix(view)
    show_listing_age("Looked at lake and warehouse", seen_at)
