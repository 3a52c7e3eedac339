"""Queries of this session, newest first, each to open again or run again."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lakeside.queries.asking import Place
from lakeside.queries.session import Asked, QuerySession
from ui.components.markup import el
from ui.components.pieces import show_muted, state_chip
from ui.components.sql_editor import fill_editor
from ui.presenters.sql_presenter import PastQuery, present_history
from ui.state import hold

_SHOWN = 10


def show_history(place: Place, session: QuerySession) -> None:
    """The last queries; more on demand."""
    history = list(session.history)
    if not history:
        return
    lines = present_history(history, datetime.now(UTC))
    with st.expander(f"History of this session ({len(lines)})", icon=":material/history:", key="sql-history"):
        show_muted("Kept for this browser session. Open puts the text back into the editor.")
        shown = lines if st.session_state.get("every_query") else lines[:_SHOWN]
        for line, asked in zip(shown, history, strict=False):
            _show_line(place, line, asked)
        if len(lines) > _SHOWN:
            st.toggle(f"Show all {len(lines)}", key="every_query")


def _show_line(place: Place, line: PastQuery, asked: Asked) -> None:
    left, right = st.columns([5, 1.5], vertical_alignment="center")
    when = el("span", line.when, title=line.when_exactly)
    words = el("div", state_chip(line.look), " ", line.words, " · ", when, class_="ls-muted")
    left.html(el("div", el("code", line.sql, title=asked.sql), words, class_="ls-past"))
    with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button(
            "Open", key=f"open-{line.number}", type="tertiary", on_click=fill_editor, args=(place, asked.sql)
        )
        st.button(
            "Run again",
            key=f"again-{line.number}",
            type="tertiary",
            on_click=_run_again,
            args=(place, asked.sql),
        )


def _run_again(place: Place, sql: str) -> None:
    fill_editor(place, sql)
    hold("query", sql)
