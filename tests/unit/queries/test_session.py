"""A session on real files: one query at a time, a history, a budget that refuses, the same on both places."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.errors import LimitExceeded, QueryRejected
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.queries.asking import Place, foresee
from lakeside.queries.running import QueryDesk, State
from lakeside.queries.session import QuerySession
from lakeside.queries.spending import SessionBudget
from lakeside.queries.tables import list_query_tables
from lakeside.services import Services, open_services
from lakeside.settings import LimitSettings, Settings, SourceSettings
from lakeside.sources.probe import SourceName

SECONDS = 120
COUNT = "SELECT COUNT(*) AS n FROM green"
SUM = "SELECT SUM(fare_amount) AS s FROM green"
ENDLESS = """SELECT COUNT(*) AS n FROM green a, green b, green c, green d, green e
    WHERE a.extra + b.extra + e.extra > c.extra + d.extra"""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """One month of green in lake and warehouse; a query may take ten minutes here."""
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        sources=SourceSettings(sample_rows=300),
        limits=LimitSettings(query_seconds=600),
    )
    services = open_services(settings)
    run_month(MonthRequest("green", Month(2020, 10), SourceName.SAMPLE), services)
    return services


def ask(session: QuerySession, services: Services, place: Place, sql: str) -> None:
    session.start(QueryDesk(2), services, sql, foresee(services, place, sql))
    assert session.running is not None
    assert session.running.wait(SECONDS)


@pytest.mark.parametrize("place", list(Place))
def test_history_tells_what_was_asked_newest_first(services: Services, place: Place) -> None:
    session = QuerySession(SessionBudget.of(services.settings))
    for sql in (COUNT, SUM, "SELECT CAST(store_and_fwd_flag AS INT64) AS x FROM green"):
        ask(session, services, place, sql)

    told = [(a.number, a.state, a.rows) for a in session.history]
    assert told == [(3, State.FAILED, None), (2, State.DONE, 1), (1, State.DONE, 1)]
    assert session.history[0].error is not None
    assert session.history[-1].sql == COUNT


def test_the_budget_counts_and_refuses(services: Services) -> None:
    budget = SessionBudget(15 * 2**20)
    session = QuerySession(budget)
    ask(session, services, Place.WAREHOUSE, SUM)
    assert budget.spent_bytes == 10 * 2**20

    with pytest.raises(LimitExceeded, match="left"):
        ask(session, services, Place.WAREHOUSE, SUM)
    assert len(session.history) == 1
    ask(session, services, Place.LAKE, SUM)  # the lake sends no bill
    assert budget.spent_bytes == 10 * 2**20


def test_a_cancelled_query_is_told_so_and_another_can_follow(services: Services) -> None:
    session, desk = QuerySession(SessionBudget.of(services.settings)), QueryDesk(1)
    session.start(desk, services, ENDLESS, foresee(services, Place.WAREHOUSE, ENDLESS))
    with pytest.raises(LimitExceeded, match="running"):
        session.start(desk, services, COUNT, foresee(services, Place.WAREHOUSE, COUNT))
    session.cancel()
    assert session.running is not None
    assert session.running.wait(SECONDS)
    assert session.current is not None
    assert session.current.state is State.CANCELLED
    ask(session, services, Place.WAREHOUSE, COUNT)
    assert [a.state for a in session.history] == [State.DONE, State.CANCELLED]


def test_what_is_foreseen(services: Services) -> None:
    here = foresee(services, Place.WAREHOUSE, SUM)
    assert (here.tables, here.processed_bytes, here.is_allowed) == (("green",), 300 * 8, True)
    assert here.dollars == pytest.approx(10 * 2**20 / 2**40 * 6.25)
    lake = foresee(services, Place.LAKE, SUM)
    assert (lake.objects, lake.objects_in_all, lake.dollars, lake.allowed_bytes) == (1, 1, 0.0, None)
    with pytest.raises(QueryRejected):
        foresee(services, Place.LAKE, "DROP TABLE green")


@pytest.mark.parametrize("place", list(Place))
def test_the_names_a_query_can_use(services: Services, place: Place) -> None:
    tables = {table.name: {n: k for n, k, _ in table.columns} for table in list_query_tables(services, place)}
    assert tables["green"]["source_month"] == "DATE"
    assert tables["green"]["fare_amount"] == "FLOAT64"
    assert "yellow" not in tables


def test_an_empty_home_has_no_names(tmp_path: Path) -> None:
    empty = open_services(Settings(home=tmp_path))
    assert [list_query_tables(empty, place) for place in Place] == [[], []]
