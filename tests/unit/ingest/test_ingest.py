"""A month from a file into the lake: unchanged, forced, refused, set aside."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from lakeside.errors import BadFile, ContractViolation, SourceMissing
from lakeside.ingest.quarantine import SOURCE_KEY
from lakeside.progress import Progress, Stage
from tests.unit.ingest.conftest import Bench

HEADER = (
    "hvfhs_license_num,dispatching_base_num,pickup_datetime,dropoff_datetime,"
    "PULocationID,DOLocationID,SR_Flag"
)
ROW = "HV0003,B1,2019-03-01 00:13:55,2019-03-01 00:28:51,36,80,1"
KEY = "data/fhvhv/fhvhv_tripdata_2019-03.parquet"
QUARANTINE = "quarantine/fhvhv/fhvhv_tripdata_2019-03.parquet"


def put(bench: Bench, *rows: str, header: str = HEADER, name: str = "fhvhv_tripdata_2019-03.csv") -> Path:
    path = bench.folder / name
    text = "\n".join([header, *rows]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_a_month_says_where_it_came_from(bench: Bench) -> None:
    put(bench, ROW, ROW)
    outcome = bench.ingest("fhvhv", "2019-03", run_id="r1")
    said = bench.services.lake.read_footer(KEY).provenance
    assert outcome.written and said == outcome.provenance and said.is_consistent
    assert (said.source, said.run_id, said.rows_written) == ("archive", "r1", 2)
    assert said.source_bytes == (bench.folder / "fhvhv_tripdata_2019-03.csv").stat().st_size
    table = bench.table(KEY)
    assert table["source_row"].to_pylist() == [0, 1]
    assert {str(d) for d in table["source_month"].to_pylist()} == {"2019-03-01"}
    assert bench.keys() == [KEY]
    assert [c.name for c in said.columns] == table.column_names


def test_an_unchanged_source_is_not_read_again(bench: Bench) -> None:
    path = put(bench, ROW)
    first = bench.ingest("fhvhv", "2019-03")
    again = bench.ingest("fhvhv", "2019-03")
    assert (first.written, again.written, again.bytes_read) == (True, False, 0)
    assert bench.ingest("fhvhv", "2019-03", force=True).written
    os.utime(path, (1, 1))
    third = bench.ingest("fhvhv", "2019-03")
    assert third.written and third.provenance.content_id == first.provenance.content_id


def test_another_source_needs_force(bench: Bench) -> None:
    put(bench, ROW)
    bench.ingest("fhvhv", "2019-03")
    put(bench, ROW, ROW, name="fhvhv_tripdata_2019-03.csv.gz")
    with pytest.raises(ContractViolation, match="fed by archive"):
        bench.ingest("fhvhv", "2019-03", "datatalksclub")
    assert bench.ingest("fhvhv", "2019-03", "auto").written is False
    assert bench.ingest("fhvhv", "2019-03", "datatalksclub", force=True).provenance.rows_written == 2


def test_a_made_up_month_does_not_pass_for_a_real_one(bench: Bench) -> None:
    outcome = bench.ingest("fhvhv", "2019-03", "sample")
    assert outcome.provenance.synthetic and outcome.provenance.rows_written == 1000
    assert bench.ingest("fhvhv", "2019-03", "sample").written is False
    put(bench, ROW, name="fhvhv_tripdata_2019-03.csv.gz")
    with pytest.raises(ContractViolation, match="fed by sample"):
        bench.ingest("fhvhv", "2019-03", "auto")


def test_a_foreign_object_is_not_replaced_by_itself(bench: Bench) -> None:
    put(bench, ROW)
    with bench.services.lake.open_writer(KEY) as file:
        parquet.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(ContractViolation, match="not written by Lakeside"):
        bench.ingest("fhvhv", "2019-03")
    assert bench.ingest("fhvhv", "2019-03", force=True).written


def test_rows_that_do_not_fit_are_set_aside_with_their_reason(bench: Bench) -> None:
    put(bench, *[ROW] * 150, "HV0003,B1", *[ROW] * 100)
    said = bench.ingest("fhvhv", "2019-03").provenance
    assert (said.rows_read, said.rows_written, said.rows_rejected) == (251, 250, 1)
    assert said.rejected_by_reason == {"too few fields": 1}
    aside = bench.table(QUARANTINE).to_pylist()
    assert aside == [
        {
            "source_row": 150,
            "reason": "too few fields",
            "column": "pickup_datetime",
            "value": None,
            "line": "HV0003,B1",
        }
    ]
    assert bench.table(KEY)["source_row"].to_pylist() == [*range(150), *range(151, 251)]
    put(bench, ROW)
    bench.ingest("fhvhv", "2019-03", force=True)
    assert bench.keys() == [KEY], "the old quarantine goes with the old month"


def test_rows_set_aside_that_another_file_brought_are_mended(bench: Bench) -> None:
    put(bench, *[ROW] * 150, "HV0003,B1")
    first = bench.ingest("fhvhv", "2019-03")
    assert bench.ingest("fhvhv", "2019-03").written is False
    aside, lake = bench.table(QUARANTINE), bench.services.lake
    other = aside.replace_schema_metadata({SOURCE_KEY: "of another file"})
    for content in (pa.concat_tables([aside, aside]), other):
        with lake.open_writer(QUARANTINE) as file:
            parquet.write_table(content, file)
        again = bench.ingest("fhvhv", "2019-03")
        assert again.written and again.provenance.content_id == first.provenance.content_id
        assert bench.table(QUARANTINE).equals(aside)
    with lake.open_writer(QUARANTINE) as file:
        file.write(b"damaged")
    assert bench.ingest("fhvhv", "2019-03").written
    lake.remove_object(QUARANTINE)  # as `lakeside prune` does
    assert bench.ingest("fhvhv", "2019-03").written is False


def test_too_many_such_rows_leave_the_lake_as_it_was(bench: Bench) -> None:
    put(bench, *[ROW] * 9, ROW.replace("36", "east"))
    with pytest.raises(ContractViolation) as caught:
        bench.ingest("fhvhv", "2019-03")
    for part in ("fhvhv_tripdata_2019-03.csv", "1 of 10", "not an integer", "row 9", "PULocationID", "east"):
        assert part in caught.value.message
    assert bench.keys() == []


@pytest.mark.parametrize(
    ("header", "cause"),
    [
        (HEADER.replace("hvfhs_license_num", "x"), "hvfhs_license_num"),
        (HEADER.replace("SR_Flag", "pulocationid"), "PULocationID"),
        (HEADER + ",source_row", "source_row"),
    ],
)
def test_a_header_that_breaks_the_contract_is_refused_first(bench: Bench, header: str, cause: str) -> None:
    put(bench, ROW, header=header)
    with pytest.raises(ContractViolation, match=cause):
        bench.ingest("fhvhv", "2019-03")
    assert bench.keys() == []


def test_columns_outside_the_contract(bench: Bench, tmp_path: Path) -> None:
    put(bench, ROW + ",new", header=HEADER + ",Mood of day")
    evolved = bench.ingest("fhvhv", "2019-03").provenance
    assert evolved.columns_added == ["Mood_of_day"]
    table = bench.table(KEY)
    assert table.column_names[-3:] == ["source_month", "source_row", "Mood_of_day"]
    assert table["Mood_of_day"].to_pylist() == ["new"]
    freeze = Bench(bench.folder, tmp_path / "f", column_policy={"fhvhv": "freeze"})
    with pytest.raises(ContractViolation, match="Mood of day"):
        freeze.ingest("fhvhv", "2019-03")
    discard = Bench(bench.folder, tmp_path / "home", column_policy={"fhvhv": "discard"})
    dropped = discard.ingest("fhvhv", "2019-03")
    assert dropped.written and dropped.provenance.columns_discarded == ["Mood of day"]
    assert "Mood_of_day" not in discard.table(KEY).column_names


def test_parquet_types_that_wander_are_brought_home_and_misfits_set_aside(bench: Bench) -> None:
    rows = 300
    times = pa.array([1_551_399_235] * rows, pa.timestamp("s"))
    table = pa.table(
        {
            "hvfhs_license_num": pa.array(["HV0003"] * rows).dictionary_encode(),
            "dispatching_base_num": pa.array(["B1"] * rows, pa.large_string()),
            "pickup_datetime": times,
            "dropoff_datetime": times.cast(pa.timestamp("ns")),
            "PULocationID": pa.array([36.0] * (rows - 2) + [1.5, None]),
            "DOLocationID": pa.array([80] * rows, pa.int32()),
            "SR_Flag": pa.nulls(rows),
            "base_passenger_fare": pa.array([1] * rows),
            "__index_level_0__": pa.array(range(rows)),
        }
    )
    parquet.write_table(table, bench.folder / "fhvhv_tripdata_2019-03.parquet")
    said = bench.ingest("fhvhv", "2019-03", "tlc").provenance
    assert (said.rows_read, said.rows_rejected) == (300, 1)
    assert said.columns_added == ["__index_level_0__"]
    aside = bench.table(QUARANTINE).to_pylist()[0]
    assert (aside["source_row"], aside["reason"], aside["value"]) == (298, "not an integer", "1.5")
    assert json.loads(aside["line"])["PULocationID"] == 1.5
    written = bench.table(KEY)
    assert written["PULocationID"].to_pylist() == [36] * 298 + [None]
    assert written.schema.field("__index_level_0__").type == pa.int64()
    assert written["dropoff_datetime"].type == pa.timestamp("us")


def test_a_parquet_column_of_another_nature_is_refused(bench: Bench) -> None:
    columns = {name: pa.array(["x"]) for name in HEADER.split(",")} | {"pickup_datetime": pa.array([1])}
    parquet.write_table(pa.table(columns), bench.folder / "fhvhv_tripdata_2019-03.parquet")
    with pytest.raises(ContractViolation, match="pickup_datetime as int64"):
        bench.ingest("fhvhv", "2019-03", "tlc")
    assert not list((bench.services.settings.home_folder / "tmp").iterdir())


def test_files_with_nothing_in_them(bench: Bench) -> None:
    with pytest.raises(SourceMissing):
        bench.ingest("fhvhv", "2019-03")
    put(bench)
    with pytest.raises(BadFile, match="no rows"):
        bench.ingest("fhvhv", "2019-03")
    (bench.folder / "fhvhv_tripdata_2019-03.csv").write_bytes(b"")
    with pytest.raises(BadFile, match="empty"):
        bench.ingest("fhvhv", "2019-03")


def test_progress_goes_through_the_stages(bench: Bench) -> None:
    from lakeside.datasets import get_dataset
    from lakeside.ingest.ingest import IngestRequest, ingest_month
    from lakeside.month import Month
    from lakeside.sources.probe import SourceName

    put(bench, *[ROW] * 100)
    seen: list[Progress] = []
    request = IngestRequest(get_dataset("fhvhv"), Month(2019, 3), SourceName.ARCHIVE)
    ingest_month(request, bench.services, seen.append)
    assert seen[0].stage is Stage.FETCH
    assert seen[-1].stage is Stage.WRITE and seen[-1].rows == 100
    assert seen[-1].bytes_read == seen[-1].bytes_total
