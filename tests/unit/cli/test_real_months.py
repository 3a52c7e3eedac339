"""A month of real files by command line alone, with the known answers of the data's README."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Lakeside

GREEN_ROWS = 95_120


@pytest.mark.usefixtures("real_files")
def test_a_green_month_from_fetch_to_removal(lakeside: Lakeside) -> None:
    first = lakeside("ingest", "green", "2020-10", "--json")
    assert first.code == 0, first.stdout
    (month,) = first.document
    assert (month["dataset"], month["month"], month["source"]) == ("green", "2020-10", "datatalksclub")
    assert (month["state"], month["error"]) == ("published", None)
    assert [month[f"rows_{n}"] for n in ("read", "written", "rejected")] == [GREEN_ROWS, GREEN_ROWS, 0]
    assert Path(month["lake_path"]).is_file()
    assert lakeside("ingest", "green", "2020-10", "--json").document[0]["state"] == "unchanged"

    known = """
        SELECT count(*) AS n, countif(VendorID IS NULL) AS no_vendor, countif(fare_amount < 0) AS negative,
               countif(date_trunc(date(lpep_pickup_datetime), month) <> source_month) AS outside
        FROM trips.green"""
    for place in ("warehouse", "lake"):
        answer = lakeside("sql", known, "--on", place, "--json")
        assert answer.code == 0, answer.stdout
        assert answer.document["rows"] == [
            {"n": GREEN_ROWS, "no_vendor": 42_510, "negative": 189, "outside": 9}
        ]
        assert answer.document["truncated"] is False

    states = lakeside("status", "--dataset", "green", "--year", "2020", "--json").document
    october = states[9]
    assert (october["month"], october["source_state"], october["state"]) == (
        "2020-10",
        "published",
        "published",
    )
    assert october["lake_rows"] == october["warehouse_rows"] == GREEN_ROWS
    assert "95,120" in lakeside("status").stdout

    removed = lakeside("remove", "green", "2020-10", "--from", "warehouse", "--yes", "--json").document
    assert removed[0]["warehouse_rows_removed"] == GREEN_ROWS
    loaded = lakeside("load", "green", "2020-10", "--json").document
    assert (loaded[0]["state"], loaded[0]["warehouse_rows"]) == ("published", GREEN_ROWS)
    removed = lakeside("remove", "green", "2020-10", "--from", "both", "--yes", "--json").document
    assert (removed[0]["state"], removed[0]["lake_objects_removed"]) == ("removed", 1)
    absent = lakeside("remove", "green", "2020-10", "--from", "both", "--yes", "--json")
    assert (absent.code, absent.document[0]["state"]) == (0, "absent")


@pytest.mark.usefixtures("real_files")
def test_three_forced_runs_leave_the_same_rows(lakeside: Lakeside) -> None:
    figures = """
        SELECT count(*) AS n, count(distinct source_row) AS numbered,
               sum(cast(round(total_amount * 100) as int64)) AS cents,
               min(lpep_pickup_datetime) AS first_pickup
        FROM green"""
    seen = []
    for _ in range(3):
        assert lakeside("ingest", "green", "2020-10", "--force", "--json").document[0]["state"] == "published"
        seen.append(lakeside("sql", figures, "--json").document["rows"])
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0]["n"] == seen[0][0]["numbered"] == GREEN_ROWS


@pytest.mark.usefixtures("real_files")
def test_one_bad_month_stops_no_other(lakeside: Lakeside) -> None:
    answer = lakeside("ingest", "green", "2020-03..2020-04", "--source", "tlc", "--json")
    assert answer.code == 1
    missing, published = answer.document
    assert (missing["month"], missing["state"], missing["rows_written"]) == ("2020-03", "failed", None)
    assert missing["error"]["kind"] == "SourceMissing"
    assert "green_tripdata_2020-03.parquet" in missing["error"]["message"]
    assert (published["state"], published["warehouse_rows"]) == ("published", 35_644)


@pytest.mark.usefixtures("real_files")
def test_a_month_fed_by_another_source_needs_force(lakeside: Lakeside) -> None:
    assert lakeside("ingest", "green", "2020-10", "--source", "sample").code == 0
    refused = lakeside("ingest", "green", "2020-10", "--json")
    assert refused.code == 1
    assert "sample" in refused.document[0]["error"]["message"]
    assert "--force" in refused.document[0]["error"]["hint"]
    assert (
        lakeside("ingest", "green", "2020-10", "--force", "--json").document[0]["rows_written"] == GREEN_ROWS
    )
    status = lakeside("status", "--dataset", "green", "--year", "2020", "--json").document
    assert status[9]["source"] == "datatalksclub"
    lights = {place: light["state"] for place, light in status[9]["lights"].items()}
    assert (lights["source"], lights["lake"], lights["warehouse"]) == ("there", "there", "equal")


def test_zones_join_trips_in_the_lake(lakeside: Lakeside, real_files: Path) -> None:
    zones, shapes = lakeside("ingest", "zones", "--json").document
    assert (zones["state"], zones["rows_written"], zones["warehouse_rows"]) == ("published", 265, 265)
    assert (shapes["state"], shapes["rows_written"], shapes["error"]) == ("written", 260, None)
    assert [d["state"] for d in lakeside("ingest", "zones", "--json").document] == ["unchanged"] * 2
    lakeside("ingest", "green", "2020-10", "--no-load")
    joined = """
        SELECT z.Borough AS borough, count(*) AS trips FROM green AS g
        JOIN zones AS z ON z.LocationID = g.PULocationID GROUP BY 1 ORDER BY 2 DESC"""
    answer = lakeside("sql", joined, "--on", "lake", "--json")
    assert answer.code == 0, answer.stdout
    assert sum(row["trips"] for row in answer.document["rows"]) == GREEN_ROWS
    texts = lakeside("sql", "SELECT countif(Zone = 'NA') AS na FROM zones", "--on", "lake", "--json")
    assert texts.document["rows"] == [{"na": 1}]


def test_a_lookup_quoted_twice_is_a_bad_file(
    lakeside: Lakeside, environment: pytest.MonkeyPatch, shared_data: Path
) -> None:
    url = (shared_data / "bad" / "quoted_twice_taxi_zone_lookup.csv").resolve().as_uri()
    environment.setenv("LAKESIDE_SOURCES__ZONE_LOOKUP_URL", url)
    answer = lakeside("ingest", "zones", "--json")
    assert answer.code == 1
    assert answer.document[0]["error"]["kind"] == "BadFile"
    assert "quoted_twice_taxi_zone_lookup.csv" in answer.document[0]["error"]["message"]
    assert lakeside("sql", "SELECT 1 FROM zones", "--on", "lake").code == 1
