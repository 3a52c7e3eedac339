"""What the page of an object says of its schema."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.datasets.green import GREEN
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.lake.schema_facts import LeafType, ObjectSchema
from lakeside.lake.schema_verdict import AppendVerdict, judge_contract
from lakeside.month import Month
from lakeside.settings import Settings
from tests.ui.conftest import OpenPage, html_of
from ui.presenters.schema_presenter import (
    COLUMNS_A_PAGE,
    count_column_pages,
    present_append,
    present_columns,
)

NOTHING = ObjectSchema((), (), 0)


def test_columns_come_in_pages_with_their_verdicts() -> None:
    schema = pa.schema([(f"c{n}", pa.int64()) for n in range(COLUMNS_A_PAGE + 1)])
    assert count_column_pages(schema) == 2
    table = present_columns(schema, NOTHING, judge_contract(GREEN, schema), 2)
    assert table.rows[0][0].text == "c100"
    assert table.rows[0][1].look is not None
    assert len(present_columns(schema, NOTHING, None, 1).rows) == COLUMNS_A_PAGE


@pytest.mark.parametrize(
    ("logical", "words"),
    [
        ("Timestamp(isAdjustedToUTC=false, timeUnit=microseconds)", "microseconds, wall clock)"),
        ("Timestamp(isAdjustedToUTC=true, is_from_converted_type=false)", "int64 as Timestamp (UTC)"),
        ("Timestamp(isAdjustedToUTC=true, timeUnit=nanoseconds)", "int64 as Timestamp (nanoseconds, UTC)"),
        ("Int(bitWidth=8, isSigned=false)", "int64 as Int (bitWidth 8, isSigned false)"),
        ("String", "int64 as String"),
        ("", "int64"),
    ],
)
def test_the_types_in_the_file_are_told_shortly(logical: str, words: str) -> None:
    facts = ObjectSchema((LeafType("a", "INT64", logical),), (), 0)
    table = present_columns(pa.schema([("a", pa.int64())]), facts, None, 1)
    assert words in table.rows[0][2].text


def test_long_reasons_and_names_are_cut_with_their_number() -> None:
    verdict = AppendVerdict("green", False, [f"reason {n}" for n in range(20)], [f"c{n}" for n in range(20)])
    answer = present_append(verdict, "green")
    assert answer.look.word == "no"
    assert answer.reasons[-2:] == [
        "And 12 reasons more.",
        "The table does not have: c0, c1, c2, c3, c4, c5, c6, c7 and 12 more.",
    ]
    assert present_append(None, "green").look.word == "yes"


def test_our_own_month_matches_and_appends(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=data_key("green", Month(2024, 1)), tab="schema")
    drawn = html_of(app)
    assert "Every column is the contract&#x27;s, by name and type." in drawn
    assert "It would." in drawn
    assert "int64 as Timestamp (microseconds, wall clock)" in drawn
    assert "Lakeside&#x27;s provenance: see Origin" in drawn
    app.selectbox(key="choice_as").set_value("yellow").run()
    assert app.query_params["as"] == "yellow"
    assert "not a yellow file" in html_of(app)


def test_a_strangers_file_is_shown_inert(home: Path, open_page: OpenPage) -> None:
    lake = Lake.open(Settings(home=home))
    table = pa.table({"<b>x</b>": [1]}).replace_schema_metadata({"k": "<script>alert(1)</script>"})
    with lake.open_writer("swamp/x.parquet") as file:
        pq.write_table(table, file)
    app = open_page(home, "lake", object="swamp/x.parquet", tab="schema")
    drawn = html_of(app)
    assert "<script>alert" not in drawn
    assert "<b>x" not in drawn
    assert "&lt;script&gt;alert(1)" in drawn
    assert app.selectbox(key="choice_as").value == "no contract"
