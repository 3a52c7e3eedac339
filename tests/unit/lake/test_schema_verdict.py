"""What contracts and tables say to the columns of an object, and what its footer holds besides."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.datasets import get_dataset, list_datasets
from lakeside.datasets.green import GREEN
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.schema_facts import MAXIMUM_NOTES, NOTE_CHARACTERS
from lakeside.lake.schema_verdict import ColumnFit, choose_dataset, judge_append, judge_contract
from lakeside.month import Month
from lakeside.settings import Settings
from tests.builders import build_provenance, build_rows

SCHEMA = GREEN.arrow_schema()
TABLE = [(column.name, column.kind.bigquery_type) for column in GREEN.columns]


def replace(name: str, field: pa.Field) -> pa.Schema:
    return SCHEMA.set(SCHEMA.names.index(name), field)


def test_a_conformed_schema_matches_and_appends() -> None:
    verdict = judge_contract(GREEN, SCHEMA)
    assert (verdict.matches, verdict.refusal, list(verdict.missing)) == (True, None, [])
    append = judge_append(SCHEMA, "green", TABLE)
    assert (append.appends, list(append.reasons), list(append.adds)) == (True, [], [])


@pytest.mark.parametrize(
    ("name", "field", "fit", "words", "appends"),
    [
        ("trip_type", pa.field("Trip_type ", pa.int64()), ColumnFit.RENAMED, "calls it trip_type", True),
        ("VendorID", pa.field("vendorid", pa.int64()), ColumnFit.RENAMED, "calls it VendorID", True),
        ("VendorID", pa.field("VendorID", pa.float64()), ColumnFit.RETYPED, "loads as FLOAT64", False),
        ("ehail_fee", pa.field("ehail_fee", pa.null()), ColumnFit.MATCHES, "", True),
        ("VendorID", pa.field("VendorID", pa.int32()), ColumnFit.MATCHES, "", True),
        ("ehail_fee", pa.field("new", pa.int64()), ColumnFit.OUTSIDE, "does not know it", True),
    ],
)
def test_each_column_is_judged_in_words(
    name: str, field: pa.Field, fit: ColumnFit, words: str, appends: bool
) -> None:
    schema = replace(name, field)
    column = judge_contract(GREEN, schema).columns[SCHEMA.names.index(name)]
    assert (column.fit, words in column.words) == (fit, True)
    assert judge_append(schema, "green", TABLE).appends == appends


def test_what_the_table_lacks_is_added_and_what_it_needs_is_missed() -> None:
    extra = SCHEMA.append(pa.field("tip", pa.int64()))
    assert list(judge_append(extra, "green", TABLE).adds) == ["tip"]
    bare = pa.schema([field for field in SCHEMA if not field.name.startswith("source_")])
    append = judge_append(bare, "green", TABLE)
    assert not append.appends
    assert "lacks source_month and source_row" in append.reasons[-1]
    assert not judge_contract(GREEN, bare).matches


def test_names_that_differ_by_case_only_and_parameters_of_types() -> None:
    twice = pa.schema([("Fee", pa.int64()), ("fee", pa.int64())])
    assert "2 of its columns are called fee" in judge_append(twice, "t", [("fee", "INT64")]).reasons[0]
    schema = pa.schema([("d", pa.decimal128(10, 2)), ("l", pa.list_(pa.int64()))])
    assert judge_append(schema, "t", [("D", "NUMERIC(10, 2)"), ("L", "ARRAY<INT64>")]).appends


def test_another_datasets_file_is_refused_with_the_reason() -> None:
    verdict = judge_contract(GREEN, get_dataset("fhv").arrow_schema())
    assert not verdict.matches
    assert "not a green file" in (verdict.refusal or "")


@pytest.mark.parametrize("dataset", list_datasets(), ids=lambda d: d.name)
def test_whose_rows_they_are_is_told_by_their_columns(dataset: type) -> None:
    found = LakeObject("swamp/x.parquet", 1, datetime.now(UTC), "1")
    schema = dataset.arrow_schema()  # type: ignore[attr-defined]
    assert choose_dataset(found, Footer(1, 1, schema, None, "", 1), list_datasets()) is dataset


def test_whose_rows_they_are_is_told_by_provenance_and_place_first() -> None:
    rows = build_rows(GREEN, Month(2024, 1), 3)
    footer = Footer(3, 1, pa.schema([("x", pa.int64())]), None, "", 1)
    nowhere = LakeObject("swamp/x.parquet", 1, datetime.now(UTC), "1")
    assert choose_dataset(nowhere, footer, list_datasets()) is None
    placed = LakeObject("data/green/…", 1, datetime.now(UTC), "1", "green", Month(2024, 1))
    assert choose_dataset(placed, footer, list_datasets()) is GREEN
    carried = Footer(3, 1, footer.schema, build_provenance(GREEN, Month(2024, 1), rows), "", 1)
    assert choose_dataset(nowhere, carried, list_datasets()) is GREEN


def test_leaves_and_notes_are_read_as_they_are_and_bounded(tmp_path: Path) -> None:
    lake = Lake.open(Settings(lake_url=str(tmp_path)))
    notes = {
        "long": "x" * 5_000,
        b"binary": b"\x00\xff",
        b"cut": ("é" * 9_000).encode(),
        "lakeside.provenance": "{",
    }
    table = pa.table({"n": [1], "s": [{"a": 1, "b": ["x"]}], "dotted.name": [1.5]})
    with lake.open_writer("x.parquet") as file:
        pq.write_table(table.replace_schema_metadata(notes), file)
    schema = lake.read_schema(lake.get_object("x.parquet"))
    assert [(leaf.path, leaf.physical) for leaf in schema.list_leaves("s")] == [
        ("s.a", "INT64"),
        ("s.b.list.element", "BYTE_ARRAY"),
    ]
    assert [leaf.physical for leaf in schema.list_leaves("dotted.name")] == ["DOUBLE"]
    found = {note.key: note for note in schema.notes}
    assert (found["long"].text, found["long"].size_bytes) == ("x" * NOTE_CHARACTERS, 5_000)
    assert found["binary"].text is None
    assert found["cut"].text == "é" * NOTE_CHARACTERS
    assert "see Origin" in found["lakeside.provenance"].known
    many = {f"k{n}": "v" for n in range(MAXIMUM_NOTES + 10)}
    with lake.open_writer("x.parquet") as file:
        pq.write_table(table.replace_schema_metadata(many), file)
    schema = lake.read_schema(lake.get_object("x.parquet"))
    assert (len(schema.notes), schema.notes_in_all) == (MAXIMUM_NOTES, MAXIMUM_NOTES + 11)
