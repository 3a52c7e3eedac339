"""What of a file did not fit the contract is said, in words and in the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Lakeside

HEADER = "dispatching_base_num,pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,SR_Flag,weather"
ROW = "B00001,2019-03-01 00:{:02d}:00,2019-03-01 01:00:00,1,2,,sunny"


@pytest.fixture
def file(tmp_path: Path, environment: pytest.MonkeyPatch) -> Path:
    """A month with a column of its own, and a row that is cut."""
    path = tmp_path / "fhv.csv"
    path.write_text("\n".join([HEADER, *(ROW.format(i) for i in range(10)), "B00001,2019-0"]))
    environment.setenv("LAKESIDE_SOURCES__ARCHIVE_URL", f"file://{path}")
    environment.setenv("LAKESIDE_INGEST__REJECTED_SHARE", "0.5")
    return path


INGEST = ("ingest", "fhv", "2019-03", "--source", "archive", "--no-load")


@pytest.mark.usefixtures("file")
def test_kept_columns_and_rows_set_aside_are_said(lakeside: Lakeside) -> None:
    answer = lakeside(*INGEST)
    assert "fhv 2019-03: outside the contract and kept: weather." in answer.stdout
    key = "quarantine/fhv/fhv_tripdata_2019-03.parquet"
    assert f"fhv 2019-03: 1 row set aside with the reason in the lake's {key}." in answer.stdout
    (month,) = lakeside(*INGEST, "--json").document
    assert (month["columns_added"], month["columns_discarded"]) == (["weather"], [])


@pytest.mark.usefixtures("file")
def test_dropped_columns_are_said(lakeside: Lakeside, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LAKESIDE_INGEST__COLUMN_POLICY", '{"fhv": "discard"}')
    assert "fhv 2019-03: outside the contract and dropped: weather." in lakeside(*INGEST).stdout


@pytest.mark.usefixtures("file")
def test_too_many_rejected_rows_are_a_share(lakeside: Lakeside, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LAKESIDE_INGEST__REJECTED_SHARE", "0.01")
    answer = lakeside(*INGEST, "--json")
    assert answer.code == 1
    error = answer.document[0]["error"]
    assert "1 of 11 rows do not fit the contract (9.09%; 1.00% are tolerated)" in error["message"]
    assert "LAKESIDE_INGEST__REJECTED_SHARE (now 0.01)" in error["hint"]
