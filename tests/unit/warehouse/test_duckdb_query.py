"""What a query on the DuckDB file processes, its refusal by bytes, its cancelling, its errors' places."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from lakeside.errors import LakesideError, LimitExceeded, NotFound, QueryCancelled, QueryRejected
from lakeside.lake.where.write import quote_name, write_name, write_value
from lakeside.shown import show_unseen
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse
from lakeside.warehouse.protocol import QueryLimits

LIMITS = QueryLimits(rows=10, seconds=60, billed_bytes=10**9)
ENDLESS = "SELECT COUNT(*) AS n FROM green a, green b, green c WHERE a.fare + b.fare > c.fare"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    """1,000 rows of January and 2,000 of February; a third of the notes are null, the others 3 bytes."""
    path: Path = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA trips")
        connection.execute(
            "CREATE TABLE trips.green AS SELECT CAST(i AS BIGINT) AS id, CAST(i AS DOUBLE) AS fare, "
            "CASE WHEN i % 3 = 0 THEN NULL ELSE 'né' END AS note, i % 2 = 0 AS flag, "
            "CASE WHEN i < 1000 THEN DATE '2020-01-01' ELSE DATE '2020-02-01' END AS source_month "
            "FROM range(3000) AS t(i)"
        )
        connection.execute("CREATE VIEW trips.early AS SELECT id, fare FROM trips.green WHERE id < 10")
        connection.execute("CREATE TABLE trips.zones AS SELECT CAST(i AS BIGINT) AS zone FROM range(10) t(i)")
    return DuckDBWarehouse(path, "trips", 10)


@pytest.mark.parametrize(
    ("sql", "processed", "tables"),
    [
        ("SELECT 1", 0, ()),
        ("SELECT COUNT(*) FROM green", 0, ("green",)),
        ("SELECT id FROM green", 24_000, ("green",)),
        ("SELECT id, fare FROM green LIMIT 1", 48_000, ("green",)),
        ("SELECT note FROM green", 2_000 * (2 + 3), ("green",)),
        ("SELECT flag FROM green", 3_000, ("green",)),
        ("SELECT COUNT(*) FROM green WHERE fare > 3", 24_000, ("green",)),
        ("SELECT id FROM green WHERE source_month = '2020-01-01'", 16_000, ("green",)),
        ("SELECT a.id FROM green AS a JOIN green AS b ON a.id = b.id", 24_000, ("green",)),
        ("SELECT MAX(fare) FROM early", 48_000, ("green",)),
        ("SELECT zone FROM green JOIN zones ON id = zone", 24_080, ("green", "zones")),
        ("WITH x AS (SELECT id, fare FROM green) SELECT SUM(id) FROM x", 24_000, ("green",)),
    ],
)
def test_bytes_are_counted_as_bigquery_counts_them(
    warehouse: DuckDBWarehouse, sql: str, processed: int, tables: tuple[str, ...]
) -> None:
    seen = warehouse.estimate_query(sql, LIMITS)
    assert (seen.processed_bytes, seen.tables) == (processed, tables)
    assert warehouse.run_query(sql, LIMITS).processed_bytes == processed


@pytest.mark.parametrize("file", ["warehouse", "my-warehouse 2", "select"])
@pytest.mark.parametrize("name", ["my-table", "Upper", "select", 'x"y', "f\u00fcnf", "a b"])
def test_names_that_are_no_plain_words_can_be_queried(tmp_path: Path, file: str, name: str) -> None:
    path = tmp_path / f"{file}.duckdb"
    with duckdb.connect(str(path)) as connection:
        quoted = name.replace('"', '""')
        connection.execute(f'CREATE SCHEMA trips; CREATE TABLE trips."{quoted}" AS SELECT 7::BIGINT AS n')
    warehouse = DuckDBWarehouse(path, "trips", 10)
    sql = f"SELECT n FROM `{name}`"
    assert warehouse.run_query(sql, LIMITS).table.to_pylist() == [{"n": 7}]
    seen = warehouse.estimate_query(sql, LIMITS)
    assert (seen.processed_bytes, seen.tables) == (8, (name,))


def test_a_query_names_what_nobody_sees(tmp_path: Path) -> None:
    """As the console writes it for a column of a stranger's."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA trips; CREATE TABLE trips.t AS SELECT 'a\u202e' AS \"b\u2066\"")
    column, value = write_name("b\u2066"), write_value("a\u202e")
    sql = f"SELECT {column} FROM {quote_name('t')} WHERE {column} = {value}"
    assert show_unseen(sql) == sql
    found = DuckDBWarehouse(path, "trips", 10).run_query(sql, LIMITS)
    assert found.table.to_pylist() == [{"b\u2066": "a\u202e"}]


def test_more_than_allowed_is_refused_before_it_runs(warehouse: DuckDBWarehouse) -> None:
    limits = QueryLimits(rows=10, seconds=600, billed_bytes=10**6)
    with pytest.raises(LimitExceeded, match=r"10\.5 MB \(green\), 1\.0 MB are allowed"):
        warehouse.run_query(ENDLESS, limits)


@pytest.mark.parametrize(
    ("sql", "error", "words"),
    [
        ("SELECT 1 / (id - 2999) AS x FROM green", QueryRejected, "division by zero"),
        ("SELECT a.id FROM green a, green b, green c WHERE a.id * b.id < c.id", LimitExceeded, "after 0.5 s"),
        ("SELECT REPEAT('x', id) AS x FROM green", LimitExceeded, "larger than 1.0 MB"),
    ],
)
def test_what_fails_after_the_first_rows_is_told_and_keeps_nobody_waiting(
    warehouse: DuckDBWarehouse, sql: str, error: type[LakesideError], words: str
) -> None:
    """The error is kept, as a page keeps it, while the file is opened again."""
    limits = QueryLimits(rows=10**9, seconds=60, billed_bytes=10**9, result_bytes=10**6)
    if "after" in words:
        limits = replace(limits, seconds=0.5, result_bytes=10**12)
    with pytest.raises(error, match=words):
        warehouse.run_query(sql, limits)
    assert warehouse.run_query("SELECT COUNT(*) AS n FROM green", LIMITS).table.to_pylist() == [{"n": 3_000}]


def test_what_a_killed_process_left_on_disk_counts_against_nobody(warehouse: DuckDBWarehouse) -> None:
    folder = Path(f"{warehouse.location}.tmp")
    folder.mkdir()
    try:
        (folder / "duckdb_temp_storage_DEFAULT-7.tmp").write_bytes(bytes(5_000_000))
        sql = "SELECT COUNT(*) AS n FROM green a, green b, green c WHERE SQRT(a.fare * b.fare + c.fare) < 0"
        bounds = QueryLimits(rows=10, seconds=0.5, billed_bytes=10**9, disk_bytes=1_000_000)
        with pytest.raises(LimitExceeded) as refused:  # it runs longer than the disk is left alone
            warehouse.run_query(sql, bounds)
        assert refused.value.limit == "limits.query_seconds"
    finally:
        shutil.rmtree(folder)


def test_a_page_of_rows_keeps_to_the_bounds_of_a_query(warehouse: DuckDBWarehouse) -> None:
    limits = QueryLimits(rows=10, seconds=60, billed_bytes=10**9, result_bytes=100)
    for name in ("green", "early"):
        assert warehouse.preview_table(name, 0, LIMITS).rows.num_rows == 10
        with pytest.raises(LimitExceeded) as refused:
            warehouse.preview_table(name, 0, limits)
        assert refused.value.limit == "limits.query_result_megabytes"


def test_cancel_really_interrupts(warehouse: DuckDBWarehouse) -> None:
    handle = QueryHandle()
    with ThreadPoolExecutor(1) as pool:
        limits = QueryLimits(rows=10, seconds=600, billed_bytes=10**9)
        asked = pool.submit(warehouse.run_query, ENDLESS + " AND a.id * b.id > c.id", limits, handle)
        handle.cancel()
        with pytest.raises(QueryCancelled):
            asked.result(120)


@pytest.mark.parametrize(
    ("sql", "error", "at"),
    [
        ("SELECT fooo FROM green", QueryRejected, (1, 8)),
        ("SELECT id,\n  fooo\nFROM green", QueryRejected, (2, 3)),
        ("SELECT id FROM gren", NotFound, (1, 16)),
        ("SELECT GETENV('HOME')", QueryRejected, (1, 8)),
        ("SELECT a b c FROM green", QueryRejected, (1, 12)),
        ("SELECT (1 FROM green", QueryRejected, (1, 11)),
        ("SELECT 'abc FROM green", QueryRejected, (1, 8)),
        ("SELECT CAST('abc' AS INT64)", QueryRejected, (1, 13)),
        ("SELECT green.fooo FROM green", QueryRejected, (1, 14)),
        ("DROP TABLE green", QueryRejected, (1, 1)),
        ("-- fooo\nSELECT /* fooo */ fooo FROM green", QueryRejected, (2, 19)),
    ],
)
def test_an_error_points_at_its_place(
    warehouse: DuckDBWarehouse, sql: str, error: type[LakesideError], at: tuple[int, int]
) -> None:
    with pytest.raises(error) as refused:
        warehouse.run_query(sql, LIMITS)
    assert refused.value.at == at


def test_a_table_that_is_misspelt_is_suggested(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(NotFound) as refused:
        warehouse.estimate_query("SELECT 1 FROM gren", LIMITS)
    assert "Did you mean green?" in refused.value.hint
