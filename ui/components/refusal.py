"""Why a run cannot be started now, and the command that mends it."""

from __future__ import annotations

import streamlit as st

from ui.components.markup import el, prose


def show_refusal(message: str, hint: str) -> None:
    """Nothing when a run would run (the message is empty); else the reason and what to do."""
    if not message:
        return
    body = [el("h2", "Runs cannot start now"), el("p", prose(message)), el("p", prose(hint), class_="hint")]
    st.html(el("section", *body, class_="ls-failed tone-warn", role="status"))
