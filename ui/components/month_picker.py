"""The month picker: every year's months with where they stand; a click on one chooses it.

What is chosen is in the URL alone, so a choice survives a reload and can be shared.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.month import Month
from lakeside.plan.plan import PlanLine
from lakeside.plan.request import Mode
from ui.access.plans import load_attempts
from ui.components.ingest_form import Choice
from ui.components.markup import Markup, el, scroll_box
from ui.components.pieces import show_legend, show_muted
from ui.presenters.picker_presenter import (
    PickCell,
    PickerView,
    Picks,
    PickYear,
    Quick,
    list_range,
    present_picker,
)
from ui.presenters.places import write_months
from ui.presenters.standings import Standings
from ui.state import set_param
from ui.text import HOW_TO_CHOOSE

_NUMBERS = [f"{number:02d}" for number in range(1, 13)]
NEVER = "never published"
NONE_THERE = "**No month can be chosen here.** Try another source."


def show_month_picker(choice: Choice, planned: Sequence[PlanLine]) -> None:
    """Draw the picker; what a plan found out about the chosen months counts more than what was known."""
    request = choice.request
    standings = Standings.of(choice.coverage, load_attempts(request.dataset), planned)
    params = {name: str(value) for name, value in st.query_params.items() if name != "months"}
    every_year = bool(st.session_state.get("picker_every_year", False))
    picks = Picks(params, request.source.value, request.months, every_year)
    view = present_picker(standings, choice.sources, picks, choice.offered)
    if not view.offered:
        st.markdown(NONE_THERE)
        return
    _show_years(view)
    _show_quick(view, request.months)
    show_legend(view.legend)
    show_muted(HOW_TO_CHOOSE)


def _show_years(view: PickerView) -> None:
    head = el(
        "tr", el("th", "Year", class_="year", scope="col"), *[el("th", n, scope="col") for n in _NUMBERS]
    )
    rows = [_year(year) for year in view.years]
    table = el(
        "table",
        el("thead", head),
        el("tbody", *rows),
        class_="ls-matrix ls-picker",
        aria_label="Months to choose from",
    )
    st.html(scroll_box(table, "ls-scroll"))


def _year(year: PickYear) -> Markup:
    name = (
        el("a", year.year, href=year.href, data_months=year.months, title=f"All of {year.year}, or none")
        if year.href
        else year.year
    )
    return el("tr", el("th", name, class_="year", scope="row"), *[el("td", _cell(c)) for c in year.cells])


def _cell(cell: PickCell | None) -> Markup:
    if cell is None:
        return el("div", class_="ls-cell none", title=NEVER, role="img", aria_label=NEVER)
    word = el("span", f"{cell.look.symbol} {cell.look.word}", class_="state")
    look = f"ls-cell pick tone-{cell.look.tone}"
    if cell.href is None:
        return el("div", word, class_=f"{look} off", title=cell.says)
    return el(
        "a",
        word,
        class_=look,
        href=cell.href,
        title=cell.says,
        data_months=cell.month,
        role="checkbox",
        aria_checked=str(cell.chosen).lower(),
        aria_label=f"{cell.month} {cell.look.word}",
    )


def _show_quick(view: PickerView, chosen: Sequence[Month]) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="quick"):
        st.html(el("span", "Choose", class_="ls-muted"), width="content")
        for quick in view.quick:
            _offer(quick)
        with st.popover("A range …"):
            _show_range(view.offered)
        st.button("None", type="tertiary", disabled=not chosen, on_click=_choose, args=((),))
        if view.hidden_years or st.session_state.get("picker_every_year"):
            st.toggle("Every year", key="picker_every_year", help="Also the years before these.")


def _offer(quick: Quick) -> None:
    st.button(
        f"{quick.label} ({len(quick.months)})",
        disabled=not quick.months,
        on_click=_choose,
        args=(quick.months, quick.mode),
    )


def _show_range(offered: Sequence[Month]) -> None:
    first = st.selectbox("From", offered, key="range_from")
    last = st.selectbox("To", offered, index=len(offered) - 1, key="range_to")
    months = list_range(first, last, offered)
    st.button(f"Choose {len(months)} months", on_click=_choose, args=(months,), key="range_choose")


def _choose(months: Sequence[Month], mode: Mode | None = None) -> None:
    set_param("months", write_months(months))
    if mode is not None:
        set_param("mode", None if mode is Mode.MISSING else mode.value)
