"""The month matrix: years down, months across, a state in every cell."""

from __future__ import annotations

import streamlit as st

from ui.components.markup import Markup, el
from ui.components.pieces import show_legend
from ui.presenters.coverage_presenter import Cell, CoverageView, YearRow

_MONTHS = [f"{number:02d}" for number in range(1, 13)]


def show_matrix(view: CoverageView) -> None:
    """The chosen dataset's months and the legend of what occurs in them."""
    head = el(
        "tr",
        el("th", "Year", class_="year", scope="col"),
        *[el("th", m, scope="col") for m in _MONTHS],
        el("th", "Rows", class_="total", scope="col"),
    )
    rows = [_year(row) for row in view.years]
    label = f"Months of {view.dataset}: state and rows"
    table = el("table", el("thead", head), el("tbody", *rows), class_="ls-matrix", aria_label=label)
    st.html(el("div", table, class_="ls-scroll"))
    show_legend(view.legend)


def _year(row: YearRow) -> Markup:
    cells = [el("td", _cell(cell, row.quiet)) for cell in row.cells]
    if row.folded:
        cells = [el("td", el("div", row.folded, class_="ls-cell many tone-quiet"), colspan=12)]
    year = el("th", row.label, class_="year", scope="row")
    return el("tr", year, *cells, el("td", row.rows, class_="total"), class_="quiet" if row.quiet else None)


def _cell(cell: Cell | None, quiet: bool) -> Markup:
    if cell is None:
        return el(
            "div", class_="ls-cell none", title="no source has this month", aria_label="never published"
        )
    inner = [
        el("span", f"{cell.look.symbol} {cell.look.word}", class_="state"),
        None if quiet or not cell.rows else el("span", cell.rows, class_="rows"),
    ]
    look = f"ls-cell tone-{cell.look.tone}"
    if cell.href is None:
        return el("div", *inner, class_=look, title=cell.detail)
    return el("a", *inner, class_=look, title=cell.detail, href=cell.href)
