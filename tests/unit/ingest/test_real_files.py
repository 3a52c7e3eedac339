"""Every real file with its known answers, read a second way by pandas and the csv module."""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from lakeside.datasets import get_dataset
from lakeside.datasets.contract import normalise
from lakeside.errors import BadFile, ContractViolation
from lakeside.ingest.ingest import IngestOutcome
from lakeside.ingest.values import convert_values
from tests.unit.ingest.conftest import Bench

NAME = re.compile(r"(?P<dataset>[a-z]+)_(tripdata|sample)_(?P<month>\d{4}-\d{2})\.(csv|csv\.gz|parquet)")
# Per era one file is compared value by value.
ERAS = [
    "yellow_tripdata_2009-01",
    "yellow_tripdata_2010-03",
    "yellow_tripdata_2014-01",
    "yellow_tripdata_2015-01",
    "yellow_tripdata_2015-07",
    "yellow_tripdata_2016-07",
    "yellow_tripdata_2017-01",
    "green_tripdata_2013-09",
    "green_tripdata_2015-01",
    "green_tripdata_2015-07",
    "green_tripdata_2016-07",
    "green_tripdata_2017-01",
    "fhv_tripdata_2015-01",
    "fhv_tripdata_2017-01",
    "fhv_tripdata_2017-09",
    "fhv_tripdata_2018-03",
    "fhv_tripdata_2019-03",
    "fhv_sample_2020-04",
    "fhvhv_tripdata_2019-03",
    "fhvhv_sample_2020-04",
]


@pytest.fixture
def real(shared_data: Path, bench: Bench) -> Bench:
    return bench


def ingest(bench: Bench, path: Path, named: str | None = None, **more) -> IngestOutcome:
    """Ingest one file as its source would serve it."""
    match = NAME.fullmatch(named or path.name)
    assert match
    ending = (named or path.name).partition(".")[2]
    source = {"csv": "archive", "csv.gz": "datatalksclub", "parquet": "tlc"}[ending]
    copy = bench.folder / f"{match['dataset']}_tripdata_{match['month']}.{ending}"
    copy.symlink_to(path)
    return bench.ingest(match["dataset"], match["month"], source, **more)


def data_rows(path: Path) -> list[list[str]]:
    """All rows by the csv module, blank lines left out, surplus empty fields cut."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    return [row[: len(rows[0])] for row in rows]


@pytest.mark.parametrize(
    ("file", "rows", "outside", "vendor_null", "refunds"),
    [
        ("datatalksclub/green/green_tripdata_2020-10.csv.gz", 95_120, 9, 42_510, 189),
        ("datatalksclub/yellow/yellow_tripdata_2021-01.csv.gz", 22_792, 16, 0, 199),
        ("tlc/trip-data/green_tripdata_2020-04.parquet", 35_644, 6, 0, 122),
        ("tlc/trip-data/green_tripdata_2023-12.parquet", 64_215, 4, 0, 189),
    ],
)
def test_known_answers(
    real: Bench, shared_data: Path, file: str, rows: int, outside: int, vendor_null: int, refunds: int
) -> None:
    outcome = ingest(real, shared_data / file)
    said = outcome.provenance
    assert (said.rows_read, said.rows_written, said.rows_rejected) == (rows, rows, 0)
    table = real.table(outcome.key)
    dataset = get_dataset(said.dataset)
    month = pc.strftime(table[dataset.pickup_column], "%Y-%m")
    assert pc.sum(pc.not_equal(month, said.month)).as_py() == outside
    assert table["VendorID"].null_count == vendor_null
    assert pc.sum(pc.less(table["fare_amount"], 0)).as_py() == refunds
    figures = {c.name: c for c in said.columns}
    cents = sum(round(v * 100) for v in table["total_amount"].to_pylist() if v is not None)
    assert int(figures["total_amount"].sum or 0) == cents * 10_000
    assert figures["VendorID"].nulls == vendor_null


def test_every_archive_month_is_conformed_without_a_loss(real: Bench, shared_data: Path) -> None:
    files = sorted((shared_data / "archive").rglob("*.csv"))
    assert len(files) > 120
    for path in files:
        rows = data_rows(path)
        said = ingest(real, path, path.name.replace("sample", "tripdata"), force=True).provenance
        (real.folder / path.name.replace("sample", "tripdata")).unlink()
        assert (said.rows_read, said.rows_rejected, said.columns_added) == (len(rows) - 1, 0, []), path.name
        surplus = path.read_bytes().count(b",,\r\n") if "_tripdata_201" in path.name else 0
        assert said.surplus_fields_trimmed in (0, 2 * (len(rows) - 1), 2 * surplus), path.name


@pytest.mark.parametrize("era", ERAS)
def test_values_read_a_second_way(real: Bench, shared_data: Path, era: str) -> None:
    path = next((shared_data / "archive").rglob(f"{era}.csv"))
    headers, *rows = data_rows(path)
    outcome = ingest(real, path, path.name.replace("sample", "tripdata"))
    table = real.table(outcome.key)
    dataset = get_dataset(outcome.provenance.dataset)
    for place, header in enumerate(headers):
        column = dataset.find_column(header)
        assert column is not None, header
        texts = [row[place] for row in rows]
        expected = [_plain(text, column) for text in texts]
        assert table[column.name].to_pylist() == expected, column.name
    missing = {c.name for c in dataset.columns} - {dataset.find_column(h).name for h in headers}
    for name in missing - {"source_month", "source_row"}:
        assert table[name].null_count == len(rows)


def _plain(text: str, column) -> object:
    """The value by plain Python, apart from the code under test."""
    if text == "":
        return None
    kind = column.kind.value
    if kind == "text":
        return text
    text = text.strip()
    if kind == "integer":
        return column.codes[text.casefold()] if text.casefold() in column.codes else int(text)
    return pd.Timestamp(text).to_pydatetime() if kind == "timestamp" else float(text)


def test_a_whole_month_agrees_with_pandas(real: Bench, shared_data: Path) -> None:
    path = shared_data / "datatalksclub/green/green_tripdata_2020-10.csv.gz"
    outcome = ingest(real, path)
    ours = real.table(outcome.key).to_pandas()
    theirs = pd.read_csv(
        path, parse_dates=["lpep_pickup_datetime", "lpep_dropoff_datetime"], low_memory=False
    )
    for name in theirs.columns:
        pd.testing.assert_series_equal(ours[name], theirs[name], check_dtype=False, check_exact=True)


def test_tlc_parquet_agrees_with_itself(real: Bench, shared_data: Path) -> None:
    path = shared_data / "tlc/trip-data/green_tripdata_2023-12.parquet"
    ours = real.table(ingest(real, path).key)
    theirs = parquet.read_table(path)
    for name in theirs.column_names:
        assert ours[name].to_pylist() == theirs[name].cast(ours[name].type).to_pylist()


GREEN, YELLOW = "green_tripdata_", "yellow_tripdata_"
BAD = [
    (f"truncated_{GREEN}2020-10.csv.gz", f"{GREEN}2020-10.csv.gz", BadFile, "is cut"),
    (f"conflict_markers_{YELLOW}2019-01.csv", f"{YELLOW}2019-01.csv", BadFile, "conflict marker"),
    (f"html_page_{YELLOW}2019-02.csv", f"{YELLOW}2019-02.csv", BadFile, "HTML"),
    (f"no_footer_{YELLOW}2021-01.parquet", f"{YELLOW}2021-01.parquet", BadFile, "footer is missing"),
    (
        f"five_of_twenty_columns_{GREEN}2022-01.parquet",
        f"{GREEN}2022-01.parquet",
        ContractViolation,
        "required",
    ),
    ("mixed_field_counts_green.csv", f"{GREEN}2013-08.csv", ContractViolation, "surplus field is not empty"),
    ("quoted_twice_taxi_zone_lookup.csv", f"{GREEN}2019-01.csv", ContractViolation, "required columns"),
]


@pytest.mark.parametrize(("file", "named", "error", "cause"), BAD, ids=[b[0] for b in BAD])
def test_bad_files_end_in_a_clear_error(
    real: Bench, shared_data: Path, file: str, named: str, error: type[Exception], cause: str
) -> None:
    with pytest.raises(error) as caught:
        ingest(real, shared_data / "bad" / file, named)
    assert cause in caught.value.message
    assert named in caught.value.message
    assert real.keys() == []


def test_a_last_row_that_is_cut_is_set_aside(real: Bench, shared_data: Path) -> None:
    path = shared_data / "bad/last_row_cut_yellow_tripdata_2021-01.csv"
    said = ingest(real, path, "yellow_tripdata_2021-01.csv").provenance
    assert (said.rows_read, said.rows_rejected) == (22_793, 1)
    aside = real.table("quarantine/yellow/yellow_tripdata_2021-01.parquet").to_pylist()
    assert [(r["source_row"], r["reason"], r["line"]) for r in aside] == [
        (22_792, "too few fields", "1,2021-0")
    ]


def test_a_yellow_file_named_fhv_is_refused(real: Bench, shared_data: Path) -> None:
    path = shared_data / "archive/yellow/yellow_tripdata_2017-01.csv"
    with pytest.raises(ContractViolation, match="is not a fhv file"):
        ingest(real, path, "fhv_tripdata_2017-01.csv")


def test_mixed_field_counts_are_all_accounted_for(real: Bench, shared_data: Path, tmp_path: Path) -> None:
    patient = Bench(real.folder, tmp_path / "patient", rejected_share=1)
    path = shared_data / "bad/mixed_field_counts_green.csv"
    said = ingest(patient, path, "green_tripdata_2013-08.csv").provenance
    headers, *rows = [r for r in csv.reader(path.open(newline="")) if r]
    fits = [r for r in rows if len(r) >= len(headers) and not any(r[len(headers) :])]
    assert said.rows_read == len(rows) and said.is_consistent
    assert said.rows_written == len(fits)
    assert said.surplus_fields_trimmed == sum(len(r) - len(headers) for r in fits)


def test_the_slow_way_reads_what_the_fast_way_reads(shared_data: Path, real: Bench) -> None:
    """Each text column of a real file converted value by value equals what pyarrow parsed."""
    path = shared_data / "datatalksclub/yellow/yellow_tripdata_2021-01.csv.gz"
    table = real.table(ingest(real, path).key)
    headers, *rows = data_rows(path)
    import pyarrow as pa

    for place, header in enumerate(headers):
        column = get_dataset("yellow").find_column(header)
        texts = pa.array([row[place].encode() for row in rows], pa.binary())
        values, refused = convert_values(texts, column.kind, column.codes)
        assert not refused and values.equals(table[column.name].combine_chunks()), normalise(header)
