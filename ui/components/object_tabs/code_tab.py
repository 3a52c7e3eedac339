"""Code to take along: exactly the columns and rows that are selected on the Rows tab."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import LakeObject
from lakeside.shown import show_unseen
from ui.access.lake import find_emulator, find_lake_url, find_table, load_object
from ui.components.chart_choice import choose_where
from ui.components.code import show_block
from ui.components.pieces import show_muted
from ui.presenters.code_presenter import Selection, describe_selection, present_code
from ui.presenters.object_presenter import ObjectView
from ui.presenters.rows_presenter import PAGE_ROWS, choose_sort
from ui.state import find_param, follow_url, follow_url_many, remember_choice

_ALL, _PAGE = "all", "page"


def show_code(item: LakeObject, view: ObjectView) -> None:
    """What is selected, and a snippet for each tool."""
    selection = _choose(item, view)
    show_muted(describe_selection(selection))
    for snippet in present_code(selection):
        st.markdown(f"**{snippet.title}**")
        show_block(snippet.text, snippet.language)
        if snippet.note:
            show_muted(snippet.note)


def _choose(item: LakeObject, view: ObjectView) -> Selection:
    _, footer = load_object(item.key)
    names = list(dict.fromkeys(view.columns))
    columns = st.multiselect(
        "Columns",
        names,
        key=follow_url_many("columns", names),
        placeholder="All columns",
        format_func=show_unseen,
    )
    remember_choice("columns", columns, [])
    where = choose_where() or ""
    number = find_param("page") or "1"
    page = int(number) if number.isdecimal() else 1
    words = {_ALL: "All of them", _PAGE: f"Page {page} of the Rows tab"}
    key = follow_url("rows", [_ALL, _PAGE], _ALL)
    chosen = st.segmented_control(
        "Rows", [_ALL, _PAGE], key=key, required=True, format_func=words.__getitem__
    )
    remember_choice("rows", chosen, _ALL)
    return Selection(
        url=find_lake_url(item.key),
        schema=footer.schema,
        columns=tuple(columns),
        where=where,
        offset=(max(page, 1) - 1) * PAGE_ROWS if chosen == _PAGE else 0,
        limit=PAGE_ROWS if chosen == _PAGE else None,
        sort=choose_sort(find_param("sort"), footer.schema),
        emulator=find_emulator(),
        table=find_table(item.key),
    )
