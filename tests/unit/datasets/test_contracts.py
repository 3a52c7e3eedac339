"""Every header era that TLC ever published meets its contract, and nothing else does."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakeside.datasets import Dataset, Kind, get_dataset, list_datasets
from lakeside.datasets.contract import normalise
from lakeside.errors import ContractViolation, NotFound
from lakeside.month import Month

NAMES = ["yellow", "green", "fhv", "fhvhv"]


def archive_headers(shared_data: Path) -> Iterator[tuple[str, Path, list[str]]]:
    for name in NAMES:
        for path in sorted((shared_data / "archive" / name).iterdir()):
            with path.open(newline="", encoding="utf-8") as file:
                yield name, path, next(csv.reader(file))


def catalogue(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "catalogue" / "tlc_parquet_files.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_names_are_known_and_others_refused() -> None:
    assert [d.name for d in list_datasets()] == NAMES
    assert get_dataset(" Green ").name == "green"
    with pytest.raises(NotFound, match="purple") as caught:
        get_dataset("purple")
    assert all(name in caught.value.hint for name in NAMES)


@pytest.mark.parametrize("dataset", list_datasets(), ids=NAMES)
def test_a_contract_is_whole(dataset: Dataset) -> None:
    names = [c.name for c in dataset.columns]
    assert names[-2:] == ["source_month", "source_row"]
    headers = [normalise(h) for c in dataset.columns for h in (c.name, *c.aliases)]
    assert len(headers) == len(set(headers)), "a header stands for two columns"
    mentioned = {n for group in dataset.required for n in group} | set(dataset.cluster_columns)
    assert mentioned | {dataset.pickup_column, dataset.dropoff_column} <= set(names)
    for column in dataset.columns:
        assert column.description.endswith("."), column.name
        unit = {Kind.MONEY: "US dollars", Kind.TIMESTAMP: "New York wall clock"}.get(column.kind)
        assert unit is None or unit in column.description, column.name


def test_every_archive_header_conforms_without_a_foreign_column(shared_data: Path) -> None:
    seen = 0
    for name, path, header in archive_headers(shared_data):
        dataset = get_dataset(name)
        dataset.check_headers(header, path.name)
        assert [h for h in header if dataset.find_column(h) is None] == [], path.name
        seen += 1
    assert seen > 100


def test_every_catalogued_parquet_conforms(shared_data: Path) -> None:
    rows = catalogue(shared_data)
    assert len(rows) == 487
    outside = set()
    for row in rows:
        dataset, header = get_dataset(row["kind"]), row["columns"].split(",")
        dataset.check_headers(header, row["file_name"])
        outside |= {h for h in header if dataset.find_column(h) is None}
        assert Month(int(row["year"]), int(row["month"])) >= dataset.first_month["tlc"]
    assert outside == {"__index_level_0__"}


def test_no_real_file_passes_as_another_dataset(shared_data: Path) -> None:
    headers = {(name, tuple(header)) for name, _, header in archive_headers(shared_data)}
    headers |= {(r["kind"], tuple(r["columns"].split(","))) for r in catalogue(shared_data)}
    for name, header in headers:
        for dataset in list_datasets():
            if dataset.name != name:
                with pytest.raises(ContractViolation):
                    dataset.check_headers(header, "file")


def test_five_of_twenty_columns_are_refused_by_name(shared_data: Path) -> None:
    path = shared_data / "bad" / "five_of_twenty_columns_green_tripdata_2022-01.parquet"
    with pytest.raises(ContractViolation, match=r"VendorID.*fare_amount") as caught:
        get_dataset("green").check_headers(pq.read_schema(path).names, path.name)
    assert path.name in caught.value.message


def test_two_names_for_one_column_are_refused() -> None:
    header = [c.name for c in get_dataset("fhv").columns[:-2]]
    with pytest.raises(ContractViolation, match="PUlocationID"):
        get_dataset("fhv").check_headers([*header, " pulocationid"], "file")


@pytest.mark.parametrize(
    ("column", "pattern"), [("payment_type", "yellow"), ("VendorID", "yellow"), ("payment_type", "green")]
)
def test_every_text_code_in_the_archive_maps(column: str, pattern: str, shared_data: Path) -> None:
    dataset = get_dataset(pattern)
    contract = dataset.find_column(column)
    assert contract is not None
    unmapped = set()
    for path in (shared_data / "archive" / pattern).iterdir():
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            place = next(i for i, h in enumerate(next(reader)) if dataset.find_column(h) == contract)
            values = {row[place].strip().casefold() for row in reader if row}
        unmapped |= {v for v in values if v and not v.isdigit() and v not in contract.codes}
    assert unmapped == set()
