"""The matrix of columns by months: names stay in sight while the months scroll."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import streamlit as st

from ui.components.markup import Markup, el
from ui.components.pieces import show_legend
from ui.presenters.drift_presenter import DriftCell, DriftHead, DriftRow, DriftView


def show_drift_matrix(view: DriftView) -> None:
    """Every column and month, and what the marks mean."""
    table = el(
        "table",
        el("thead", *_heads(view)),
        el("tbody", *[_row(row) for row in view.rows]),
        class_="ls-drift",
        aria_label=f"Types of the columns of {view.title} by month",
    )
    # tabindex: who has no mouse scrolls a box by its keys
    st.html(
        el("div", table, class_="ls-framed ls-drift-box", tabindex="0", role="region", aria_label="Matrix")
    )
    show_legend(view.legend)


def _heads(view: DriftView) -> Iterator[Markup]:
    years = [
        el("th", year or "", colspan=len(list(run)), class_="year", scope="colgroup")
        for year, run in groupby(view.heads, lambda head: head.year)
    ]
    yield el("tr", el("td", class_="name"), *years)
    yield el("tr", el("th", "Column", class_="name", scope="col"), *[_head(head) for head in view.heads])
    verdicts = [el("td", _verdict(head), class_=f"tone-{head.verdict.tone}") for head in view.heads]
    yield el("tr", el("th", "Verdict", class_="name", scope="row"), *verdicts, class_="verdicts")


def _head(head: DriftHead) -> Markup:
    return el("th", el("a", head.label, href=head.href, title=head.title), scope="col")


def _verdict(head: DriftHead) -> Markup:
    return el("a", head.verdict.symbol, href=head.href, title=head.title, aria_label=head.verdict.word)


def _row(row: DriftRow) -> Markup:
    name = [
        el("b", row.name),
        el("small", " · ".join(part for part in (row.note, row.seen) if part)),
    ]
    return el(
        "tr", el("th", *name, class_="name", scope="row", title=row.name), *[_cell(c) for c in row.cells]
    )


def _cell(cell: DriftCell) -> Markup:
    if cell.change is None and not cell.text:
        return _EMPTY
    if cell.change is None:
        return el("td", el("a", cell.text, href=cell.href, title=cell.title))
    mark = el("i", cell.change.symbol, role="img", aria_label=cell.change.word)
    inner = [mark, el("a", cell.text, href=cell.href) if cell.text else el("span", "gone")]
    return el("td", *inner, class_=f"changed tone-{cell.change.tone}", title=cell.title)


_EMPTY = el("td", "·", class_="absent")
