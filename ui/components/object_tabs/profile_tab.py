"""What the columns of an object hold: the footer's figures at once, measured ones on demand."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from lakeside.shown import show_unseen
from ui.access.profiles import load_profile
from ui.components.bars import show_bar_links, show_bars_chart
from ui.components.pieces import show_facts, show_links, show_muted
from ui.components.profile_table import show_profile_table
from ui.presenters.object_presenter import ObjectView
from ui.presenters.profile_presenter import (
    COLUMNS_A_PAGE,
    MEASURE,
    MEASURE_ALL,
    present_column,
    present_lines,
    present_rest,
)
from ui.presenters.views import Link
from ui.state import find_param, follow_page, follow_url, open_rows, remember_choice, set_param

_ALL = "All columns"


def show_profile(item: LakeObject, view: ObjectView) -> None:
    """All columns in a table, or one of them whole; which one is in the URL."""
    names = [_ALL, *dict.fromkeys(view.columns)]
    key = follow_url("column", names, _ALL)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    chosen = left.selectbox("Column", names, key=key, format_func=show_unseen)
    remember_choice("column", chosen, _ALL)
    if chosen != _ALL:
        _show_column(item, str(chosen))
        return
    measured = find_param(MEASURE) == MEASURE_ALL
    with right:
        words = "Measure all columns"
        if not measured and st.button(words, help="Reads the rows, within limits of bytes and seconds."):
            set_param(MEASURE, MEASURE_ALL)
            measured = True
    _show_all(item, measured)


def _show_all(item: LakeObject, measured: bool) -> None:
    found = load_profile(item.key, item.version, None, measured)
    pages = max(1, -(-len(found.columns) // COLUMNS_A_PAGE))
    page = follow_page(pages, "part")
    show_profile_table(present_lines(found, page, measured), measured)
    if pages > 1:
        st.pagination(pages, default=page, key="part")
    show_muted(present_rest(found, measured))


def _show_column(item: LakeObject, name: str) -> None:
    found = load_profile(item.key, item.version, name, measure=True)
    view = present_column(found)
    show_facts(view.facts)
    if view.reason:
        show_muted(view.reason)
    if view.bars:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            where = show_bars_chart(view.bars, f"bars-{item.version}-{name}")
        with right:
            show_bar_links(view.bars)
        show_muted(f"{view.bars.note} Click a bar, or follow its line, to see its rows.")
        if where:
            open_rows(where)
    if view.nulls_href:
        show_links([Link("The rows where it is null", view.nulls_href)])
    show_muted(present_rest(found, measured=True))
