"""One table of the warehouse: a tab at a time, which one is in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lakeside.shown import show_unseen
from lakeside.warehouse.protocol import TableInfo
from ui.access.warehouse import load_table_column, load_table_page
from ui.components.bars import show_bar_links, show_bars_chart
from ui.components.code import show_block
from ui.components.markup import el
from ui.components.pieces import show_facts, show_links, show_muted, show_part, show_table, show_verdict
from ui.components.rows_chart import show_rows_chart
from ui.presenters.cells import reveal
from ui.presenters.sample_queries import list_samples
from ui.presenters.table_presenter import (
    PAGE_ROWS,
    count_pages,
    present_column,
    present_columns,
    present_page,
)
from ui.presenters.views import Link
from ui.presenters.warehouse_presenter import TableView
from ui.state import find_param, follow_page, follow_url, remember_choice

TABS = {
    "months": "Months",
    "columns": "Columns",
    "rows": "Rows",
    "profile": "Profile",
    "queries": "Queries",
    "definition": "Definition",
}


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table with what is drawn of it, and the names of all tables."""

    info: TableInfo
    view: TableView
    tables: Sequence[str]


def choose_table(tables: Sequence[TableInfo]) -> TableInfo:
    """The table of the URL, else the first."""
    wanted = find_param("table")
    return next((table for table in tables if table.name == wanted), tables[0])


def show_table_view(shown: TableShown) -> None:
    """The verdict, and the open tab."""
    show_part(shown.info.name)
    show_verdict(shown.view.verdict, shown.view.agrees)
    show_muted(shown.view.summary)
    hidden = [] if shown.view.chart else ["months"]
    hidden += [] if shown.info.definition else ["definition"]
    names = [name for name in TABS if name not in hidden]
    key = follow_url("tab", names, names[0])
    chosen = st.segmented_control(
        "Tab", names, key=key, required=True, format_func=TABS.__getitem__, label_visibility="collapsed"
    )
    remember_choice("tab", chosen, names[0])
    _SHOW[chosen or names[0]](shown)


def _show_months(shown: TableShown) -> None:
    left, right = st.columns([2.3, 1], gap="medium")
    with left:
        show_table(shown.view.months)
    with right:
        show_rows_chart(shown.view.name, shown.view.chart)


def _show_columns(shown: TableShown) -> None:
    show_table(present_columns(shown.info))


@st.fragment
def _show_rows(shown: TableShown) -> None:
    pages = count_pages(shown.info)
    page = follow_page(pages or 10_000)
    found = load_table_page(shown.info.name, shown.info.is_view, (page - 1) * PAGE_ROWS, PAGE_ROWS)
    st.dataframe(
        reveal(found.rows),
        hide_index=True,
        height=430,
        key=f"table-{shown.info.name}-{shown.info.modified_at}-{page}",
        alt=f"Rows of {shown.info.name}, page {page}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.pagination(pages or page + int(found.truncated), default=page, key="page")
        show_muted(present_page(found, shown.info.rows))


def _show_profile(shown: TableShown) -> None:
    names = [name for name, *_ in shown.info.columns]
    key = follow_url("column", names, names[0])
    column = str(st.selectbox("Column", names, key=key, format_func=show_unseen))
    remember_choice("column", column)
    view = present_column(load_table_column(shown.info, column))
    show_facts(view.facts)
    if view.bars:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            show_bars_chart(view.bars, f"column-{shown.info.name}-{column}")
        with right:
            show_bar_links(view.bars)
        show_muted(f"{view.bars.note} A line leads to the query for its rows.")
    show_muted(view.cost)


def _show_queries(shown: TableShown) -> None:
    for sample in list_samples(shown.info, shown.tables):
        st.html(el("p", el("b", sample.question)))
        show_block(sample.sql, "sql")
        show_links([Link("Open in SQL", sample.href)])


def _show_definition(shown: TableShown) -> None:
    show_block(shown.info.definition or "", "sql")


_SHOW = {
    "months": _show_months,
    "columns": _show_columns,
    "rows": _show_rows,
    "profile": _show_profile,
    "queries": _show_queries,
    "definition": _show_definition,
}
