"""`lakeside schemas` over months of Lakeside, of the course's scripts and of TLC, and over no parquet."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from lakeside.datasets import get_dataset
from tests.unit.cli.conftest import Lakeside

FOLDER = "data/green"


@pytest.fixture
def lake(home: Path, lakeside: Lakeside) -> Path:
    """A lake with one month that Lakeside wrote."""
    assert lakeside("ingest", "green", "2020-10", "--source", "sample", "--no-load").code == 0
    return home / "lake"


def put(lake: Path, name: str, table: pa.Table) -> None:
    (lake / FOLDER).mkdir(parents=True, exist_ok=True)
    pq.write_table(table, lake / FOLDER / name)


def as_the_course_writes(passengers: pa.DataType, **others: list[Any]) -> pa.Table:
    """Every column the contract requires, in the table's types but for `passenger_count`."""
    required = {name: get_dataset("green").find_column(name) for name, *_ in get_dataset("green").required}
    columns = {n: pa.nulls(2, column.kind.arrow_type) for n, column in required.items() if column}
    return pa.table(columns | {"passenger_count": pa.array([1, None], passengers)} | others)


def test_an_empty_lake(lakeside: Lakeside) -> None:
    assert lakeside("schemas", "green", "--json").document["objects"] == []
    assert "no object whose name begins with or says green" in lakeside("schemas", "green").stdout


def test_a_month_of_lakeside_appends(lakeside: Lakeside, lake: Path) -> None:
    document = lakeside("schemas", "green", "--json").document
    (month,) = document["objects"]
    assert (month["label"], month["verdict"], month["reasons"]) == ("2020-10", "appends", [])
    assert (month["rows"], month["foreign"]) == (2000, False)
    assert document["changes"] == []
    pickup = next(c for c in document["columns"] if c["name"] == "lpep_pickup_datetime")
    assert (pickup["table_type"], pickup["first_seen"]) == ("DATETIME", "2020-10")
    assert list(pickup["types"].values()) == ["timestamp[us]"]


def test_the_drift_of_foreign_months(lakeside: Lakeside, lake: Path) -> None:
    put(lake, "green_tripdata_2020-08.parquet", as_the_course_writes(pa.int64(), airport_fee=[1.0, 2.0]))
    put(lake, "green_tripdata_2020-09.parquet", as_the_course_writes(pa.float64(), Airport_fee=[1.0, 2.0]))
    put(lake, "green_tripdata_2020-11.parquet", pa.table({"a": [1], "b": ["x"]}))
    (lake / FOLDER / "green_tripdata_2020-12.parquet").write_bytes(b"<html>")
    (lake / FOLDER / "notes.txt").write_bytes(b"hello\n")
    document = lakeside("schemas", "green", "--json").document
    verdicts = {one["label"]: one["verdict"] for one in document["objects"]}
    assert verdicts == {
        "2020-08": "conform_first",
        "2020-09": "conform_first",
        "2020-10": "appends",
        "2020-11": "refused",
        "2020-12": "unreadable",
        "data/green/notes.txt": "unreadable",
    }
    reasons = {one["label"]: " ".join(one["reasons"]) for one in document["objects"]}
    assert "source_month" in reasons["2020-08"]
    assert "passenger_count is double, which loads as FLOAT64; the table has INT64" in reasons["2020-09"]
    assert "passenger_count" not in reasons["2020-08"]
    assert "not a green file" in reasons["2020-11"]
    assert "It is text, not parquet." in reasons["data/green/notes.txt"]
    assert "passenger_count is 'int64' until 2020-08 and 'double' from 2020-09 on." in document["changes"]
    assert "passenger_count is 'double' until 2020-09 and 'int64' from 2020-10 on." in document["changes"]
    assert (
        "Airport_fee is written 'airport_fee' until 2020-08 and 'Airport_fee' from 2020-09 on."
        in (document["changes"])
    )
    fee = next(c for c in document["columns"] if c["name"] == "Airport_fee")
    assert (fee["first_seen"], fee["last_seen"], fee["contract_column"]) == ("2020-08", "2020-09", None)
    text = lakeside("schemas", "green").stdout
    assert "conform first" in text
    assert "2020-09: passenger_count is double, which loads as FLOAT64" in text
    assert "int64 from 2020-08, double from 2020-09, int64 from 2020-10" in text


def test_a_column_outside_the_contract_is_added(lakeside: Lakeside, lake: Path) -> None:
    path = lake / FOLDER / "green_tripdata_2020-10.parquet"
    table = pq.read_table(path)
    put(lake, "green_tripdata_2020-11.parquet", table.append_column("mood", pa.array(["good"] * 2000)))
    document = lakeside("schemas", "green", "--json").document
    assert [one["verdict"] for one in document["objects"]] == ["appends", "adds_columns"]
    assert document["objects"][1]["reasons"] == ["New to the contract: mood."]


def test_another_prefix_and_names_without_a_month(lakeside: Lakeside, home: Path) -> None:
    folder = home / "lake" / "raw"
    folder.mkdir(parents=True)
    pq.write_table(as_the_course_writes(pa.int64()), folder / "all green.parquet")
    document = lakeside("schemas", "green", "--prefix", "raw/", "--json").document
    assert [one["label"] for one in document["objects"]] == ["raw/all green.parquet"]


def test_what_a_name_says_counts_wherever_the_object_lies(lakeside: Lakeside, home: Path) -> None:
    folder = home / "lake" / "raw" / "2020"
    folder.mkdir(parents=True)
    pq.write_table(as_the_course_writes(pa.int64()), folder / "green_tripdata_2020-05_copy.parquet")
    pq.write_table(as_the_course_writes(pa.int64()), folder / "greenish_2020-06.parquet")
    document = lakeside("schemas", "green", "--json").document
    assert [one["label"] for one in document["objects"]] == ["2020-05"]


def test_what_is_no_dataset(lakeside: Lakeside) -> None:
    answer = lakeside("schemas", "purple", "--json")
    assert (answer.code, answer.document["error"]["kind"]) == (2, "NotFound")


def test_real_months_as_the_course_writes_them(lakeside: Lakeside, home: Path, shared_data: Path) -> None:
    """csv.gz read with guessed types, as pandas does, beside TLC's own parquet."""
    sources = sorted(shared_data.glob("datatalksclub/green/green_tripdata_*.csv.gz"))[:1]
    tlc = sorted(shared_data.glob("tlc/trip-data/green_tripdata_*.parquet"))
    if not sources or not tlc:
        pytest.skip("no green files")
    for path in sources:
        with gzip.open(path) as file:
            put(home / "lake", path.name.replace(".csv.gz", "_course.parquet"), pc.read_csv(file))
    for path in tlc:
        put(home / "lake", path.name, pq.read_table(path))
    document = lakeside("schemas", "green", "--json").document
    assert len(document["objects"]) == len(sources) + len(tlc)
    assert {one["verdict"] for one in document["objects"]} == {"conform_first"}
    assert all(one["foreign"] for one in document["objects"])
    assert all(column["types"] for column in document["columns"])
