"""Rows as a file: the same rows as a preview's, guarded in CSV, and cut at limits that are named."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import LimitExceeded, NotFound, QueryRejected
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Export, Format, RowsWanted
from lakeside.settings import LimitSettings, Settings

TABLE = pa.table(
    {
        "n": range(-3, 7),
        "text": ["=1+1", "+1", "-1", "@x", "\tx", "plain", 'a "b", c', "", None, "x=1"],
        "=name": pa.array([Decimal(n) / 4 for n in range(-5, 5)], pa.decimal128(5, 2)),
        "day": [date(2020, 10, 1)] * 10,
        "list": [[1, None]] * 10,
        "bytes": [b"\x00\xff"] * 10,
    }
)


def make_lake(table: pa.Table = TABLE, **limits: float) -> Lake:
    settings = Settings(lake_url=f"memory://{uuid.uuid4().hex}", limits=LimitSettings.model_validate(limits))
    lake = Lake.open(settings)
    with lake.open_writer("object") as file:
        pq.write_table(table, file, row_group_size=4)
    return lake


def read_lines(made: Export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.content.decode())))


def test_csv_has_the_rows_and_no_formulas() -> None:
    made = make_lake().export_rows("object", RowsWanted(), Format.CSV)
    head, *lines = read_lines(made)
    assert head == ["n", "text", "'=name", "day", "list", "bytes"]
    assert lines[0] == ["-3", "'=1+1", "-1.25", "2020-10-01", "[1, None]", "0x00ff"]
    assert [line[1] for line in lines] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "plain", 'a "b", c', "", "", "x=1",
    ]  # fmt: skip
    assert (made.rows, made.limit) == (10, None)


def test_parquet_has_exactly_the_rows_that_match() -> None:
    wanted = RowsWanted(("text", "n"), where="n >= 0 AND text IS NOT NULL")
    made = make_lake().export_rows("object", wanted, Format.PARQUET)
    expected = TABLE.slice(3).filter(pa.array([True] * 5 + [False, True])).select(["text", "n"])
    assert pq.read_table(io.BytesIO(made.content)).equals(expected)
    assert (made.rows, made.limit) == (6, None)


@pytest.mark.parametrize("where", [None, "n > -100"])
@pytest.mark.parametrize(("rows", "limit"), [(10, None), (9, "rows"), (3, "rows")])
def test_a_file_stops_at_the_limit_of_rows(where: str | None, rows: int, limit: str | None) -> None:
    made = make_lake(download_rows=rows).export_rows("object", RowsWanted(where=where), Format.CSV)
    assert (made.rows, made.limit, len(read_lines(made))) == (rows, limit, rows + 1)


def test_a_file_stops_at_the_limits_of_bytes_and_seconds() -> None:
    texts = pa.table({"text": [f"{n:0500d}" for n in range(5_000)]})
    for limits, name in (({"download_megabytes": 0.1}, "bytes"), ({"download_seconds": 1e-9}, "seconds")):
        made = make_lake(texts, **limits).export_rows("object", RowsWanted(), Format.CSV)
        assert made.limit == name
        assert 0 < made.rows < 5_000
        assert len(made.content) < 2_000_000


def test_nothing_that_matches_is_a_file_without_rows() -> None:
    made = make_lake().export_rows("object", RowsWanted(where="n > 100"), Format.CSV)
    assert (made.rows, len(read_lines(made))) == (0, 1)


def test_what_cannot_be_chosen_is_refused() -> None:
    lake = make_lake()
    with pytest.raises(QueryRejected):
        lake.export_rows("object", RowsWanted(where="nowhere = 1"), Format.CSV)
    with pytest.raises(NotFound):
        lake.export_rows("object", RowsWanted(("nowhere",)), Format.CSV)


def test_a_whole_object_up_to_the_limit() -> None:
    lake = make_lake()
    assert pq.read_table(io.BytesIO(lake.read_whole("object"))).equals(TABLE)
    with pytest.raises(LimitExceeded, match="DOWNLOAD_MEGABYTES"):
        make_lake(download_megabytes=0.0001).read_whole("object")
