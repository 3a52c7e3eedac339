"""`lakeside preview`: pages, columns, conditions, and every object that is not what it should be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.cli.conftest import Lakeside


@pytest.fixture
def lake(home: Path) -> Path:
    """A folder lake with one small file that Lakeside did not write."""
    folder = home / "lake"
    folder.mkdir(parents=True)
    table = pa.table(
        {
            "n": range(1000),
            "odd, name": pa.array([Decimal("12345678901234567890123456789012.345678")] * 1000),
            "at": pa.array(range(1000), pa.timestamp("ns", "UTC")),
            "list": [[1, None]] * 1000,
            "raw": [b"\x00\xff"] * 1000,
            "float": [float("nan")] * 1000,
        }
    )
    pq.write_table(table, folder / "foreign.parquet", row_group_size=100)
    return folder


def test_a_page(lakeside: Lakeside, lake: Path) -> None:
    document = lakeside("preview", "foreign.parquet", "--offset", "250", "--limit", "2", "--json").document
    assert document["rows"][0] == {
        "n": 250,
        "odd, name": "12345678901234567890123456789012.345678",
        "at": "1970-01-01T00:00:00.000000250+00:00",
        "list": [1, None],
        "raw": "00ff",
        "float": None,
    }
    assert document["columns"] == list(document["rows"][0])
    assert document["types"][2] == "timestamp[ns, tz=UTC]"
    assert (document["total_rows"], document["truncated"], document["limit_met"]) == (1000, True, None)
    assert document["row_groups_read"] == [2]
    assert document["bytes_read"] > 0


def test_columns_and_condition(lakeside: Lakeside, lake: Path) -> None:
    path = str(lake / "foreign.parquet")
    answer = lakeside("preview", path, "--columns", 'n,"odd, name"', "--where", "n >= 998", "--json")
    document = answer.document
    assert [row["n"] for row in document["rows"]] == [998, 999]
    assert document["columns"] == ["n", "odd, name"]
    assert (document["row_groups_read"], document["row_groups_skipped"]) == ([9], 9)
    assert (document["rows_examined"], document["rows_matching"]) == (100, 2)
    text = lakeside("preview", path, "--where", "n >= 998").stdout
    assert "rows 0 to 1 of 2 that match; looked at 100 of 1,000 rows" in text
    assert "no rows of 0 that match" in lakeside("preview", path, "--where", "n < 0").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (["nothing"], 1, "NotFound"),
        (["../x"], 2, "SettingsError"),
        (["foreign.parquet", "--columns", "fare"], 1, "NotFound"),
        (["foreign.parquet", "--where", "abs(n) = 1"], 2, "QueryRejected"),
        (["empty"], 1, "BadFile"),
        (["trips.csv"], 1, "BadFile"),
        (["cut.parquet"], 1, "BadFile"),
    ],
)
def test_what_cannot_be_shown(
    lakeside: Lakeside, lake: Path, arguments: list[str], code: int, kind: str
) -> None:
    (lake / "empty").write_bytes(b"")
    (lake / "trips.csv").write_bytes(b"a,b\n1,2\n")
    (lake / "cut.parquet").write_bytes((lake / "foreign.parquet").read_bytes()[:900])
    answer = lakeside("preview", *arguments, "--json")
    assert (answer.code, answer.document["error"]["kind"]) == (code, kind)
    assert "Traceback" not in answer.stderr


def test_what_is_not_parquet_says_what_it_is(lakeside: Lakeside, lake: Path) -> None:
    for name, content, word in (
        ("t.csv", b"a,b\n1,2\n", "csv"),
        ("e", b"", "empty"),
        ("p", b"<html>", "html"),
    ):
        (lake / name).write_bytes(content)
        for verb in ("preview", "profile"):
            message = lakeside(verb, name, "--json").document["error"]["message"]
            assert message == f"{lake / name} is {word}, not parquet."


def test_many_columns(lakeside: Lakeside, lake: Path) -> None:
    pq.write_table(pa.table({f"column {i}": [i] for i in range(3000)}), lake / "wide.parquet")
    document = lakeside("preview", "wide.parquet", "--where", "`column 2999` = 2999", "--json").document
    assert len(document["columns"]) == 3000
    assert document["rows"][0]["column 7"] == 7


def test_an_order_and_what_it_will_read(lakeside: Lakeside, lake: Path) -> None:
    document = lakeside("preview", "foreign.parquet", "--sort=-n", "--limit", "2", "--json").document
    assert [row["n"] for row in document["rows"]] == document["row_numbers"] == [999, 998]
    plan = lakeside("preview", "foreign.parquet", "--where", "n < 150", "--plan", "--json").document
    assert (plan["row_groups"], plan["total_row_groups"], plan["first_columns"]) == ([0, 1], 10, ["n"])
    said = lakeside("preview", "foreign.parquet", "--where", "n < 150", "--plan").stdout
    assert said.startswith("2 of 10 row groups (200 of 1,000 rows); first n, at most ")
    refused = lakeside("preview", "foreign.parquet", "--sort", "list")
    assert refused.code != 0
    assert "have no order" in refused.stderr


def test_rows_are_saved_as_a_file(lakeside: Lakeside, lake: Path, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    chosen = ("foreign.parquet", str(target), "--columns", "n", "--where", "n >= 998")
    document = lakeside("export", *chosen, "--json").document
    assert document == {"file": str(target), "rows": 2, "size_bytes": 12, "limit_met": None}
    assert target.read_text() == '"n"\n998\n999\n'
    assert "2 rows, 12 B" in lakeside("export", *chosen).stdout
    assert "names no kind of file" in lakeside("export", "foreign.parquet", str(tmp_path / "x.xls")).stderr
    assert "cannot be written" in lakeside("export", "foreign.parquet", str(tmp_path / "no" / "x.csv")).stderr


def test_a_file_of_rows_is_cut_at_its_limit(
    lakeside: Lakeside, lake: Path, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("LAKESIDE_LIMITS__DOWNLOAD_ROWS", "10")
    target = tmp_path / "rows.parquet"
    assert "Stopped at the limit of rows" in lakeside("export", "foreign.parquet", str(target)).stdout
    assert pq.read_metadata(target).num_rows == 10
