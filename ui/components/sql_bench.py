"""The whole of a page where people write SQL; the lake's and the warehouse's pages share it."""

from __future__ import annotations

import streamlit as st

from lakeside.people import Act
from lakeside.queries.asking import Place
from lakeside.queries.session import QuerySession
from ui.access.queries import (
    find_query_settings,
    load_foresight,
    load_query_tables,
    open_query_session,
    start_query,
)
from ui.components.boundary import error_boundary
from ui.components.pieces import show_facts, show_muted, show_no_month_yet
from ui.components.sql_editor import show_editor, show_helpers
from ui.components.sql_history import show_history
from ui.components.sql_result import show_result
from ui.presenters.sql_presenter import present_foresight
from ui.rights import Allowed, allow
from ui.state import take
from ui.text import NO_TABLES, NO_TABLES_DETAIL, RUN_QUERY


def show_sql_bench(place: Place) -> None:
    """Editor, what the text will read and cost, Run, what came of it, and what was asked before."""
    session = open_query_session(place)
    tables = load_query_tables(place)
    sql = show_editor(place, tables)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        clicked = st.button(
            RUN_QUERY,
            type="primary",
            icon=":material/play_arrow:",
            key="run-query",
            **_allow_query(place, disabled=session.is_busy or not sql.strip()),
        )
        show_helpers(place, sql, tables)
    again = take("query") == sql
    if not tables:
        show_no_month_yet(NO_TABLES, NO_TABLES_DETAIL)
        return
    if sql.strip():
        with error_boundary(text=sql):
            _foresee(place, sql, session, clicked or again)
    else:
        show_muted("Write a SELECT, or take an example.")
    with error_boundary(text=sql):
        show_result(session, sql)
        show_history(place, session)


def _foresee(place: Place, sql: str, session: QuerySession, is_wanted: bool) -> None:
    """What it will read and cost; and start it when somebody asked for that."""
    seen = load_foresight(place, sql)
    show_facts(present_foresight(seen, session.budget, find_query_settings()))
    if is_wanted:
        start_query(session, sql, seen)
        st.rerun()


def _allow_query(place: Place, disabled: bool) -> Allowed:
    """Who only looks runs no query that is billed; elsewhere everybody may ask."""
    is_billed = place is Place.WAREHOUSE and find_query_settings().warehouse.kind == "bigquery"
    return allow(Act.QUERY_BILLED if is_billed else Act.SEE, disabled)
