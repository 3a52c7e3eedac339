"""Queries, and what they may cost."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from lakeside.errors import BackendUnavailable, LakesideError, LimitExceeded
from lakeside.queries.asking import Place, ask, foresee, limits_of
from lakeside.queries.running import QueryDesk, State
from lakeside.queries.session import QuerySession
from lakeside.queries.spending import SessionBudget
from lakeside.services import open_warehouse
from lakeside.settings import Settings
from lakeside.warehouse.protocol import QueryResult, require_within
from tests.limits.world import World, meets
from tests.servers.refusing import run_refusing_server

SECONDS = 60
ENDLESS = """SELECT COUNT(*) AS n FROM green a, green b, green c, green d, green e
    WHERE a.extra + b.extra + e.extra > c.extra + d.extra"""
# A list of texts cannot be spilled to disk, rows in order can.
GREEDY = """SELECT ARRAY_LENGTH(ARRAY_AGG(CONCAT(CAST(a.source_row AS STRING), '-',
    CAST(b.source_row AS STRING), REPEAT('x', 2000)))) AS n FROM green a, green b"""
_TEXT = "TO_HEX(MD5(CONCAT(CAST(a.source_row AS STRING), '{}', CAST(b.source_row AS STRING))))"
_TEXTS = ", ".join(_TEXT.format(sign) for sign in "pqrstuvwxyz")
_TEXTED = f"SELECT CONCAT({_TEXTS}) AS text FROM green a, green b"
_NUMBERED = f"SELECT text, ROW_NUMBER() OVER (ORDER BY text) AS n FROM ({_TEXTED})"
SPILLED = f"SELECT MIN(n) AS least, MAX(text) AS last FROM ({_NUMBERED})"


def _ask(world: World, sql: str, bounds: dict[str, Any], place: Place = Place.LAKE) -> QueryResult:
    services = world.open(bounds)
    return ask(services, place, sql, limits_of(services.settings))


@meets("limits.query_rows")
def meet_query_rows(world: World) -> None:
    for place in Place:
        answer = _ask(world, "SELECT 1 AS one FROM green", {"limits.query_rows": 3}, place)
        assert (answer.table.num_rows, answer.truncated) == (3, True)


@meets("limits.query_seconds")
def meet_query_seconds(world: World) -> None:
    _ask(world, ENDLESS, {"limits.query_seconds": 0.2})


@meets("limits.query_megabytes")
def meet_query_megabytes(world: World) -> None:
    bounds = {"limits.query_megabytes": 64, "limits.query_seconds": 600}
    with pytest.raises(LimitExceeded) as refused:
        _ask(world, GREEDY, bounds, Place.WAREHOUSE)
    assert refused.value.limit == "limits.query_megabytes"
    assert "61.0 MiB" in str(refused.value)  # DuckDB's way of saying 64 MB
    _ask(world, GREEDY, bounds)


@meets("limits.query_disk_megabytes")
def meet_query_disk_megabytes(world: World) -> None:
    bounds = {"limits.query_megabytes": 64, "limits.query_disk_megabytes": 1, "limits.query_seconds": 600}
    _ask(world, SPILLED, bounds)


@meets("limits.query_result_megabytes")
def meet_query_result_megabytes(world: World) -> None:
    _ask(world, "SELECT REPEAT('x', 3000) AS x FROM green", {"limits.query_result_megabytes": 0.1})


@meets("limits.queries_at_once")
def meet_queries_at_once(world: World) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def hold(_: object) -> QueryResult:
        begun.set()
        let_go.wait(SECONDS)
        raise LakesideError("Enough.")

    bounds = world.open({"limits.queries_at_once": 1}).settings.limits
    desk = QueryDesk(bounds.queries_at_once)
    first = desk.start(hold)
    assert begun.wait(SECONDS)
    second = desk.start(hold)
    assert second.state is State.WAITING
    second.cancel()
    assert second.wait(SECONDS)
    assert second.state is State.CANCELLED
    let_go.set()
    assert first.wait(SECONDS)


@meets("limits.queries_waiting")
def meet_queries_waiting(world: World) -> None:
    let_go = threading.Event()

    def hold(_: object) -> QueryResult:
        let_go.wait(SECONDS)
        raise LakesideError("Enough.")

    bounds = world.open({"limits.queries_at_once": 1, "limits.queries_waiting": 1}).settings.limits
    desk = QueryDesk(bounds.queries_at_once, bounds.queries_waiting)
    started = [desk.start(hold), desk.start(hold)]
    try:
        desk.start(hold)
    finally:
        let_go.set()
        assert all(query.wait(SECONDS) for query in started)


@meets("limits.query_characters")
def meet_query_characters(world: World) -> None:
    _ask(world, f"SELECT 1 AS one -- {'x' * 200}", {"limits.query_characters": 100})


@meets("warehouse.maximum_gigabytes_billed")
def meet_maximum_gigabytes_billed(world: World) -> None:
    services = world.open({"warehouse.maximum_gigabytes_billed": 1e-6})
    limits = limits_of(services.settings)
    require_within(services.warehouse.estimate_query("SELECT * FROM green", limits), limits)


@meets("warehouse.session_gigabytes_billed")
def meet_session_gigabytes_billed(world: World) -> None:
    services = world.open({"warehouse.session_gigabytes_billed": 1e-6})
    session = QuerySession(SessionBudget.of(services.settings))
    sql = "SELECT * FROM green"
    try:
        session.start(QueryDesk(1), services, sql, foresee(services, Place.WAREHOUSE, sql))
    finally:
        assert session.running is None


@meets("warehouse.call_seconds")
def meet_call_seconds(world: World) -> None:
    """A BigQuery that refuses everything."""
    chosen = {"kind": "bigquery", "project": "test", "call_seconds": 0.3}
    with run_refusing_server(503) as url:
        settings = Settings.model_validate({"warehouse": chosen, "bigquery_emulator_host": url})
        with pytest.raises(BackendUnavailable, match="again and again for LAKESIDE_WAREHOUSE__CALL_SECONDS"):
            open_warehouse(settings).list_tables()
