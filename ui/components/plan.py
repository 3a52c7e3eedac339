"""The plan of an ingest: totals, and a row per month with what will happen and why."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.people import Act
from lakeside.plan.plan import Plan
from ui.components.markup import Markup, el, scroll_box
from ui.components.pieces import show_facts, show_muted, state_chip
from ui.presenters.ingest_presenter import PlanRow, PlanView
from ui.rights import allow
from ui.state import hold

_TITLES = ("Month", "Stands", "Will be", "From", "To fetch", "Rows", "Time", "Why")
_NUMERIC = ("To fetch", "Rows", "Time")
CHOOSE_FIRST = "Choose months above; what will happen with each is shown here before anything starts."


def show_launch(view: PlanView | None, plan: Plan | None, can_run: bool) -> None:
    """The one button, and in a sentence what it does. A click is about the plan that is shown."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            view.button if view else "Launch",
            type="primary",
            icon=":material/rocket_launch:",
            on_click=hold,
            args=("plan", plan),
            **allow(Act.START_RUNS, disabled=not (view and view.can_launch and can_run)),
        )
        show_muted(view.summary if view else CHOOSE_FIRST)


def show_plan(view: PlanView) -> None:
    """Totals, then the months."""
    show_facts(view.facts)
    show_plan_rows(view.rows)


def show_plan_rows(rows: Sequence[PlanRow]) -> None:
    """A row per month; the reason has the room that is left."""
    head = [el("th", t, scope="col", class_="num" if t in _NUMERIC else None) for t in _TITLES]
    body = el("tbody", *[_row(row) for row in rows])
    table = el(
        "table", el("thead", el("tr", *head)), body, class_="ls-table ls-plan", aria_label="What will happen"
    )
    st.html(scroll_box(table))


def _row(row: PlanRow) -> Markup:
    run = [" ", el("a", row.run.label, href=row.run.href)] if row.run else []
    return el(
        "tr",
        el("td", el("b", row.month)),
        el("td", state_chip(row.standing)),
        el("td", state_chip(row.action)),
        el("td", row.source, title=row.url or None),
        el("td", row.fetch, class_="num"),
        el("td", row.rows, class_="num", title=row.rows_basis or None),
        el("td", row.time, class_="num"),
        el("td", row.why, *run, class_="why"),
    )
