"""Schemas: where does it drift? Columns by months of a dataset, or of any folder of the lake."""

from __future__ import annotations

import streamlit as st

from ui.access.lake import load_listing
from ui.access.schemas import load_groups, load_matrix
from ui.components.boundary import error_boundary
from ui.components.drift_view import choose_group, choose_shown, show_drift
from ui.components.listing_age import show_listing_age
from ui.components.pieces import show_heading, show_no_month_yet
from ui.presenters.drift_presenter import present_drift
from ui.text import EMPTY_LAKE, EMPTY_LAKE_DETAIL, SCHEMAS_QUESTION

show_heading("Schemas", SCHEMAS_QUESTION)
with error_boundary():
    if groups := load_groups():
        with st.container(horizontal=True, vertical_alignment="top"):
            group, shown = choose_group(groups), choose_shown()
        show_drift(present_drift(load_matrix(group), shown))
    else:
        show_no_month_yet(EMPTY_LAKE, EMPTY_LAKE_DETAIL)
    show_listing_age("Listed", load_listing().listed_at)
