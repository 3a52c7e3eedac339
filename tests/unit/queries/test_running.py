"""Queries in the background: they end, they are cancelled, they wait their turn, and they pay."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pytest

from lakeside.errors import LimitExceeded, QueryCancelled, QueryRejected
from lakeside.queries.running import QueryDesk, State
from lakeside.queries.spending import SessionBudget, price_of
from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.cancelling import QueryHandle, stopped_by
from lakeside.warehouse.protocol import QueryEstimate, QueryLimits, QueryResult

LIMITS = QueryLimits(rows=10, seconds=30, billed_bytes=10**9)
SECONDS = 60


def answer(_: QueryHandle) -> QueryResult:
    return QueryResult(pa.table({"n": [1]}), False, 0.1, 8, LIMITS)


class Held:
    """A query that answers when it is let go, and stops when it is cancelled."""

    def __init__(self) -> None:
        self.begun, self.let_go = threading.Event(), threading.Event()

    def __call__(self, handle: QueryHandle) -> QueryResult:
        self.begun.set()
        with stopped_by(self.let_go.set, SECONDS, handle):
            self.let_go.wait(SECONDS)
        if handle.is_cancelled:
            raise QueryCancelled("The query was cancelled.")
        return answer(handle)


@contextmanager
def held(desk: QueryDesk) -> Iterator[Held]:
    query = Held()
    running = desk.start(query)
    assert query.begun.wait(SECONDS)
    yield query
    query.let_go.set()
    assert running.wait(SECONDS)


def test_a_query_ends_with_its_rows() -> None:
    ended: list[QueryResult | None] = []
    running = QueryDesk(1).start(answer, ended.append)

    assert running.wait(SECONDS)
    assert (running.state, running.error, ended) == (State.DONE, None, [running.result])


def test_an_error_is_kept_for_whoever_looks() -> None:
    def refuse(_: QueryHandle) -> QueryResult:
        raise QueryRejected("No.", at=(1, 8))

    running = QueryDesk(1).start(refuse)
    assert running.wait(SECONDS)
    assert running.state is State.FAILED
    assert running.error is not None
    assert running.error.at == (1, 8)


def test_an_unforeseen_error_ends_it_too() -> None:
    def fail(_: QueryHandle) -> QueryResult:
        raise ZeroDivisionError("zero")

    running = QueryDesk(1).start(fail)
    assert running.wait(SECONDS)
    assert running.state is State.FAILED
    assert "zero" in str(running.error)


def test_cancel_stops_what_runs() -> None:
    query = Held()
    running = QueryDesk(1).start(query)
    assert query.begun.wait(SECONDS)
    running.cancel()

    assert running.wait(SECONDS)
    assert running.state is State.CANCELLED
    assert running.result is None


def test_one_more_than_may_run_waits_and_can_be_cancelled_in_line() -> None:
    desk = QueryDesk(1)
    with held(desk):
        waiting = desk.start(answer)
        assert waiting.state is State.WAITING
        waiting.cancel()
        assert waiting.wait(SECONDS)
        assert waiting.state is State.CANCELLED
        patient = desk.start(answer)
    assert patient.wait(SECONDS)
    assert patient.state is State.DONE


def test_a_line_that_is_too_long_is_refused() -> None:
    desk = QueryDesk(1)
    with held(desk):
        waiting = [desk.start(answer) for _ in range(16)]
        with pytest.raises(LimitExceeded, match="17 queries"):
            desk.start(answer)
    assert all(query.wait(SECONDS) for query in waiting)


def test_a_budget_holds_for_queries_together() -> None:
    budget = SessionBudget(100)
    budget.set_aside(60)
    with pytest.raises(LimitExceeded, match="left"):
        budget.set_aside(60)
    budget.settle(60, 20)
    assert (budget.spent_bytes, budget.left_bytes) == (20, 80)
    budget.set_aside(80)
    assert budget.left_bytes == 0


@pytest.mark.parametrize(
    ("processed", "tables", "billed"),
    [
        (0, (), 0),
        (1, ("green",), 10 * 2**20),
        (1, ("green", "zones"), 20 * 2**20),
        (10 * 2**20 + 1, ("green",), 11 * 2**20),
        (5 * 2**30, ("green",), 5 * 2**30),
    ],
)
def test_bigquery_bills_whole_megabytes_and_ten_for_each_table(
    processed: int, tables: tuple[str, ...], billed: int
) -> None:
    assert QueryEstimate(processed, tables, "a test").billed_bytes == billed


def test_the_price_follows_the_rate() -> None:
    settings = Settings(warehouse=WarehouseSettings(dollars_per_tebibyte=5.0))
    assert price_of(2**40, settings) == 5.0
    assert price_of(0, settings) == 0.0
