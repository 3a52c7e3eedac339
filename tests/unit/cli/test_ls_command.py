"""`lakeside ls` on an empty, a filled and a broken lake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Lakeside

MONTH = "data/green/green_tripdata_2020-10.parquet"


@pytest.fixture
def lake(home: Path, lakeside: Lakeside) -> Path:
    """A lake with a sample month, a copy of it under a strange name, and objects that are no parquet."""
    assert lakeside("ingest", "green", "2020-10", "--source", "sample", "--no-load").code == 0
    folder = home / "lake"
    shutil.copy(folder / MONTH, folder / "data" / "a name ✓")
    (folder / "raw").mkdir()
    whole = (folder / MONTH).read_bytes()
    for name, content in {
        "cut.parquet": whole[:5000],
        "empty.parquet": b"",
        "page.parquet": b"<!DOCTYPE html><p>403",
        "trips.csv": b"a,b\n1,2\n3,4\n",
        "trips.csv.gz": b"\x1f\x8b\x08\x00",
        "notes": "Zürich\n".encode(),
        "bytes": b"\x00\x01\x02",
    }.items():
        (folder / "raw" / name).write_bytes(content)
    return folder


def test_an_empty_lake(lakeside: Lakeside) -> None:
    answer = lakeside("ls", "--json")
    assert (answer.code, answer.document["objects"], answer.document["truncated"]) == (0, [], False)
    assert "is empty" in lakeside("ls").stdout


def test_objects_say_what_they_are(lakeside: Lakeside, lake: Path) -> None:
    document = lakeside("ls", "--json").document
    assert [f["prefix"] for f in document["folders"]] == ["data/", "raw/"]
    assert [f["objects"] for f in document["folders"]] == [2, 7]
    rows = {row["key"]: row for row in document["objects"]}
    assert len(rows) == document["objects_listed"] == 9
    month = rows[MONTH]
    assert (month["rows"], month["dataset"], month["month"]) == (2000, "green", "2020-10")
    assert (month["source"], month["synthetic"], month["reason"]) == ("sample", True, None)
    assert month["size_bytes"] == (lake / MONTH).stat().st_size
    renamed = rows["data/a name ✓"]
    assert (renamed["content"], renamed["rows"], renamed["dataset"]) == ("parquet", 2000, None)
    contents = {
        key.removeprefix("raw/"): row["content"] for key, row in rows.items() if key.startswith("raw")
    }
    assert contents == {
        "bytes": "unknown",
        "cut.parquet": "parquet",
        "empty.parquet": "empty",
        "notes": "text",
        "page.parquet": "html",
        "trips.csv": "csv",
        "trips.csv.gz": "gzip",
    }
    assert "has no parquet footer" in rows["raw/cut.parquet"]["reason"]
    assert rows["raw/trips.csv"]["reason"] is None


def test_a_folder_is_a_prefix_with_and_without_slash(lakeside: Lakeside, lake: Path) -> None:
    for prefix in ("data/green", "data/green/", MONTH):
        document = lakeside("ls", prefix, "--json").document
        assert [row["key"] for row in document["objects"]] == [MONTH]
        assert document["folders"] == []
    (lake / "data" / "green-other").write_bytes(b"x")
    document = lakeside("ls", "data/green", "--json").document
    assert len(document["objects"]) == 2
    assert [f["prefix"] for f in document["folders"]] == ["data/green/"]


def test_a_cut_listing_is_honest(lakeside: Lakeside, lake: Path, environment: pytest.MonkeyPatch) -> None:
    answer = lakeside("ls", "--limit", "2", "--json")
    assert answer.document["truncated"]
    assert not answer.document["listing_cut"]
    assert lakeside("ls", "--limit", "2").stdout.endswith("first 2 of 9 objects\n")
    environment.setenv("LAKESIDE_LIMITS__LISTED_OBJECTS", "5")
    assert lakeside("ls", "--json").document["listing_cut"]
    assert lakeside("ls", "--limit", "2").stdout.endswith("first 2 of 5+ objects\n")


def test_people_see_reasons(lakeside: Lakeside, lake: Path) -> None:
    text = lakeside("ls").stdout
    assert "it is cut or not parquet" in text
    assert text.endswith("9 objects\n")
    assert "no object whose name begins with nowhere" in lakeside("ls", "nowhere").stdout


def test_a_prefix_outside_the_lake_is_misuse(lakeside: Lakeside) -> None:
    for prefix in ("../x/", "/etc/", "/"):
        answer = lakeside("ls", prefix, "--json")
        assert (answer.code, answer.document["error"]["kind"]) == (2, "SettingsError")


def test_objects_by_glob_and_in_order(lakeside: Lakeside, lake: Path) -> None:
    document = lakeside("ls", "--match", "raw/*.*", "--sort=-size", "--json").document
    keys = [row["key"] for row in document["objects"]]
    assert (keys[0], keys[-1]) == ("raw/cut.parquet", "raw/empty.parquet")
    assert (document["objects_found"], document["objects_listed"]) == (5, 9)
    by_rows = lakeside("ls", "--sort=-rows", "--json").document
    assert by_rows["objects"][0]["rows"] == 2000
    assert (by_rows["footers_counted"], by_rows["footers_left_out"]) == (4, 0)
    assert "None of 9 objects has a name that fits." in lakeside("ls", "--match", "nothing").stdout
    assert "is not an order" in lakeside("ls", "--sort", "colour").stderr


def test_an_order_by_rows_says_what_was_not_looked_at(
    lakeside: Lakeside, lake: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("LAKESIDE_LIMITS__COUNTED_FOOTERS", "1")
    assert "3 were not looked at (limit of number)" in lakeside("ls", "--sort", "rows").stdout
