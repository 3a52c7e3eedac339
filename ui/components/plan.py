"""The plan of an ingest: a line per month, what will happen and why."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ui.components.markup import Markup, el
from ui.components.pieces import state_chip
from ui.presenters.ingest_presenter import PlanLine


def show_plan(lines: Iterable[PlanLine]) -> None:
    """Month, verb, sentence."""
    items = [_line(line) for line in lines]
    if items:
        st.html(el("ul", *items, class_="ls-plan", aria_label="What will happen"))


def _line(line: PlanLine) -> Markup:
    return el(
        "li",
        el("span", line.month, class_="month"),
        el("span", state_chip(line.look)),
        el("span", el("b", line.does, "."), " ", line.why, class_="then"),
    )
