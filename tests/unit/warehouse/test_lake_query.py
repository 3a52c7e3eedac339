"""SQL straight on the lake: every month of a dataset is one table, and nothing else can be reached."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import (
    BadFile,
    ContractViolation,
    LakesideError,
    LimitExceeded,
    NotFound,
    QueryCancelled,
    QueryRejected,
)
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import LimitSettings, Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.lake_query import plan_lake_query, run_lake_query
from lakeside.warehouse.protocol import QueryLimits, QueryResult

MONTHS = (Month(2020, 10), Month(2020, 11))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    sources = settings.sources.model_copy(update={"sample_rows": 400})
    services = open_services(settings.model_copy(update={"sources": sources}))
    for month in MONTHS:
        run_month(MonthRequest("green", month, SourceName.SAMPLE, load=False), services)
    return services


def query(services: Services, sql: str, rows: int = 100, seconds: float = 30) -> QueryResult:
    return run_lake_query(services.lake, sql, QueryLimits(rows, seconds, 10**9))


def add_month(services: Services, month: Month, table: pa.Table) -> None:
    """An object of the lake's own kind with columns of the test's choice."""
    provenance = Provenance(
        dataset="green",
        month=str(month),
        source="archive",
        source_url="file:///a.csv",
        source_bytes=1,
        source_sha256="0" * 64,
        rows_read=table.num_rows,
        rows_written=table.num_rows,
        rows_rejected=0,
        contract_version=1,
        content_id="0",
        program_version="0",
    )
    with services.lake.open_writer(data_key("green", month)) as file:
        pq.write_table(table.replace_schema_metadata(provenance.footer()), file)


@pytest.mark.parametrize("name", ["green", "trips.green", "`trips.green`"])
def test_all_months_of_a_dataset_are_one_table(services: Services, name: str) -> None:
    found = query(services, f"SELECT source_month, count(*) AS n FROM {name} GROUP BY 1 ORDER BY 1").table
    assert found.to_pylist() == [{"source_month": m.first_day, "n": 400} for m in MONTHS]


def test_rows_are_bounded_and_said_so(services: Services) -> None:
    found = query(services, "SELECT * FROM green", rows=50)
    assert (found.table.num_rows, found.truncated) == (50, True)


def test_seconds_are_bounded(services: Services) -> None:
    with pytest.raises(LimitExceeded, match=r"0\.5 s"):
        query(services, ENDLESS, seconds=0.5)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_parquet('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM `{file}`",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT read_text('{file}')",
        "SELECT * FROM duckdb_settings()",
        "SELECT current_setting('memory_limit')",
        "COPY green TO '{folder}/x.parquet'",
        "CREATE TABLE x AS SELECT 1",
        "ATTACH '{folder}/x.duckdb'",
        "SELECT * FROM services",
        "SELECT * FROM information_schema.tables",
        "PRAGMA database_list",
    ],
)
def test_nothing_else_can_be_reached(services: Services, sql: str) -> None:
    file = services.lake.find_local_path(data_key("green", MONTHS[0]))
    assert file is not None
    with pytest.raises((QueryRejected, NotFound)):
        query(services, sql.format(file=file, folder=file.parent))


@pytest.mark.parametrize(
    ("condition", "objects"),
    [
        ("source_month = '2020-10-01'", 1),
        ("source_month = DATE '2020-10-01' AND fare_amount > 3", 1),
        ("source_month BETWEEN '2020-11-01' AND '2020-12-31'", 1),
        ("source_month IN (DATE '2020-10-01', DATE '2020-11-01')", 2),
        ("source_month >= '2021-01-01'", 0),
        ("source_month = '2020-10-01' OR fare_amount > 3", 2),
        ("source_month IN ('2020-11-01', '2021-11-01')", 1),
        ("EXTRACT(YEAR FROM source_month) = 2020", 2),
        ("EXTRACT(YEAR FROM source_month) = 2019", 0),
        ("EXTRACT(YEAR FROM green.source_month) <> 2020", 0),
        ("2021 <= EXTRACT(YEAR FROM source_month) AND fare_amount > 3", 0),
        ("EXTRACT(YEAR FROM source_month) IN (2018, 2019)", 0),
        ("EXTRACT(YEAR FROM source_month) BETWEEN 2018 AND 2020", 2),
        ("NOT EXTRACT(YEAR FROM source_month) < 2021", 0),
        ("DATE_TRUNC(source_month, YEAR) = DATE '2020-01-01'", 2),
        ("DATE_TRUNC(source_month, YEAR) = '2019-01-01'", 0),
        ("DATE_TRUNC(source_month, MONTH) = DATE(2020, 11, 1)", 1),
        ("DATE_TRUNC(source_month, QUARTER) >= '2021-01-01'", 0),
        ("DATE_TRUNC(source_month, YEAR) = '2020-02-01'", 2),
        ("EXTRACT(MONTH FROM source_month) = 10", 2),
        ("EXTRACT(YEAR FROM source_month) = 2019 OR fare_amount > 3", 2),
        ("fare_amount > 3", 2),
        ("TRUE", 2),
    ],
)
def test_only_the_months_asked_for_are_opened(services: Services, condition: str, objects: int) -> None:
    sql = f"SELECT count(*) AS n FROM green WHERE {condition}"
    plan = plan_lake_query(services.lake, sql, QueryLimits(10, 30, 10**9))
    assert (plan.objects, plan.objects_in_all, plan.tables) == (objects, 2, ("green",))
    days = {m.first_day for m in MONTHS}
    whole = query(services, f"SELECT source_month, fare_amount FROM green WHERE {condition}", rows=1000).table
    assert query(services, sql).table.to_pylist() == [{"n": whole.num_rows}]
    assert set(whole["source_month"].to_pylist()) <= days


def test_a_condition_reaches_the_months_through_with_and_join(services: Services) -> None:
    sql = """WITH trips AS (SELECT * FROM green)
        SELECT count(*) AS n FROM trips AS a JOIN green AS b ON a.source_row = b.source_row
        WHERE a.source_month = '2020-10-01' AND b.source_month = '2020-11-01'"""
    assert plan_lake_query(services.lake, sql, QueryLimits(10, 30, 10**9)).objects == 2
    assert query(services, sql).table.to_pylist() == [{"n": 400}]


def test_a_broken_month_does_not_matter_to_who_does_not_ask_for_it(services: Services) -> None:
    broken = data_key("green", Month(2021, 5))
    with services.lake.open_writer(broken) as file:
        file.write(b"not parquet")
    try:
        asked = "SELECT count(*) AS n FROM green WHERE source_month <= '2020-12-01'"
        assert query(services, asked).table.to_pylist() == [{"n": 800}]
        with pytest.raises(BadFile, match=broken):
            query(services, "SELECT count(*) AS n FROM green WHERE source_month >= '2020-12-01'")
    finally:
        services.lake.remove_object(broken)


ENDLESS = """SELECT count(*) FROM green a, green b, green c, green d
    WHERE a.fare_amount + b.extra > c.tip_amount + d.extra"""


def test_cancel_really_interrupts(services: Services) -> None:
    handle = QueryHandle()
    with ThreadPoolExecutor(1) as pool:
        limits = QueryLimits(10, 600, 10**9)
        asked = pool.submit(run_lake_query, services.lake, ENDLESS, limits, handle)
        assert not asked.done()
        handle.cancel()
        with pytest.raises(QueryCancelled):
            asked.result(120)


def test_memory_and_disk_are_bounded(services: Services) -> None:
    bounds = LimitSettings(query_megabytes=64, query_disk_megabytes=0)
    greedy = """SELECT ARRAY_LENGTH(ARRAY_AGG(CONCAT(CAST(a.source_row AS STRING), '-',
        CAST(b.source_row AS STRING), REPEAT('x', 200)))) AS n FROM green a, green b"""
    with pytest.raises(LimitExceeded, match="memory"):
        run_lake_query(services.lake, greedy, QueryLimits(10, 60, 10**9), bounds=bounds)


def test_a_dataset_without_months_says_what_to_do(services: Services) -> None:
    with pytest.raises(NotFound, match="no month of yellow") as caught:
        query(services, "SELECT 1 FROM yellow")
    assert "lakeside ingest yellow" in caught.value.hint
    with pytest.raises(NotFound, match="no zones"):
        query(services, "SELECT 1 FROM zones")


def test_a_kept_column_is_null_in_the_months_without_it(services: Services) -> None:
    month = Month(2021, 1)
    day = pa.array([month.first_day], pa.date32())
    add_month(services, month, pa.table({"source_month": day, "extra_note": ["kept"], "fare_amount": [1.5]}))
    try:
        found = query(services, "SELECT extra_note, count(*) AS n FROM green GROUP BY 1 ORDER BY 1").table
        assert found.to_pylist() == [{"extra_note": None, "n": 800}, {"extra_note": "kept", "n": 1}]
    finally:
        services.lake.remove_object(data_key("green", month))


def test_a_column_of_two_types_is_named(services: Services) -> None:
    month = Month(2021, 2)
    add_month(services, month, pa.table({"fare_amount": ["text"]}))
    try:
        with pytest.raises(ContractViolation, match="fare_amount is double in one month of green"):
            query(services, "SELECT sum(fare_amount) FROM green")
    finally:
        services.lake.remove_object(data_key("green", month))


def test_a_foreign_or_broken_object_is_named_not_left_out(services: Services) -> None:
    foreign, broken = data_key("green", Month(2021, 3)), data_key("green", Month(2021, 4))
    for key, content in ((foreign, _parquet_of_others()), (broken, b"not parquet")):
        with services.lake.open_writer(key) as file:
            file.write(content)
        try:
            with pytest.raises(BadFile, match=key) as caught:
                query(services, "SELECT count(*) AS n FROM green")
            assert "lakeside remove" in caught.value.hint
        finally:
            services.lake.remove_object(key)
    assert query(services, "SELECT count(*) AS n FROM green").table.to_pylist() == [{"n": 800}]


def _parquet_of_others() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), buffer)
    return buffer.getvalue()


def test_an_object_that_is_cut_ends_in_an_error_of_ours(services: Services) -> None:
    key = data_key("green", MONTHS[1])
    path = services.lake.find_local_path(key)
    assert path is not None
    whole = path.read_bytes()
    _damage(path, whole)
    try:
        with pytest.raises(LakesideError):
            query(services, "SELECT sum(fare_amount), max(trip_distance), min(total_amount) FROM green")
    finally:
        path.write_bytes(whole)


def _damage(path: Path, whole: bytes) -> None:
    """Overwrite the pages, keep the footer: only reading the rows can find out."""
    footer = int.from_bytes(whole[-8:-4], "little") + 8
    path.write_bytes(whole[:4] + b"\xee" * (len(whole) - footer - 4) + whole[-footer:])
