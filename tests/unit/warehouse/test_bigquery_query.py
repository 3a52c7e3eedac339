"""What a query on BigQuery sends, and what becomes of BigQuery's answers, by its documented job API."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lakeside.errors import LimitExceeded, QueryCancelled, QueryRejected
from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.bigquery_warehouse import BigQueryWarehouse
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.protocol import QueryLimits
from tests.servers.bigquery_answers import Answers, BigQueryApi, answer_bigquery

LIMITS = QueryLimits(rows=100, seconds=30, billed_bytes=10**9)
SQL = "SELECT day, COUNT(*) AS n FROM green GROUP BY day"


@pytest.fixture
def api() -> Iterator[BigQueryApi]:
    with answer_bigquery(Answers(processed_bytes=30_000_000, billed_bytes=31_457_280)) as api:
        yield api


@pytest.fixture
def warehouse(api: BigQueryApi) -> BigQueryWarehouse:
    chosen = WarehouseSettings(kind="bigquery", project="test")
    return BigQueryWarehouse.open(Settings(warehouse=chosen, bigquery_emulator_host=api.url))


def test_a_dry_run_says_bytes_price_basis_and_tables(api: BigQueryApi, warehouse: BigQueryWarehouse) -> None:
    api.answers.tables = ("green", "zones")
    seen = warehouse.estimate_query(SQL, LIMITS)

    assert (seen.processed_bytes, seen.tables) == (30_000_000, ("green", "zones"))
    assert seen.billed_bytes == 29 * 2**20  # whole megabytes, and more than 10 MB for each table
    assert [c["dryRun"] for c in api.configurations] == [True]


def test_every_job_carries_its_bound_and_its_label(api: BigQueryApi, warehouse: BigQueryWarehouse) -> None:
    api.release.set()
    result = warehouse.run_query(SQL, LIMITS)

    assert result.table.to_pylist() == [
        {"day": datetime.date(2020, 10, 1), "n": 7},
        {"day": datetime.date(2020, 11, 1), "n": 8},
    ]
    assert (result.processed_bytes, result.billed_bytes, result.cache_hit) == (30_000_000, 31_457_280, False)
    assert len(api.configurations) == 2
    for configuration in api.configurations:
        assert configuration["query"]["maximumBytesBilled"] == str(10**9)
        assert configuration["labels"] == {"app": "lakeside"}


def test_a_cached_answer_is_said_so(api: BigQueryApi, warehouse: BigQueryWarehouse) -> None:
    api.release.set()
    api.answers.cache_hit, api.answers.billed_bytes = True, 0
    result = warehouse.run_query(SQL, LIMITS)
    assert (result.cache_hit, result.billed_bytes) == (True, 0)


@pytest.mark.parametrize("kind", ["CREATE_TABLE_AS_SELECT", "DELETE", "SCRIPT", "EXPORT_DATA", ""])
def test_what_the_dry_run_does_not_call_select_is_refused(
    kind: str, api: BigQueryApi, warehouse: BigQueryWarehouse
) -> None:
    api.answers.statement_type = kind
    with pytest.raises(QueryRejected, match="not one SELECT"):
        warehouse.run_query("CREATE TABLE x AS SELECT 1", LIMITS)
    assert [c.get("dryRun") for c in api.configurations] == [True]


def test_more_bytes_than_allowed_are_refused_before_the_job(
    api: BigQueryApi, warehouse: BigQueryWarehouse
) -> None:
    api.answers.processed_bytes = 3 * 10**9
    with pytest.raises(LimitExceeded, match=r"3\.00 GB .*1\.00 GB are allowed"):
        warehouse.run_query(SQL, LIMITS)
    assert not api.started.is_set()


def test_an_error_tells_its_place_in_the_text(api: BigQueryApi, warehouse: BigQueryWarehouse) -> None:
    api.answers.refusal = "Unrecognized name: fooo at [2:8]"
    with pytest.raises(QueryRejected, match=r"Unrecognized name: fooo \(line 2, column 8\)") as refused:
        warehouse.estimate_query("SELECT\n       fooo FROM green", LIMITS)
    assert refused.value.at == (2, 8)


def test_cancel_stops_the_job(api: BigQueryApi, warehouse: BigQueryWarehouse) -> None:
    handle = QueryHandle()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(warehouse.run_query, SQL, LIMITS, handle)
        assert api.started.wait(30)
        handle.cancel()
        with pytest.raises(QueryCancelled):
            asked.result(60)
    assert api.cancelled.is_set()


def test_a_query_cancelled_before_it_starts_never_does(
    api: BigQueryApi, warehouse: BigQueryWarehouse
) -> None:
    handle = QueryHandle()
    handle.cancel()
    with pytest.raises(QueryCancelled):
        warehouse.run_query(SQL, LIMITS, handle)
    assert not api.started.is_set()


def test_a_job_that_takes_too_long_is_cancelled(api: BigQueryApi, warehouse: BigQueryWarehouse) -> None:
    with pytest.raises(LimitExceeded, match="stopped after 1 s"):
        warehouse.run_query(SQL, QueryLimits(rows=10, seconds=1, billed_bytes=10**9))
    assert api.cancelled.is_set()
