"""SQL on the lake through readers: the same answers, and whatever an object or a person does ends there."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import (
    LakesideError,
    LimitExceeded,
    NotFound,
    QueryCancelled,
    QueryRejected,
    ReaderDied,
)
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.queries.asking import Place, ask, foresee
from lakeside.services import Services, open_services
from lakeside.settings import LimitSettings, ReaderSettings, Settings, SourceSettings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from tests.contract.attacks import ATTACKS, NOTHING

SECONDS = 120
LIMITS = QueryLimits(100, 600, 10**9)
COUNT = "SELECT COUNT(*) AS n FROM green WHERE source_month = '2020-10-01'"
ENDLESS = """SELECT COUNT(*) AS n FROM green a, green b, green c, green d, green e
    WHERE a.extra + b.extra + e.extra > c.extra + d.extra AND a.source_month = '2020-10-01'
    AND b.source_month = '2020-10-01' AND c.source_month = '2020-10-01' AND d.source_month = '2020-10-01'
    AND e.source_month = '2020-10-01'"""
BOMB_MONTH = Month(2021, 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One month of green, and one that says it is ours and swells to 300 MB when it is read."""
    home = tmp_path_factory.mktemp("home")
    services = open_services(Settings(home=home, sources=SourceSettings(sample_rows=300)))
    run_month(MonthRequest("green", Month(2020, 10), SourceName.SAMPLE, load=False), services)
    plant_bomb(services)
    return home


@pytest.fixture(scope="module")
def here(home: Path) -> Services:
    return open_services(Settings(home=home, limits=LimitSettings(query_seconds=600)))


@pytest.fixture(scope="module")
def apart(home: Path) -> Iterator[Services]:
    limits = LimitSettings(query_seconds=600, queries_at_once=1, query_megabytes=64)
    readers = ReaderSettings(processes=1, megabytes=250)
    services = open_services(Settings(home=home, limits=limits, readers=readers), apart=True)
    yield services
    for pool in (services.askers, services.lake.readers):
        assert pool is not None
        pool.close()


def plant_bomb(services: Services) -> None:
    provenance = Provenance(
        dataset="green",
        month=str(BOMB_MONTH),
        source="archive",
        source_url="file:///a.csv",
        source_bytes=1,
        source_sha256="0" * 64,
        rows_read=3,
        rows_written=3,
        rows_rejected=0,
        contract_version=1,
        content_id="0",
        program_version="0",
    )
    day = pa.array([BOMB_MONTH.first_day], pa.date32())
    schema = pa.schema([("source_month", pa.date32()), ("note", pa.string())], provenance.footer())
    with (
        services.lake.open_writer(data_key("green", BOMB_MONTH)) as file,
        pq.ParquetWriter(
            file, schema, use_dictionary=False, write_statistics=False, compression="zstd"
        ) as bomb,
    ):
        note = pa.array(["x" * (100 << 20)])
        for _ in range(3):
            bomb.write_batch(pa.record_batch([day, note], schema=schema))


def run(services: Services, sql: str, handle: QueryHandle | None = None) -> QueryResult:
    return ask(services, Place.LAKE, sql, LIMITS, handle)


def count(services: Services) -> list[dict[str, int]]:
    rows: list[dict[str, int]] = run(services, COUNT).table.to_pylist()
    return rows


def find_asker(services: Services) -> int:
    """The process that has answered, and waits for the next query."""
    assert services.askers is not None
    assert count(services) == [{"n": 300}]
    (pid,) = services.askers.list_pids()
    return pid


def wait_until(happened: Callable[[], bool], asked: Future[QueryResult]) -> None:
    until = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < until
        assert not asked.done(), asked.exception()
        time.sleep(0.02)


def find_processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start_endless(
    services: Services, threads: ThreadPoolExecutor, handle: QueryHandle | None = None
) -> tuple[int, Future[QueryResult]]:
    """An endless query, and the process that is at work on it."""
    pid = find_asker(services)
    before = find_processor_seconds(pid)
    asked = threads.submit(run, services, ENDLESS, handle)
    wait_until(lambda: find_processor_seconds(pid) > before + 0.5, asked)
    return pid, asked


@pytest.mark.parametrize(
    "sql",
    [
        COUNT,
        "SELECT * FROM green WHERE source_month = '2020-10-01' ORDER BY source_row LIMIT 5",
        "SELECT DATE '2020-10-01' AS d, NUMERIC '1.5' AS n, b'x' AS b, [1, 2] AS a, STRUCT(1 AS x) AS s",
        "SELECT source_row FROM green WHERE source_month = '2020-10-01' ORDER BY 1",
    ],
)
def test_answers_are_the_same_apart(here: Services, apart: Services, sql: str) -> None:
    expected, found = run(here, sql), run(apart, sql)
    assert found.table.equals(expected.table, check_metadata=True)
    assert (found.truncated, found.limits) == (expected.truncated, expected.limits)
    assert foresee(apart, Place.LAKE, sql) == foresee(here, Place.LAKE, sql)


@pytest.mark.parametrize(
    "sql",
    ["SELECT nothing FROM green", "SELECT *\nFROM", "SELECT 1 FROM yellow", "SELECT CAST('x' AS INT64)"],
)
def test_errors_are_the_same_apart(here: Services, apart: Services, sql: str) -> None:
    told = []
    for services in (here, apart):
        with pytest.raises((QueryRejected, NotFound)) as caught:
            run(services, sql)
        told.append((caught.value.message, caught.value.hint, caught.value.at))
    assert told[0] == told[1]


def test_no_engine_runs_in_the_process_that_asks(apart: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb, "connect", None)
    assert foresee(apart, Place.LAKE, COUNT).objects == 1
    assert count(apart) == [{"n": 300}]


def test_a_process_that_dies_takes_nothing_along(apart: Services) -> None:
    with ThreadPoolExecutor(1) as threads:
        pid, asked = start_endless(apart, threads)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ReaderDied, match=r"died on a query on .*lake \(by SIGKILL\)") as caught:
            asked.result(SECONDS)
    assert "one by one" in caught.value.hint
    assert count(apart) == [{"n": 300}]


def test_cancelling_kills_the_process_and_another_query_can_follow(apart: Services) -> None:
    handle = QueryHandle()
    with ThreadPoolExecutor(1) as threads:
        pid, asked = start_endless(apart, threads, handle)
        handle.cancel()
        with pytest.raises(QueryCancelled):
            asked.result(SECONDS)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert count(apart) == [{"n": 300}]
    with pytest.raises(QueryCancelled):
        run(apart, COUNT, handle)


def test_long_queries_keep_nobody_else_waiting(apart: Services) -> None:
    """With every query's place taken, rows are shown and the next query is planned."""
    handle = QueryHandle()
    with ThreadPoolExecutor(1) as threads:
        _, asked = start_endless(apart, threads, handle)
        assert apart.lake.preview_object(data_key("green", Month(2020, 10))).rows.num_rows == 100
        assert foresee(apart, Place.LAKE, COUNT).objects == 1
        assert not asked.done()
        handle.cancel()
        with pytest.raises(QueryCancelled):
            asked.result(SECONDS)


def test_a_forged_object_that_swells_hurts_its_reader_only(apart: Services) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(LimitExceeded, match="memory"):
        run(apart, f"SELECT STRING_AGG(note) AS s FROM green WHERE source_month = '{BOMB_MONTH}-01'")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # kilobytes
    assert count(apart) == [{"n": 300}]


def test_rows_are_bounded_in_bytes(here: Services, apart: Services) -> None:
    limits = QueryLimits(100, 600, 10**9, result_bytes=1_000_000)
    for services in (here, apart):
        with pytest.raises(LimitExceeded, match=r"larger than 1\.0 MB") as caught:
            ask(services, Place.LAKE, "SELECT REPEAT('x', 2000000) AS x", limits)
        assert "LAKESIDE_LIMITS__QUERY_RESULT_MEGABYTES" in caught.value.hint
        assert ask(services, Place.LAKE, "SELECT REPEAT('x', 900000) AS x", limits).table.num_rows == 1


def test_seconds_are_bounded(apart: Services) -> None:
    with pytest.raises(LimitExceeded, match=r"stopped after 0\.5 s"):
        ask(apart, Place.LAKE, ENDLESS, QueryLimits(10, 0.5, 10**9))
    assert count(apart) == [{"n": 300}]


def test_attacks_are_refused_through_a_reader_as_well(apart: Services, tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"secret": ["no"]}), file)
    for attack in [*(sql for sql, _ in ATTACKS), *NOTHING][::4]:  # test_query_attacks tries all of them
        sql = attack.replace("{home}", str(tmp_path)).replace("{file}", str(file))
        with pytest.raises(LakesideError) as caught:
            run(apart, sql.replace("{url}", "http://127.0.0.1:9"))
        assert isinstance(caught.value, QueryRejected | NotFound), attack
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


def test_a_lake_in_memory_is_asked_in_place() -> None:
    services = open_services(Settings(lake_url="memory://asked"), apart=True)
    assert services.askers is None
    assert run(services, "SELECT 1 AS n").table.to_pylist() == [{"n": 1}]
