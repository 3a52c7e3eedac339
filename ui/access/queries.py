"""SQL of people: what a query would cost, the desk that runs it, what it can name."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from lakeside.charts.spec import ChartSpec
from lakeside.queries.asking import Foresight, Place, foresee
from lakeside.queries.downloads import write_csv, write_parquet
from lakeside.queries.running import QueryDesk
from lakeside.queries.session import QuerySession
from lakeside.queries.spending import SessionBudget
from lakeside.queries.tables import QueryTable, list_query_tables
from lakeside.settings import Settings
from lakeside.warehouse.lake_chart import Chart
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services, open_settings


@st.cache_resource(show_spinner=False)
def open_query_desk() -> QueryDesk:
    """The one desk of this process, so that the bound on queries at once holds for all sessions."""
    limits = open_settings().limits
    return QueryDesk(limits.queries_at_once, limits.queries_waiting)


@refreshed
@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def load_foresight(place: Place, sql: str) -> Foresight:
    """What the query would read and cost; it is not run."""
    return foresee(open_console_services(), place, sql)


@refreshed
@st.cache_data(ttl=60, max_entries=4, show_spinner="Looking at the tables …")
def load_query_tables(place: Place) -> list[QueryTable]:
    """The tables and columns a query can name."""
    return list_query_tables(open_console_services(), place)


@st.cache_data(ttl=300, max_entries=8, show_spinner=False)
def load_download(kind: str, identity: str, _session: QuerySession) -> bytes:
    """The rows of the session's last query as `csv` or `parquet`; `identity` tells queries apart."""
    return (write_csv if kind == "csv" else write_parquet)(find_rows(_session))


@st.cache_data(ttl=300, max_entries=32, show_spinner=False)
def load_result_chart(identity: str, spec: ChartSpec, _session: QuerySession) -> Chart:
    """A chart of the rows of the session's last query."""
    from lakeside.warehouse.lake_chart import chart_table

    return chart_table(find_rows(_session), spec, open_settings().limits)


def find_rows(session: QuerySession) -> pa.Table:
    """The rows of the session's last query; none when it has not answered."""
    result = session.running.result if session.running else None
    return pa.table({}) if result is None else result.table


def open_query_session(place: Place) -> QuerySession:
    """This browser session's queries on one place; the budget is the session's, not the page's."""
    if "query_budget" not in st.session_state:
        st.session_state["query_budget"] = SessionBudget.of(open_settings())
    key = f"query_session_{place}"
    if key not in st.session_state:
        st.session_state[key] = QuerySession(st.session_state["query_budget"])
    found: QuerySession = st.session_state[key]
    return found


def start_query(session: QuerySession, sql: str, seen: Foresight) -> None:
    """Start it in a thread; see `QuerySession.start`."""
    session.start(open_query_desk(), open_console_services(), sql, seen)


def find_query_settings() -> Settings:
    """Limits and prices, for people to read."""
    return open_settings()
