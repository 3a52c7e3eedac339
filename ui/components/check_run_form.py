"""Check many months by a run: which of a year, what that reads, and the button."""

from __future__ import annotations

import streamlit as st

from lakeside.month import Month
from lakeside.people import Act
from ui.access.checks import load_check_bytes
from ui.access.warehouse import load_publications
from ui.actions import check_months
from ui.components.boundary import error_boundary
from ui.components.pieces import show_muted
from ui.formats import format_bytes, format_counted
from ui.rights import allow
from ui.text import CHECK_MANY, CHECK_MANY_RUN


def show_check_run_form(dataset: str) -> None:
    """Folded away below the matrix; every loaded month of the newest year is chosen at first.

    What it would read is asked of the lake, a footer a month, only once it is unfolded.
    """
    loaded = sorted(month for name, month in load_publications() if name == dataset)
    if not loaded:
        return
    fold = st.expander(CHECK_MANY, key="check_many_fold", on_change="rerun")
    with fold:
        years = sorted({month.year for month in loaded}, reverse=True)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            year = st.selectbox("Year", years, key=f"check_year_{dataset}", width=120)
            numbers = [month.number for month in loaded if month.year == year]
            chosen = st.multiselect(
                "Months", numbers, default=numbers, key=f"check_months_{dataset}_{year}", width=480
            )
        if chosen and fold.open:
            months = tuple(Month(year, number) for number in sorted(chosen))
            size = format_bytes(load_check_bytes(dataset, months))
            show_muted(f"Reads at most {size} of the table, a month at a time; the results are kept.")
        words = CHECK_MANY_RUN.format(months=format_counted(len(chosen), "month"))
        if st.button(words, key="check_many", **allow(Act.CHECK_MONTH, disabled=not chosen)):
            with error_boundary():
                check_months(dataset, year, sorted(chosen))
