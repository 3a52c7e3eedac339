"""One object of the lake: origin, rows a page at a time, schema, and code to take along."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.access import load_preview
from ui.components.boundary import error_boundary
from ui.components.pieces import show_facts, show_links, show_muted, show_sentences, show_table
from ui.presenters.lake_presenter import PAGE_ROWS, ObjectView, present_cost
from ui.state import follow_page


def show_object(item: LakeObject, view: ObjectView) -> None:
    """Facts and rows above the fold; the rest in tabs, so that nothing is read before it is wanted."""
    show_facts(view.facts)
    rows, origin, schema, code = st.tabs(["Rows", "Origin", "Schema", "Use it"])
    with rows, error_boundary():
        _show_rows(item, view)
    with origin:
        show_sentences(view.story)
        show_links(view.links)
    with schema:
        show_table(view.schema)
    with code:
        for language, text in view.code.items():
            st.markdown(f"**{language}**")
            st.code(text, language="sql" if language == "DuckDB" else "python")


@st.fragment
def _show_rows(item: LakeObject, view: ObjectView) -> None:
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
