"""The month matrix: years down, months across, four lights and a colour in every cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from ui.components.markup import Markup, el, scroll_box
from ui.components.pieces import show_legend
from ui.presenters.lamps import NAMES, Lamp
from ui.presenters.matrix_presenter import Cell, MatrixView, YearRow

_MONTHS = [f"{number:02d}" for number in range(1, 13)]


def show_matrix(view: MatrixView) -> None:
    """The chosen dataset's months, each with rows and lights in full, and the legend."""
    st.html(scroll_box(_table(view, is_wide=True), "ls-scroll"))
    _show_legends(view)


def show_glance(views: Sequence[MatrixView]) -> None:
    """Every dataset's months side by side, small; a click opens the dataset with the month chosen."""
    parts = [
        el(
            "section",
            el("h2", el("a", view.dataset, href=view.href)),
            el("p", view.newest, class_="ls-muted"),
            scroll_box(_table(view, is_wide=False), "ls-scroll"),
            aria_label=view.dataset,
        )
        for view in views
    ]
    st.html(el("div", *parts, class_="ls-glance"))
    with_lights = [view for view in views if any(cell for year in view.years for cell in year.cells)]
    if with_lights:  # where every year is folded there is no light to explain
        _show_legends(with_lights[0], with_states=False)


def _table(view: MatrixView, is_wide: bool) -> Markup:
    total = [el("th", "Rows", class_="total", scope="col")] if is_wide else []
    head = el(
        "tr",
        el("th", "Year", class_="year", scope="col"),
        *[el("th", m, scope="col") for m in _MONTHS],
        *total,
    )
    label = f"Months of {view.dataset}: {view.meaning or 'state and rows'}"
    return el(
        "table",
        el("thead", head),
        el("tbody", *[_year(row, is_wide, bool(view.scale)) for row in view.years]),
        class_="ls-matrix" if is_wide else "ls-matrix small",
        aria_label=label,
    )


def _year(row: YearRow, is_wide: bool, has_scale: bool) -> Markup:
    cells = [el("td", _cell(cell, row.quiet, is_wide, has_scale)) for cell in row.cells]
    if row.folded:
        cells = [el("td", el("div", row.folded, class_="ls-cell many tone-quiet"), colspan=12)]
    name: Markup | str = row.label
    if row.href and is_wide:
        what = f"Choose or leave the months of {row.label}"
        name = el("a", row.label, href=row.href, data_months=row.months, title=what)
    total = [el("td", row.rows, class_="total")] if is_wide else []
    year = el("th", name, class_="year", scope="row")
    return el("tr", year, *cells, *total, class_="quiet" if row.quiet else None)


def _cell(cell: Cell | None, quiet: bool, is_wide: bool, has_scale: bool) -> Markup:
    if cell is None:
        says = "no source has this month"
        return el("div", class_="ls-cell none", title=says, role="img", aria_label="never published")
    tone = "quiet" if has_scale and not cell.step else cell.look.tone
    look = f"ls-cell tone-{tone}" + (f" step-{cell.step}" if cell.step else "")
    inner = _inside(cell, quiet) if is_wide else _inside_small(cell, has_scale)
    words = f"{cell.month} {cell.look.word}" + (f", {cell.over.word}" if cell.over else "")
    if not is_wide:
        return el("a", *inner, class_=look, title=cell.says, href=cell.href, aria_label=words)
    return el(
        "a",
        *inner,
        class_=f"{look} pick",
        title=cell.says,
        href=cell.href,
        data_months=cell.month,
        role="checkbox",
        aria_checked=str(cell.chosen).lower(),
        aria_label=words,
    )


def _inside(cell: Cell, quiet: bool) -> list[Markup | None]:
    over = el("span", cell.over.symbol, class_=f"over tone-{cell.over.tone}") if cell.over else None
    state = el("span", f"{cell.look.symbol} {cell.look.word}", class_="state")
    if quiet:
        return [state, over]
    return [state, el("span", cell.value or "\u00a0", class_="rows"), _strip(cell.lamps), over]


def _inside_small(cell: Cell, has_scale: bool) -> list[Markup | None]:
    over = el("span", cell.over.symbol, class_=f"over tone-{cell.over.tone}") if cell.over else None
    if has_scale:
        return [el("span", cell.short, class_="rows"), over]
    if all(lamp.look.tone == "quiet" for lamp in cell.lamps):
        return [el("span", cell.look.symbol, class_="state"), over]
    return [_strip(cell.lamps), over]


def _strip(lamps: Iterable[Lamp]) -> Markup:
    """Four lights in a row; what they say is in the cell's title."""
    marks = [el("i", lamp.look.symbol, class_=f"tone-{lamp.look.tone}") for lamp in lamps]
    return el("span", *marks, class_="lamps", aria_hidden="true")


def _show_legends(view: MatrixView, with_states: bool = True) -> None:
    if view.scale:
        steps = [
            el("li", el("i", class_=f"ls-step step-{number}"), words)
            for number, words in enumerate(view.scale, start=1)
        ]
        st.html(el("ul", *steps, el("li", view.meaning), class_="ls-legend"))
        return
    if with_states:
        show_legend(view.legend)
    order = " · ".join(NAMES)
    st.html(
        el(
            "p",
            f"Each month has four lights, in this order: {order}. ✓ good, ○ missing, ↻ out of date, "
            "≠ differs, ✕ failed, ◌ published by the calendar, … not yet, · nothing known.",
            class_="ls-muted",
        )
    )
