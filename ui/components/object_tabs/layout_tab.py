"""How an object is laid out, and what could be better."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.access.layouts import load_layout
from ui.components.groups_chart import show_groups_chart
from ui.components.pieces import show_facts, show_muted, show_notices, show_table
from ui.presenters.layout_presenter import CALM, present_columns, present_groups, present_layout
from ui.presenters.object_presenter import ObjectView
from ui.state import follow_page, follow_url, remember_choice

_PARTS = {"columns": "Columns, largest first", "groups": "Row groups"}


def show_layout(item: LakeObject, view: ObjectView) -> None:
    """Advice first, then figures; columns and row groups a page at a time."""
    layout, advice = load_layout(item)
    shown = present_layout(layout, advice)
    show_notices(shown.advice, CALM)
    show_facts(shown.facts)
    show_muted(" ".join(shown.sentences))
    names = list(_PARTS)
    key = follow_url("of", names, names[0])
    chosen = st.segmented_control(
        "Of", names, key=key, required=True, format_func=_PARTS.__getitem__, label_visibility="collapsed"
    )
    remember_choice("of", chosen, names[0])
    is_columns = chosen == names[0]
    pages = shown.column_pages if is_columns else shown.group_pages
    page = follow_page(pages, "part")
    if not is_columns and len(shown.bars) > 1:
        show_groups_chart(shown.bars)
    show_table(present_columns(layout, page) if is_columns else present_groups(layout, page))
    if pages > 1:
        st.pagination(pages, default=page, key="part")
