"""What came of a query: while it runs, its rows, chart and downloads, or why there are none."""

from __future__ import annotations

from functools import partial

import streamlit as st

from lakeside.charts.results import result_spec
from lakeside.charts.spec import ChartSpec
from lakeside.queries.session import Asked, QuerySession
from lakeside.warehouse.lake_chart import Chart
from ui.access.queries import find_query_settings, find_rows, load_download, load_result_chart
from ui.components.boundary import error_boundary, show_error
from ui.components.chart_builder import ChartSource, show_chart_builder
from ui.components.markup import el
from ui.components.pieces import show_muted, state_chip
from ui.presenters.cells import reveal
from ui.presenters.sql_presenter import (
    LOOKS,
    present_outcome,
    present_running,
    present_truncation,
    shorten,
)
from ui.state import follow_url, remember_choice
from ui.text import CANCEL_QUERY

_POLL_SECONDS = 0.5
_PARTS = {"rows": "Rows", "chart": "Chart", "download": "Download"}


def show_result(session: QuerySession, sql: str) -> None:
    """The query that runs or ran last; `sql` is what the editor holds now."""
    asked = session.current
    if asked is not None and asked.sql.strip() != sql.strip():
        show_muted(f"What follows is of another text than the editor's: {shorten(asked.sql)}")
    if asked is None:
        show_muted("Nothing was run yet. What a query will read stands above before you run it.")
    elif session.is_busy:
        st.fragment(_show_running, run_every=_POLL_SECONDS)(session)
    elif asked.error is not None:
        show_error(asked.error, asked.sql)
    else:
        _show_rows(session, asked)


def _show_running(session: QuerySession) -> None:
    """State, seconds and the way to stop it; when it is over the page is drawn anew."""
    asked, query = session.current, session.running
    if asked is None or query is None or query.is_over:
        st.rerun()
    look, words = present_running(asked, query.is_stopping, find_query_settings())
    with st.container(horizontal=True, vertical_alignment="center", key="query-running"):
        st.html(el("p", state_chip(look), " ", words, class_="ls-running", role="status"))
        st.button(
            CANCEL_QUERY,
            icon=":material/stop_circle:",
            key="cancel-query",
            on_click=session.cancel,
            disabled=query.is_stopping,
        )


def _show_rows(session: QuerySession, asked: Asked) -> None:
    settings = find_query_settings()
    chip = state_chip(LOOKS[asked.state])
    st.html(el("p", chip, " ", present_outcome(asked, settings), class_="ls-outcome", role="status"))
    if truncated := present_truncation(asked, settings):
        st.html(el("p", "▲ ", truncated, class_="ls-truncated"))
    key = follow_url("part", list(_PARTS), "rows")
    part = st.segmented_control(
        "Part",
        list(_PARTS),
        key=key,
        required=True,
        format_func=_PARTS.__getitem__,
        label_visibility="collapsed",
    )
    remember_choice("part", part, "rows")
    identity = f"{session.identity}-{asked.number}"
    with error_boundary():
        if part == "chart":
            _show_chart(session, identity)
        elif part == "download":
            _show_downloads(session, identity)
        else:
            _show_grid(session, identity)


def _show_grid(session: QuerySession, identity: str) -> None:
    rows = find_rows(session)
    if not rows.num_rows:
        show_muted("The query answers with no row.")
        return
    height = min(430, 35 * (rows.num_rows + 1) + 3)
    st.dataframe(
        reveal(rows), hide_index=True, height=height, key=f"grid-{identity}", alt="Rows of the query"
    )


def _show_chart(session: QuerySession, identity: str) -> None:
    rows = find_rows(session)
    if not rows.num_rows:
        show_muted("There is nothing to draw: the query answers with no row.")
        return
    load = partial(_load_chart, session, identity)
    show_chart_builder(
        ChartSource("query result", rows.schema, load, start=result_spec(rows.schema)), with_where=False
    )


def _load_chart(session: QuerySession, identity: str, spec: ChartSpec) -> Chart:
    return load_result_chart(identity, spec, session)


def _show_downloads(session: QuerySession, identity: str) -> None:
    with st.container(horizontal=True, gap="small"):
        for kind, mime in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")):
            st.download_button(
                f"Download {'CSV' if kind == 'csv' else 'parquet'}",
                data=partial(load_download, kind, identity, session),
                file_name=f"query.{kind}",
                mime=mime,
                on_click="ignore",
                key=f"download-{kind}",
            )
    show_muted(
        "What is shown is what is downloaded. In the CSV, text that a spreadsheet would run as a formula "
        "has an apostrophe before it; the parquet file holds every value as it is."
    )
