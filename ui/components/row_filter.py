"""Which rows: filters made by a form or typed as a condition, columns and order, all kept in the URL."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from lakeside.lake.objects import LakeObject
from lakeside.shown import show_unseen
from ui.components.markup import Markup, el
from ui.presenters.filter_presenter import (
    Term,
    add_term,
    list_comparisons,
    needs_values,
    present_terms,
    show_condition,
    show_example,
    write_filter,
)
from ui.presenters.rows_presenter import RowsPlace, list_sorts, say_columns
from ui.state import (
    find_param,
    follow_text,
    follow_url,
    follow_url_many,
    forget_page,
    remember_choice,
    set_param,
)
from ui.text import ADD_FILTER


def choose_rows(item: LakeObject, schema: pa.Schema) -> RowsPlace:
    """The controls above the rows; what they say, without the page."""
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    with right, st.popover(ADD_FILTER, icon=":material/filter_alt:", width="stretch"):
        _show_form(schema)
    where = left.text_input(
        "Condition", key=follow_text("where"), placeholder=show_condition(schema), on_change=_start_anew
    )
    remember_choice("where", where or "", "")
    names = list(dict.fromkeys(schema.names))
    sorts = list_sorts(schema)
    left, right = st.columns([4, 2], vertical_alignment="bottom")
    columns = left.multiselect(
        "Columns",
        names,
        key=follow_url_many("columns", names),
        placeholder=say_columns(names),
        format_func=show_unseen,
    )
    remember_choice("columns", columns, [])
    sort = right.selectbox(
        "Order",
        list(sorts),
        key=follow_url("sort", list(sorts), ""),
        format_func=lambda sort: show_unseen(sorts[sort]),
        on_change=_start_anew,
    )
    remember_choice("sort", sort or "", "")
    place = RowsPlace(item.key, where or "", tuple(columns), sort or "", row=find_row())
    _show_terms(place)
    return place


def find_row() -> int | None:
    """The number of the row that the URL points at."""
    text = find_param("row") or ""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _start_anew() -> None:
    """Other rows: their first page, and none of them pointed at."""
    forget_page()
    set_param("row", None)


def _show_terms(place: RowsPlace) -> None:
    terms = present_terms(place.where)
    if len(terms) > 1:
        items = [el("li", term.text, _take_away(place, term)) for term in terms]
        st.html(el("ul", *items, class_="ls-terms", aria_label="Filters"))


def _take_away(place: RowsPlace, term: Term) -> Markup:
    label = f"Take away {term.text}"
    return el("a", "✕", href=place.link(where=term.rest), title="Take this filter away", aria_label=label)


def _show_form(schema: pa.Schema) -> None:
    """Column, comparison, values; the button writes them into the condition."""
    fields = {field.name: field for field in schema if schema.names.count(field.name) == 1}
    name = st.selectbox("Column", list(fields), key="filter_column", format_func=show_unseen)
    if name is None:
        return
    field = fields[name]
    comparison = st.selectbox("Comparison", list_comparisons(field.type), key=f"filter_by_{field.type}")
    labels = {0: [], 1: ["Value"], 2: ["From", "To (inclusive)"]}[needs_values(comparison)]
    for number, label in enumerate(labels):
        st.text_input(label, key=f"filter_value_{number}", placeholder=show_example(field.type))
    st.button("Add", key="filter_add", on_click=_add, args=(field, comparison, len(labels)))


def _add(field: pa.Field, comparison: str, values: int) -> None:
    given = [str(st.session_state.get(f"filter_value_{number}") or "") for number in range(values)]
    where = add_term(str(st.session_state.get("choice_where") or ""), write_filter(field, comparison, given))
    st.session_state["choice_where"] = where
    for number in range(values):
        st.session_state[f"filter_value_{number}"] = ""
    _start_anew()
