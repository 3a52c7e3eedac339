"""What was chosen in the matrix: its lights in words, where to go from there, and the way to a plan."""

from __future__ import annotations

import streamlit as st

from ui.components.markup import Markup, el
from ui.components.pieces import state_chip
from ui.presenters.lamps import Lamp
from ui.presenters.month_presenter import ChosenView
from ui.presenters.views import Link


def show_chosen(view: ChosenView | None) -> None:
    """The panel at the foot of the window, or a line that says how to choose."""
    if view is None:
        st.html(
            el(
                "p",
                "Click a month for its details; more clicks choose more, Shift takes all between. "
                "With the keyboard: arrows move, Space chooses.",
                class_="ls-muted",
            )
        )
        return
    chip = state_chip(view.look) if view.look else None
    plan = el("a", view.plan.label, " →", href=view.plan.href, class_="go")
    none = el("a", "✕", href=view.none.href, title=view.none.label, aria_label=view.none.label)
    links = [_link(link) for link in view.links]
    head = el(
        "div", el("strong", view.title), chip, *links, el("span", plan, none, class_="end"), class_="top"
    )
    facts = el("p", " · ".join(view.facts), class_="ls-muted")
    lamps = el("dl", *[_lamp(lamp) for lamp in view.lamps]) if view.lamps else None
    body = el("section", head, facts, lamps, class_="ls-chosen", aria_label="Chosen months")
    with st.container(key="chosen"):
        st.html(body)


def _link(link: Link) -> Markup:
    return el("a", link.label, " →", href=link.href)


def _lamp(lamp: Lamp) -> Markup:
    age = f" ({lamp.age})" if lamp.age else ""
    return el("div", el("dt", lamp.name, " ", state_chip(lamp.look)), el("dd", lamp.says, age))
