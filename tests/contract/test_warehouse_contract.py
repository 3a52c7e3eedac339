"""One suite over every warehouse: what `Warehouse` promises, asked of DuckDB and BigQuery alike."""

from __future__ import annotations

import datetime
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

from lakeside.datasets import get_dataset
from lakeside.errors import (
    BackendUnavailable,
    BadFile,
    ContractViolation,
    LakesideError,
    LimitExceeded,
    NotFound,
    QueryRejected,
)
from lakeside.lake.lake import Lake
from lakeside.month import Month
from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.bigquery_warehouse import BigQueryWarehouse
from lakeside.warehouse.figures import compare_figures
from lakeside.warehouse.loads import LOADS_TABLE
from lakeside.warehouse.protocol import QueryLimits, Warehouse
from tests.builders import build_provenance, build_rows, write_month, write_object
from tests.contract.bigquery_settings import open_bigquery
from tests.servers.bigquery import BigQueryServer
from tests.servers.gcs import run_gcs_server

GREEN = get_dataset("green")
OCTOBER, NOVEMBER = Month(2020, 10), Month(2020, 11)
KEY = "data/green/green_tripdata_2020-10.parquet"
LIMITS = QueryLimits(rows=100, seconds=30, billed_bytes=10**9)


def assert_same_as_footer(warehouse: Warehouse, lake: Lake, month: Month = OCTOBER) -> None:
    provenance = lake.read_footer(f"data/green/green_tripdata_{month}.parquet").provenance
    assert provenance is not None
    assert compare_figures(provenance.columns, warehouse.measure_month(GREEN, month)) == []


class TestPublish:
    def test_three_times_leaves_what_the_footer_says(self, lake: Lake, warehouse: Warehouse) -> None:
        key = write_month(lake, GREEN, OCTOBER, 2_000)

        publications = [warehouse.publish_month(GREEN, OCTOBER, lake, key) for _ in range(3)]

        assert [(p.rows_before, p.rows) for p in publications] == [(0, 2_000), (2_000, 2_000), (2_000, 2_000)]
        assert warehouse.count_months() == {("green", OCTOBER): 2_000}
        assert warehouse.list_publications() == {("green", OCTOBER): publications[-1]}
        footer = lake.read_footer(key)
        assert footer.provenance is not None
        assert publications[-1].content_id == footer.provenance.content_id
        assert publications[-1].published_at.tzinfo is not None
        assert_same_as_footer(warehouse, lake)

    def test_an_audit_that_fails_keeps_the_old_rows(self, lake: Lake, warehouse: Warehouse) -> None:
        before = warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 1_000))

        write_month(lake, GREEN, OCTOBER, 900, rows_written=901)
        with pytest.raises(ContractViolation, match="901 rows expected, 900 found"):
            warehouse.publish_month(GREEN, OCTOBER, lake, KEY)
        self.tamper_with_fares(lake)
        with pytest.raises(ContractViolation, match=r"fare_amount: sum \d+ expected, \d+ found"):
            warehouse.publish_month(GREEN, OCTOBER, lake, KEY)

        assert warehouse.list_publications() == {("green", OCTOBER): before}
        assert warehouse.count_months() == {("green", OCTOBER): 1_000}

    @staticmethod
    def tamper_with_fares(lake: Lake) -> None:
        """One fare a cent higher than the footer says."""
        honest = build_rows(GREEN, OCTOBER, 900)
        index = honest.column_names.index("fare_amount")
        fares = honest.column(index).to_pylist()
        fares[500] += 0.01
        changed = honest.set_column(index, "fare_amount", pa.array(fares, pa.float64()))
        write_object(lake, KEY, changed, build_provenance(GREEN, OCTOBER, honest))

    def test_rows_of_another_source_month_are_refused(self, lake: Lake, warehouse: Warehouse) -> None:
        write_month(lake, GREEN, OCTOBER, build_rows(GREEN, NOVEMBER, 100))

        with pytest.raises(ContractViolation, match="100 rows belong to another source_month"):
            warehouse.publish_month(GREEN, OCTOBER, lake, KEY)

    def test_an_object_of_another_month_or_without_provenance_is_refused(
        self, lake: Lake, warehouse: Warehouse
    ) -> None:
        rows = build_rows(GREEN, NOVEMBER, 10)
        write_object(lake, KEY, rows, build_provenance(GREEN, NOVEMBER, rows))
        with pytest.raises(ContractViolation, match="holds green 2020-11, not green 2020-10"):
            warehouse.publish_month(GREEN, OCTOBER, lake, KEY)

        write_object(lake, KEY, build_rows(GREEN, OCTOBER, 10), None)
        with pytest.raises(BadFile, match="carries no provenance"):
            warehouse.publish_month(GREEN, OCTOBER, lake, KEY)

        with pytest.raises(NotFound):
            warehouse.publish_month(GREEN, NOVEMBER, lake, "data/green/green_tripdata_2020-11.parquet")
        assert warehouse.count_months() == {}

    def test_trips_dated_outside_go_with_their_file(self, lake: Lake, warehouse: Warehouse) -> None:
        november = build_rows(GREEN, NOVEMBER, 200)
        index = november.column_names.index(GREEN.pickup_column)
        october_day = datetime.datetime(2020, 10, 31, 23, 59)  # noqa: DTZ001 - New York wall clock
        late = pa.array([october_day] * 200, pa.timestamp("us"))
        november = november.set_column(index, GREEN.pickup_column, late)
        for month, rows in ((OCTOBER, 300), (NOVEMBER, november)):
            warehouse.publish_month(GREEN, month, lake, write_month(lake, GREEN, month, rows))

        warehouse.publish_month(GREEN, OCTOBER, lake, KEY)

        assert warehouse.count_months() == {("green", OCTOBER): 300, ("green", NOVEMBER): 200}
        assert_same_as_footer(warehouse, lake, NOVEMBER)

    def test_a_new_column_is_added_and_missing_ones_are_null(self, lake: Lake, warehouse: Warehouse) -> None:
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 100))
        wider = build_rows(GREEN, NOVEMBER, 50).drop_columns(["tip_amount"])
        wider = wider.append_column("odd number", pa.array(range(50)))
        warehouse.publish_month(GREEN, NOVEMBER, lake, write_month(lake, GREEN, NOVEMBER, wider))

        october = {f.name: f for f in warehouse.measure_month(GREEN, OCTOBER)}
        november = {f.name: f for f in warehouse.measure_month(GREEN, NOVEMBER)}
        assert (october["odd number"].count, october["odd number"].nulls) == (0, 100)
        assert november["odd number"].sum == str(sum(range(50)))
        assert (november["tip_amount"].count, november["tip_amount"].nulls) == (0, 50)
        assert_same_as_footer(warehouse, lake, OCTOBER)
        assert_same_as_footer(warehouse, lake, NOVEMBER)

    def test_a_column_of_another_type_is_refused(self, lake: Lake, warehouse: Warehouse) -> None:
        first = build_rows(GREEN, OCTOBER, 10).append_column("odd", pa.array(range(10)))
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, first))
        second = build_rows(GREEN, NOVEMBER, 10).append_column("odd", pa.array(["x"] * 10))

        with pytest.raises(ContractViolation, match="Column odd of the table green"):
            warehouse.publish_month(GREEN, NOVEMBER, lake, write_month(lake, GREEN, NOVEMBER, second))
        assert warehouse.count_months() == {("green", OCTOBER): 10}

    def test_an_empty_month_is_published_too(self, lake: Lake, warehouse: Warehouse) -> None:
        nothing = build_rows(GREEN, OCTOBER, 1).slice(0, 0)
        publication = warehouse.publish_month(
            GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, nothing)
        )

        assert publication.rows == 0
        assert set(warehouse.list_publications()) == {("green", OCTOBER)}

    def test_two_months_at_once(self, lake: Lake, warehouse: Warehouse) -> None:
        keys = {month: write_month(lake, GREEN, month, 500) for month in (OCTOBER, NOVEMBER)}
        with ThreadPoolExecutor(3) as pool:
            done = [
                pool.submit(warehouse.publish_month, GREEN, month, lake, key) for month, key in keys.items()
            ]
            counts = [pool.submit(warehouse.count_months).result() for _ in range(5)]
            assert [future.result().rows for future in done] == [500, 500]

        assert all(set(count.values()) <= {500} for count in counts)
        assert warehouse.count_months() == {("green", OCTOBER): 500, ("green", NOVEMBER): 500}
        assert len(warehouse.list_publications()) == 2

    def test_nothing_is_left_in_staging(self, lake: Lake, warehouse: Warehouse) -> None:
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 10))
        write_month(lake, GREEN, OCTOBER, 10, rows_written=11)
        with pytest.raises(ContractViolation):
            warehouse.publish_month(GREEN, OCTOBER, lake, KEY)

        assert warehouse.sweep_staging(older_than_seconds=0) == 0
        assert {table.name for table in warehouse.list_tables()} == {"green", LOADS_TABLE}

    @pytest.mark.emulator
    def test_from_a_bucket(self, warehouse: Warehouse, gcs_root: Path, tmp_path: Path) -> None:
        bucket = f"lake-{uuid.uuid4().hex[:8]}"
        with run_gcs_server(tmp_path, gcs_root) as server:
            server.create_bucket(bucket)
            lake = Lake.open(Settings(lake_url=f"gs://{bucket}/lake", storage_emulator_host=server.url))
            key = write_month(lake, GREEN, OCTOBER, 3_000)

            assert warehouse.publish_month(GREEN, OCTOBER, lake, key).rows == 3_000
            assert_same_as_footer(warehouse, lake)


class TestRemove:
    def test_the_month_goes_with_its_entry(self, lake: Lake, warehouse: Warehouse) -> None:
        for month in (OCTOBER, NOVEMBER):
            warehouse.publish_month(GREEN, month, lake, write_month(lake, GREEN, month, 100))

        assert warehouse.remove_month(GREEN, OCTOBER) == 100
        assert warehouse.remove_month(GREEN, OCTOBER) == 0

        assert warehouse.count_months() == {("green", NOVEMBER): 100}
        assert set(warehouse.list_publications()) == {("green", NOVEMBER)}


class TestEmpty:
    def test_a_warehouse_that_never_was_is_empty(self, warehouse: Warehouse) -> None:
        assert warehouse.count_months() == {}
        assert warehouse.list_publications() == {}
        assert list(warehouse.list_tables()) == []
        assert warehouse.remove_month(GREEN, OCTOBER) == 0
        assert warehouse.sweep_staging(0) == 0
        assert warehouse.check_ready()["exists"] is False
        with pytest.raises(NotFound):
            warehouse.measure_month(GREEN, OCTOBER)


class TestTables:
    def test_columns_have_types_and_descriptions(self, lake: Lake, warehouse: Warehouse) -> None:
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 10))

        green = {table.name: table for table in warehouse.list_tables()}["green"]

        assert GREEN.title in green.description
        assert [column[:2] for column in green.columns] == [
            (c.name, c.kind.bigquery_type) for c in GREEN.columns
        ]
        assert [column[2] for column in green.columns] == [c.description for c in GREEN.columns]
        assert green.modified_at is not None

    def test_rows_are_listed(self, lake: Lake, warehouse: Warehouse, request: pytest.FixtureRequest) -> None:
        if warehouse.kind == "bigquery":
            reason = "bqemulator 1.4.0 says 0 rows in get_table"
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 10))

        assert {t.name: t.rows for t in warehouse.list_tables()} == {"green": 10, LOADS_TABLE: 1}


class TestQuery:
    @pytest.fixture(autouse=True)
    def filled(self, lake: Lake, warehouse: Warehouse) -> None:
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 150))

    def test_tables_resolve_bare_and_by_dataset(self, warehouse: Warehouse) -> None:
        dataset = warehouse.location.rsplit(".", 1)[-1] if warehouse.kind == "bigquery" else "trips"
        for name in ("green", f"{dataset}.green"):
            found = warehouse.run_query(f"SELECT COUNT(*) AS n FROM {name}", LIMITS)
            assert found.table.to_pylist() == [{"n": 150}]

    def test_months_are_dates_and_counts_int64(
        self, warehouse: Warehouse, request: pytest.FixtureRequest
    ) -> None:
        if warehouse.kind == "bigquery":
            reason = "bqemulator 1.4.0 answers DATE_TRUNC of a DATE with a timestamp"
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
        sql = (
            "SELECT source_month, DATE_TRUNC(source_month, YEAR) AS y, COUNT(*) AS n, "
            "SUM(VendorID) AS s, AVG(trip_distance) AS d FROM green GROUP BY 1, 2"
        )
        table = warehouse.run_query(sql, LIMITS).table

        assert [str(kind) for kind in table.schema.types] == [
            "date32[day]",
            "date32[day]",
            "int64",
            "int64",
            "double",
        ]
        assert table.column("y")[0].as_py() == datetime.date(2020, 1, 1)

    def test_rows_are_bounded_and_it_says_so(self, warehouse: Warehouse) -> None:
        cut = warehouse.run_query("SELECT source_row FROM green ORDER BY source_row", LIMITS)
        whole = warehouse.run_query("SELECT source_row FROM green WHERE source_row < 100", LIMITS)

        assert cut.table.column("source_row").to_pylist() == list(range(100))
        assert (cut.truncated, whole.truncated, whole.table.num_rows) == (True, False, 100)
        assert cut.limits == LIMITS

    @pytest.mark.parametrize(
        "sql",
        [
            "DROP TABLE green",
            "DELETE FROM green WHERE TRUE",
            "INSERT INTO green (VendorID) VALUES (1)",
            "UPDATE green SET VendorID = 9 WHERE TRUE",
            "CREATE TABLE t AS SELECT 1 AS x",
            "TRUNCATE TABLE green",
            "SELECT 1; DROP TABLE green",
            "SELECT ';' AS x; DROP TABLE green;",
            "SELECT a b c FROM",
            "SELECT nothing_like_it FROM green",
            "SELECT * FROM no_such_table",
            "SELECT 1/0",
            "",
        ],
    )
    def test_only_one_select_runs(self, warehouse: Warehouse, sql: str) -> None:
        with pytest.raises((QueryRejected, NotFound)) as refused:
            warehouse.run_query(sql, LIMITS)

        assert refused.value.message
        assert warehouse.count_months() == {("green", OCTOBER): 150}

    def test_a_long_query_is_stopped(self, warehouse: Warehouse, request: pytest.FixtureRequest) -> None:
        if warehouse.kind == "bigquery":
            pytest.skip("the emulator runs a job inside the request, so a long one would block the suite")
        sql = (
            "SELECT SUM(a.fare_amount * b.fare_amount * c.fare_amount * d.fare_amount) AS s FROM "
            + ", ".join(f"green AS {name}" for name in "abcd")
        )
        with pytest.raises(LimitExceeded):
            warehouse.run_query(sql, QueryLimits(10, 0.3, 10**9))


@pytest.mark.emulator
class TestBigQueryTables:
    def test_partition_cluster_labels_and_descriptions(
        self, lake: Lake, bigquery_server: BigQueryServer
    ) -> None:
        warehouse = open_bigquery(bigquery_server)
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 10))

        table = warehouse._place.client.get_table(f"{warehouse.location}.green", timeout=30)

        assert (table.time_partitioning.type_, table.time_partitioning.field) == ("MONTH", "source_month")
        assert tuple(table.clustering_fields) == GREEN.cluster_columns
        assert table.labels == {"app": "lakeside", "dataset": "green", "contract": str(GREEN.version)}
        assert table.schema[0].description == GREEN.columns[0].description

    @pytest.mark.xfail(reason="bqemulator 1.4.0 does not enforce maximum_bytes_billed", strict=True)
    def test_a_query_above_its_bytes_is_refused(self, lake: Lake, bigquery_server: BigQueryServer) -> None:
        warehouse = open_bigquery(bigquery_server)
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 10))

        with pytest.raises(LimitExceeded):
            warehouse.run_query("SELECT * FROM green", QueryLimits(10, 30, 1))

    @pytest.mark.xfail(reason="bqemulator 1.4.0 says 0 bytes in a dry run", strict=True)
    def test_a_dry_run_knows_bytes(self, lake: Lake, bigquery_server: BigQueryServer) -> None:
        warehouse = open_bigquery(bigquery_server)
        warehouse.publish_month(GREEN, OCTOBER, lake, write_month(lake, GREEN, OCTOBER, 10))

        assert warehouse.run_query("SELECT * FROM green", LIMITS).processed_bytes

    @pytest.mark.xfail(reason="bqemulator 1.4.0 forgets when a table expires", strict=True)
    def test_staging_expires(self, bigquery_server: BigQueryServer) -> None:
        from lakeside.warehouse import bigquery_tables as tables

        place = open_bigquery(bigquery_server)._place
        tables.ensure_dataset(place)
        name = tables.create_staging(place, GREEN.columns, "green_2020_10")

        assert tables.get_table(place, name).expires is not None

    def test_old_staging_is_swept(self, bigquery_server: BigQueryServer) -> None:
        from lakeside.warehouse import bigquery_tables as tables

        warehouse = open_bigquery(bigquery_server)
        tables.ensure_dataset(warehouse._place)
        tables.create_staging(warehouse._place, GREEN.columns, "green_2020_10")

        assert list(warehouse.list_tables()) == []
        assert warehouse.sweep_staging() == 0
        assert warehouse.sweep_staging(older_than_seconds=0) == 1


def test_a_dead_bigquery_fails_in_bounded_time(refusing_url: str) -> None:
    chosen = WarehouseSettings(kind="bigquery", project="test")
    warehouse = BigQueryWarehouse.open(Settings(warehouse=chosen, bigquery_emulator_host=refusing_url))

    with pytest.raises(BackendUnavailable):
        warehouse.check_ready()


@pytest.fixture
def refusing_url() -> str:
    """An address where nothing listens."""
    return "http://127.0.0.1:9"


def test_bigquery_needs_a_project() -> None:
    with pytest.raises(LakesideError, match="LAKESIDE_WAREHOUSE__PROJECT"):
        BigQueryWarehouse.open(Settings(warehouse=WarehouseSettings(kind="bigquery")))
