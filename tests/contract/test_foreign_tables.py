"""A stranger's object as a table of its own: the same promise on DuckDB and on BigQuery's emulator."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import BadFile, ContractViolation, NotFound, SettingsError
from lakeside.foreign_tables import ORIGIN, publish_object
from lakeside.lake.lake import Lake
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.warehouse.protocol import QueryLimits, Warehouse

KEY = "swamp/strange.parquet"
LIMITS = QueryLimits(rows=100, seconds=60, billed_bytes=10**9)
ROWS = pa.table(
    {
        "n": pa.array([1, 2, None], pa.int64()),
        "share": pa.array([0.5, None, 1.5], pa.float64()),
        "words": pa.array(["a", "<b>", None]),
        "is_it": pa.array([True, None, False]),
        "day": pa.array([datetime.date(2020, 10, 1), None, datetime.date(9999, 12, 31)]),
        "nothing": pa.nulls(3),
    }
)


@pytest.fixture
def services(tmp_path: Path, lake: Lake, warehouse: Warehouse) -> Services:
    services = replace(open_services(Settings(home=tmp_path)), lake=lake)
    vars(services)["warehouse"] = warehouse  # where the property keeps what it opened
    return services


def put(lake: Lake, rows: pa.Table, key: str = KEY) -> None:
    with lake.open_writer(key) as file:
        pq.write_table(rows, file)


def read(warehouse: Warehouse, sql: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = warehouse.run_query(sql, LIMITS).table.to_pylist()
    return found


def test_its_rows_are_the_tables(services: Services) -> None:
    put(services.lake, ROWS)
    outcome = publish_object(services, KEY, "strange")
    assert (outcome.table, outcome.rows, outcome.columns) == ("strange", 3, 6)
    found = read(services.warehouse, "SELECT n, share, words, is_it, day, nothing FROM strange ORDER BY n")
    expected = ROWS.sort_by([("n", "ascending")]).to_pylist()
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    (table,) = [t for t in services.warehouse.list_tables() if t.name == "strange"]
    assert table.description == f"{ORIGIN}{services.lake.url_of(KEY)}"


def test_again_replaces_the_whole_table(services: Services) -> None:
    for rows in (ROWS, ROWS.slice(0, 2)):
        put(services.lake, rows)
        assert publish_object(services, KEY, "strange").rows == rows.num_rows
        counted = "SELECT COUNT(*) AS n FROM strange"
        assert read(services.warehouse, counted) == [{"n": rows.num_rows}]


def test_other_columns_replace_the_old_ones(services: Services, request: pytest.FixtureRequest) -> None:
    if services.warehouse.kind == "bigquery":
        reason = "bqemulator 1.4.0 keeps a table's columns at WRITE_TRUNCATE"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    put(services.lake, ROWS)
    publish_object(services, KEY, "strange")
    put(services.lake, pa.table({"other": [7], "n": ["now text"]}))
    assert publish_object(services, KEY, "strange").rows == 1
    assert read(services.warehouse, "SELECT * FROM strange") == [{"other": 7, "n": "now text"}]


def test_a_table_from_elsewhere_is_replaced_only_when_agreed(services: Services) -> None:
    put(services.lake, ROWS)
    put(services.lake, ROWS.slice(0, 1), "swamp/second.parquet")
    publish_object(services, KEY, "strange")
    with pytest.raises(ContractViolation, match="did not come from this object"):
        publish_object(services, "swamp/second.parquet", "strange")
    assert read(services.warehouse, "SELECT COUNT(*) AS n FROM strange") == [{"n": 3}]
    assert publish_object(services, "swamp/second.parquet", "strange", replace=True).rows == 1
    assert read(services.warehouse, "SELECT n FROM strange") == [{"n": 1}]


def test_nested_columns_come_along(services: Services, request: pytest.FixtureRequest) -> None:
    if services.warehouse.kind == "bigquery":
        reason = "bqemulator 1.4.0 does not make the table of a load job that finds out its columns"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    pairs = pa.array(
        [{"a": 1, "b": "x"}, {"a": None, "b": "y"}], pa.struct([("a", pa.int64()), ("b", pa.string())])
    )
    put(services.lake, pa.table({"id": [1, 2], "pair": pairs}))
    assert publish_object(services, KEY, "nested").rows == 2
    assert read(services.warehouse, "SELECT id, pair.b AS b FROM nested ORDER BY id") == [
        {"id": 1, "b": "x"},
        {"id": 2, "b": "y"},
    ]


def test_what_cannot_be_a_table_leaves_none(services: Services) -> None:
    with services.lake.open_writer("swamp/page.parquet") as file:
        file.write(b"<!doctype html>")
    put(services.lake, ROWS)
    with pytest.raises(BadFile):
        publish_object(services, "swamp/page.parquet", "page")
    with pytest.raises(NotFound):
        publish_object(services, "swamp/none.parquet", "page")
    for name in ("green", "zones", "lakeside_loads", "1st", "a-b", "x" * 129):
        with pytest.raises(SettingsError):
            publish_object(services, KEY, name)
    assert services.warehouse.list_tables() == []
