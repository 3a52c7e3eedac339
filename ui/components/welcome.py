"""What an empty lake says: what Lakeside is, and one thing to press."""

from __future__ import annotations

import streamlit as st

from flows.console import ConsoleHealth
from lakeside.people import Act
from ui.actions import start_try_out
from ui.components.markup import el
from ui.components.refusal import show_refusal
from ui.rights import allow
from ui.text import ONE_SENTENCE, TRY_OUT, TRY_OUT_DETAIL


def show_welcome(health: ConsoleHealth) -> None:
    """One sentence, one primary button, and the way to real data."""
    words = [
        el("div", "≋", class_="mark", aria_hidden="true"),
        el("h2", "The lake is empty"),
        el("p", ONE_SENTENCE),
    ]
    with st.container(border=True, horizontal_alignment="center", key="welcome"):
        st.html(el("div", *words, class_="ls-empty"))
        pressed = st.button(
            TRY_OUT,
            type="primary",
            icon=":material/play_arrow:",
            **allow(Act.START_RUNS, disabled=not health.can_run),
        )
        st.html(
            el(
                "p",
                TRY_OUT_DETAIL,
                " Or ",
                el("a", "choose real months to ingest", href="ingest"),
                ".",
                class_="ls-muted",
            )
        )
        show_refusal(health.message, health.hint)
    if pressed:
        start_try_out()
