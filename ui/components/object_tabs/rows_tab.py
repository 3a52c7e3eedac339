"""Rows of an object, a page at a time."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.access.lake import load_preview
from ui.components.pieces import show_muted
from ui.presenters.object_presenter import ObjectView
from ui.presenters.rows_presenter import PAGE_ROWS, present_cost
from ui.state import follow_page


@st.fragment
def show_rows(item: LakeObject, view: ObjectView) -> None:
    """A page of rows of the chosen columns, and what reading it took."""
    chosen = st.multiselect(
        "Columns", view.columns, key="columns", placeholder="All columns", label_visibility="collapsed"
    )
    page = follow_page(view.pages)
    preview = load_preview(item.key, item.version, tuple(chosen) or None, (page - 1) * PAGE_ROWS, PAGE_ROWS)
    st.dataframe(
        preview.rows,
        hide_index=True,
        height=430,
        key=f"rows-{item.version}-{page}",
        alt=f"Rows of {view.title}, page {page} of {view.pages}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.pagination(view.pages, default=page, key="page")
        show_muted(present_cost(preview))
