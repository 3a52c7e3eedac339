"""Checks down, months across, a state in every cell."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.components.markup import Markup, el, scroll_box
from ui.components.pieces import show_legend
from ui.formats import format_counted
from ui.presenters.checks_presenter import CheckCell, CheckGroup, CheckLine, CheckMatrix, MonthHead


def show_check_matrix(matrix: CheckMatrix) -> None:
    """The table, the legend of what occurs in it, and on demand the checks that no row fails."""
    st.html(_table(matrix, matrix.groups, f"Checks of {matrix.dataset} by month"))
    quiet = sum(len(group.lines) for group in matrix.quiet)
    if quiet:
        with st.expander(f"{format_counted(quiet, 'more check')} that no row of these months fails"):
            st.html(_table(matrix, matrix.quiet, f"Checks of {matrix.dataset} that no row fails"))
    show_legend(matrix.legend)


def _table(matrix: CheckMatrix, groups: Sequence[CheckGroup], label: str) -> Markup:
    head = el("tr", el("th", "Check", class_="name", scope="col"), *[_month(m) for m in matrix.months])
    body = [row for group in groups for row in _group(group, len(matrix.months))]
    table = el("table", el("thead", head), *body, class_="ls-checks", aria_label=label)
    return scroll_box(table, "ls-scroll")


def _month(head: MonthHead) -> Markup:
    words = f"{head.month}: {head.look.word}"
    symbol = el("i", head.look.symbol, class_=f"tone-{head.look.tone}", aria_hidden="true")
    link = el("a", symbol, head.month, href=head.href, title=f"All checks of {words}", aria_label=words)
    return el("th", link, scope="col", class_="chosen" if head.chosen else None)


def _group(group: CheckGroup, months: int) -> list[Markup]:
    title = el("tr", el("th", group.title, colspan=months + 1, scope="rowgroup"), class_="group")
    return [el("tbody", title, *[_line(line) for line in group.lines])]


def _line(line: CheckLine) -> Markup:
    mark = el("small", "error") if line.severity == "error" else None
    name = el("th", line.name, " ", mark, class_="name", scope="row")
    return el("tr", name, *[el("td", _cell(cell)) for cell in line.cells])


def _cell(cell: CheckCell | None) -> Markup:
    if cell is None:
        return el("span", class_="cell none", title="not asked of this month")
    inner = [el("i", cell.look.symbol, aria_hidden="true"), el("span", cell.text) if cell.text else None]
    return el(
        "a",
        *inner,
        class_=f"cell tone-{cell.look.tone}" + (" chosen" if cell.chosen else ""),
        href=cell.href,
        title=cell.says,
        aria_label=f"{cell.look.word} {cell.text}".strip(),
        aria_current="true" if cell.chosen else None,
    )
