"""`lakeside profile`: right numbers, each saying what it rests on, for files of any make."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.cli.conftest import Lakeside

ROWS = 2000
START = datetime(2020, 10, 1, tzinfo=UTC)
TABLE = pa.table(
    {
        "n": range(ROWS),
        "few": [None if i % 4 == 0 else i % 3 for i in range(ROWS)],
        "text": [f"{i % 500:03d}" for i in range(ROWS)],
        "float": [float("nan") if i < 100 else i / 2 for i in range(ROWS)],
        "price": pa.array([Decimal(i) / 4 for i in range(ROWS)], pa.decimal128(20, 2)),
        "day": [date(2020, 10, 1) + timedelta(days=i % 100) for i in range(ROWS)],
        "at": pa.array([START + timedelta(hours=i) for i in range(ROWS)], pa.timestamp("us", "UTC")),
        "at ns": pa.array(range(ROWS), pa.timestamp("ns", "UTC")),
        'odd "name".x': pa.array(["a"] * ROWS).dictionary_encode(),
        "list": [[1]] * ROWS,
        "raw": [b"\xff"] * ROWS,
        "half": pa.array([1.5] * ROWS, pa.float16()),
        "far": pa.array([2**62] * ROWS, pa.timestamp("us")),
        "nothing": pa.nulls(ROWS),
        "lasts": pa.array(range(ROWS), pa.duration("us")),
    }
)


@pytest.fixture
def lake(home: Path) -> Path:
    """A folder lake with one file that Lakeside did not write."""
    folder = home / "lake"
    folder.mkdir(parents=True)
    pq.write_table(TABLE, folder / "foreign.parquet", row_group_size=200)
    return folder


def read_columns(lakeside: Lakeside, *arguments: str) -> dict[str, dict[str, Any]]:
    answer = lakeside("profile", "foreign.parquet", "--json", *arguments)
    assert (answer.code, answer.stderr) == (0, "")
    return {column["name"]: column for column in answer.document["columns"]}


def values(column: dict[str, Any]) -> dict[str, Any]:
    return {name: figure["value"] for name, figure in column["figures"].items()}


def test_every_column_of_every_type(lakeside: Lakeside, lake: Path) -> None:
    columns = read_columns(lakeside)
    assert list(columns) == TABLE.column_names
    for name, column in columns.items():
        assert column["reason"] is None or name == "half", (name, column["reason"])
        assert values(column).get("nulls") == TABLE.column(name).null_count
    n = values(columns["n"])
    assert (n["min"], n["max"], n["null_share"]) == (0, ROWS - 1, 0)
    assert n["q50"] == pytest.approx(ROWS / 2, rel=0.05)
    assert n["distinct"] == pytest.approx(ROWS, rel=0.1)
    bars = columns["n"]["bars"]
    assert (bars["kind"], len(bars["bars"])) == ("histogram", 20)
    assert sum(bar["count"] for bar in bars["bars"]) + bars["below"] + bars["above"] == ROWS
    few = columns["few"]
    assert (few["figures"]["nulls"]["value"], few["bars"]["kind"]) == (500, "top")
    assert sum(bar["count"] for bar in few["bars"]["bars"]) == 1500
    assert values(columns["float"])["nans"] == 100
    assert (values(columns["float"])["min"], values(columns["float"])["max"]) == (50, (ROWS - 1) / 2)
    assert (values(columns["price"])["min"], values(columns["price"])["max"]) == ("0", "499.75")
    assert values(columns["day"])["q01"].startswith("2020-10-0")
    assert values(columns["at"])["max"] == (START + timedelta(hours=ROWS - 1)).isoformat()
    assert values(columns["at ns"])["max"].endswith("000001999+00:00")
    assert columns["text"]["bars"]["others"] == ROWS - 40
    assert "Not measured" in columns["half"]["reason"]


def test_every_number_says_what_it_rests_on(lakeside: Lakeside, lake: Path) -> None:
    footer = read_columns(lakeside, "--footer")
    assert {f["basis"] for c in footer.values() for f in c["figures"].values()} == {"footer"}
    assert values(footer["n"]) == {"nulls": 0, "min": 0, "max": ROWS - 1, "null_share": 0}
    assert footer["n"]["rows_measured"] == 0
    exact = read_columns(lakeside, "--column", "n")["n"]
    assert {f["basis"] for f in exact["figures"].values()} == {"exact"}
    assert [n for n, f in exact["figures"].items() if f["approximate"]][:2] == ["distinct", "q01"]


def test_a_large_column_is_sampled(lakeside: Lakeside, lake: Path, environment: pytest.MonkeyPatch) -> None:
    size = read_columns(lakeside, "--footer")["n"]["compressed_bytes"]
    environment.setenv("LAKESIDE_LIMITS__PROFILE_MEGABYTES", str(size * 0.45 / 1e6))
    n = read_columns(lakeside, "--column", "n")["n"]
    assert 0 < n["rows_measured"] <= ROWS // 2
    basis = {name: figure["basis"] for name, figure in n["figures"].items()}
    assert (basis["max"], basis["nulls"], basis["distinct"], basis["q50"]) == (
        "footer",
        "footer",
        "sample",
        "sample",
    )
    assert n["bars"]["basis"] == "sample"
    environment.setenv("LAKESIDE_LIMITS__PROFILE_MEGABYTES", "0.000001")
    assert "more than the limit" in read_columns(lakeside, "--column", "n")["n"]["reason"]


def test_limits_of_columns_and_seconds(
    lakeside: Lakeside, lake: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("LAKESIDE_LIMITS__PROFILE_COLUMNS", "1")
    columns = read_columns(lakeside)
    assert columns["n"]["reason"] is None
    assert "1 columns were" in columns["few"]["reason"]
    assert values(columns["few"])["nulls"] == 500
    environment.setenv("LAKESIDE_LIMITS__PROFILE_SECONDS", "0.000001")
    assert "used up" in read_columns(lakeside)["n"]["reason"]


def test_people_see_a_table_and_bars(lakeside: Lakeside, lake: Path) -> None:
    text = lakeside("profile", "foreign.parquet", "--column", "few").stdout
    assert "Rows: 2,000; row groups: 10" in text
    assert "█" in text


def test_files_that_are_empty_wide_or_ambiguous(lakeside: Lakeside, lake: Path) -> None:
    pq.write_table(TABLE.slice(0, 0), lake / "foreign.parquet")
    assert all(column["figures"].get("max") is None for column in read_columns(lakeside).values())
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    pq.write_table(twice, lake / "foreign.parquet")
    assert "2 columns have this name" in lakeside("profile", "foreign.parquet").stdout
    wide = pa.table({f"c{i}": [i] for i in range(5000)})
    pq.write_table(wide, lake / "foreign.parquet")
    assert len(read_columns(lakeside, "--footer")) == 5000


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["nothing"], 1, "NotFound"),
        (["foreign.parquet", "--column", "fare"], 1, "NotFound"),
        (["empty"], 1, "BadFile"),
    ],
)
def test_what_cannot_be_profiled(
    lakeside: Lakeside, lake: Path, arguments: list[str], code: int, kind: str
) -> None:
    (lake / "empty").write_bytes(b"")
    answer = lakeside("profile", *arguments, "--json")
    assert (answer.code, answer.document["error"]["kind"]) == (code, kind)


def test_damaged_pages_are_a_reason(lakeside: Lakeside, lake: Path) -> None:
    content = bytearray((lake / "foreign.parquet").read_bytes())
    content[4:3000] = b"\xff" * 2996
    (lake / "foreign.parquet").write_bytes(bytes(content))
    column = read_columns(lakeside, "--column", "n")["n"]
    assert "Not measured" in column["reason"]
    assert values(column)["max"] == ROWS - 1
