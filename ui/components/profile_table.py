"""The table of all columns of a profile: each figure with the word for what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.components.bars import draw_spark
from ui.components.markup import Markup, el, scroll_box
from ui.presenters.profile_presenter import ColumnLine, Number, list_titles


def show_profile_table(lines: Sequence[ColumnLine], measured: bool) -> None:
    """One line a column; its name leads to all of its figures."""
    titles = [el("th", title, scope="col", class_="num") for title in list_titles(measured)]
    start = [el("th", "Column", scope="col"), el("th", "Type", scope="col")]
    last = [el("th", "Values", scope="col")] if measured else []
    head = el("thead", el("tr", *start, *titles, *last))
    body = el("tbody", *[_line(line, measured) for line in lines])
    table = el("table", head, body, class_="ls-table ls-profile", aria_label="Profile of the columns")
    st.html(scroll_box(table))


def _line(line: ColumnLine, measured: bool) -> Markup:
    name = el("th", el("a", line.name, href=line.href), scope="row")
    cells = [el("td", *_number(number), class_="num") for number in line.numbers]
    drawn = draw_spark(line.bars) if line.bars else el("span", line.reason, class_="ls-muted")
    return el("tr", name, el("td", line.data_type), *cells, el("td", drawn) if measured else None)


def _number(number: Number) -> list[Markup | str]:
    small = el("small", number.basis, class_="ls-basis") if number.basis else None
    return [number.text, small] if small else [number.text]
