"""Rows to take along: CSV that no spreadsheet runs, and parquet that is the same table."""

from __future__ import annotations

import csv
import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.queries.downloads import write_csv, write_parquet


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_becomes_text(text: str) -> None:
    rows = list(
        csv.reader(io.StringIO(write_csv(pa.table({"a": [text], "=b": ["fine"]})).decode(), newline=""))
    )
    assert rows[0] == ["a", "'=b"]
    assert rows[1] == [f"'{text}", "fine"]


def test_values_that_are_no_text_stay_as_they_are() -> None:
    table = pa.table({"n": [-5, None], "x": [-1.5, 0.1], "d": [date(2020, 10, 1), None], "b": [b"\xff", b""]})
    lines = write_csv(table).decode().splitlines()
    assert lines == ["n,x,d,b", "-5,-1.5,2020-10-01,ff", ",0.1,,"]


def test_parquet_keeps_types() -> None:
    table = pa.table({"d": pa.array([date(2020, 10, 1)]), "s": ["=1"]})
    assert pq.read_table(io.BytesIO(write_parquet(table))).equals(table)
