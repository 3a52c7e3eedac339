"""Why a run cannot be started now, and the command that mends it."""

from __future__ import annotations

import streamlit as st

from flows.console import ConsoleHealth
from ui.components.markup import el, prose


def show_refusal(health: ConsoleHealth) -> None:
    """Nothing when a run would run; else the reason and what to do."""
    if health.can_run:
        return
    body = [
        el("h2", "Runs cannot start now"),
        el("p", prose(health.message)),
        el("p", prose(health.hint), class_="hint"),
    ]
    st.html(el("section", *body, class_="ls-failed tone-warn", role="status"))
