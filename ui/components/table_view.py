"""One table of the warehouse."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.coverage import MonthCoverage
from lakeside.warehouse.protocol import TableInfo
from ui.components.pieces import show_muted, show_table, show_verdict
from ui.components.rows_chart import show_rows_chart
from ui.presenters.warehouse_presenter import TableView, list_trip_tables
from ui.state import follow_url, remember_choice


def choose_table(tables: Sequence[TableInfo], coverage: Sequence[MonthCoverage]) -> TableInfo:
    """Which table; kept in the URL."""
    names = list_trip_tables(tables, coverage)
    key = follow_url("table", names, names[0])
    chosen = st.segmented_control("Table", names, key=key, required=True)
    remember_choice("table", chosen)
    return next(t for t in tables if t.name == chosen)


def show_table_view(view: TableView) -> None:
    """Verdict, months and chart; columns on demand."""
    show_verdict(view.verdict, view.agrees)
    months, columns = st.tabs(["Months", "Columns"])
    with months:
        if view.chart:
            _show_months(view)
        else:
            show_muted("This table holds no months of trips.")
    with columns:
        show_muted(view.summary)
        show_table(view.columns)


def _show_months(view: TableView) -> None:
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        show_table(view.months)
    with right:
        show_rows_chart(view.name, view.chart)
        show_muted(view.summary)
