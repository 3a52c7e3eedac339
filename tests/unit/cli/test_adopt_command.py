"""`lakeside adopt` and `lakeside load-object`: strangers' objects become a month, or a table of their own."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from lakeside.datasets import get_dataset
from lakeside.lake.lake import Lake
from lakeside.month import Month
from lakeside.settings import Settings
from tests.builders import build_rows
from tests.swamp import make_nested, make_plain
from tests.unit.cli.conftest import Lakeside

ROWS = 50
IN_PLACE = "data/green/green_tripdata_2020-10.parquet"


@pytest.fixture
def lake(home: Path) -> Path:
    """A lake filled by the course's scripts: rows of green as pandas writes them, and the same as CSV."""
    folder = home / "lake" / "data" / "green"
    folder.mkdir(parents=True)
    rows = build_rows(get_dataset("green"), Month(2020, 10), ROWS)
    own = [
        n for n in rows.column_names if n not in ("source_month", "source_row") and rows[n].null_count < ROWS
    ]
    course = rows.select(own)
    passengers = course.schema.get_field_index("passenger_count")
    counts = course["passenger_count"].cast(pa.float64())
    course = course.set_column(passengers, "passenger_count", counts)
    pq.write_table(course, home / "lake" / IN_PLACE)
    (home / "lake" / "raw").mkdir()
    with gzip.open(home / "lake" / "raw" / "green_tripdata_2020-11.csv.gz", "wb") as file:
        pc.write_csv(course, file)
    pq.write_table(course, home / "lake" / "raw" / "trips.parquet")
    return home / "lake"


def test_an_object_in_the_months_place_is_conformed(lakeside: Lakeside, lake: Path, home: Path) -> None:
    refused = lakeside("adopt", IN_PLACE, "--json")
    assert (refused.code, "--yes" in refused.document["error"]["hint"]) == (2, True)
    (result,) = lakeside("adopt", IN_PLACE, "--yes", "--json").document
    assert (result["state"], result["source"], result["error"]) == ("published", "lake", None)
    assert result["rows_written"] == result["warehouse_rows"] == ROWS
    footer = Lake.open(Settings(home=home)).read_footer(IN_PLACE)
    assert footer.provenance is not None
    assert footer.provenance.source_url == str(lake / IN_PLACE)
    assert footer.schema.field("passenger_count").type == pa.int64()
    assert lakeside("schemas", "green", "--json").document["objects"][0]["verdict"] == "appends"
    again = lakeside("adopt", IN_PLACE, "--yes", "--json")
    assert "written by Lakeside already" in again.document[0]["error"]["message"]
    refetched = lakeside("ingest", "green", "2020-10", "--json").document[0]
    assert "was adopted from" in refetched["error"]["message"]


def test_csv_beside_the_months_is_adopted_once(lakeside: Lakeside, lake: Path) -> None:
    key = "raw/green_tripdata_2020-11.csv.gz"
    first = lakeside("adopt", key, "--no-load", "--json").document[0]
    assert (first["month"], first["state"], first["rows_read"]) == ("2020-11", "written", ROWS)
    assert lakeside("adopt", key, "--no-load", "--json").document[0]["state"] == "unchanged"
    other = lakeside("adopt", "raw/trips.parquet", "--dataset", "green", "--month", "2020-11", "--json")
    assert (other.code, "was fed by lake" in other.document[0]["error"]["message"]) == (1, True)
    forced = lakeside(
        "adopt", "raw/trips.parquet", "--dataset", "green", "--month", "2020-11", "--force", "--json"
    )
    assert forced.document[0]["state"] == "published"
    assert (lake / key).exists()


def test_what_cannot_be_adopted(lakeside: Lakeside, lake: Path) -> None:
    (lake / "raw" / "page_green_2020-12.parquet").write_bytes(b"<html>404</html>")
    page = lakeside("adopt", "raw/page_green_2020-12.parquet", "--dataset", "green", "--json")
    assert page.document[0]["error"]["kind"] == "BadFile"
    unsaid = lakeside("adopt", "raw/trips.parquet", "--json")
    assert (unsaid.code, "does not say its dataset" in unsaid.document["error"]["message"]) == (2, True)
    yellow = lakeside("adopt", "raw/trips.parquet", "--dataset", "yellow", "--month", "2020-10", "--json")
    assert yellow.document[0]["error"]["kind"] == "ContractViolation"
    assert not (lake / "data" / "yellow" / "yellow_tripdata_2020-10.parquet").exists()


def test_an_object_as_a_table_of_its_own(lakeside: Lakeside, home: Path) -> None:
    folder = home / "lake" / "swamp"
    folder.mkdir(parents=True)
    plain = make_plain().drop_columns(["half", "zoned", "wall", "date", "nanoseconds"])
    rows = plain.append_column("day", pa.array([dt.date(2020, 1, 1), None, None], pa.date32()))
    pq.write_table(rows, folder / "types.parquet")
    made = lakeside("load-object", "swamp/types.parquet", "--table", "my_types", "--json").document
    assert (made["table"], made["rows"], made["columns"]) == ("my_types", 3, len(rows.schema))
    counted = lakeside("sql", "SELECT count(*) AS n, min(`decimal`) AS d FROM my_types", "--json").document
    assert counted["rows"] == [{"n": 3, "d": "-99999999.99"}]
    pq.write_table(make_nested(), folder / "types.parquet")
    again = lakeside("load-object", "swamp/types.parquet", "--table", "MY_TYPES", "--json").document
    assert (again["table"], again["rows"]) == ("my_types", 3)
    pq.write_table(make_nested(), folder / "others.parquet")
    other = lakeside("load-object", "swamp/others.parquet", "--table", "my_types", "--json")
    assert (other.code, other.document["error"]["kind"]) == (1, "ContractViolation")
    assert "--replace" in other.document["error"]["hint"]
    replaced = lakeside("load-object", "swamp/others.parquet", "--table", "my_types", "--replace", "--json")
    assert replaced.code == 0


@pytest.mark.parametrize(
    "table", ["green", "Zones", "hourly_demand", "lakeside_loads", "1st", "a b", 'x"; DROP TABLE y']
)
def test_names_that_are_ours_or_none(lakeside: Lakeside, lake: Path, table: str) -> None:
    answer = lakeside("load-object", IN_PLACE, "--table", table, "--json")
    assert (answer.code, answer.document["error"]["kind"]) == (2, "SettingsError")
