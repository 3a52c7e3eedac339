"""Choosing objects by name and order, and how many rows they have, within limits."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import SettingsError
from lakeside.lake.browse import browse
from lakeside.lake.find import Sort, Wanted, as_folder, gather_folders
from lakeside.lake.keys import check_prefix
from lakeside.lake.lake import Lake
from lakeside.lake.name_pattern import compile_words
from lakeside.lake.objects import LakeObject
from lakeside.settings import LimitSettings, Settings

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = "data/green/green_tripdata_2020-10.parquet"


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("", True),
        ("  ", True),
        ("2020-10", True),
        ("GREEN_Trip", True),
        ("data/green", True),
        ("yellow", False),
        ("*2020-1?*", True),
        ("*_2020-1[01].parquet", True),
        ("*_2020-1[!0].parquet", False),
        ("green_*", True),
        ("green_", True),
        ("tripdata*", False),
        ("data/*.parquet", False),
        ("data/*/*.parquet", True),
        ("data/**", True),
        ("data/**/*.parquet", True),
        ("**/green_*", True),
        ("**/green/**/*.parquet", True),
        ("**/*.csv", False),
        ("/data/*/*", True),
        ("[", False),
    ],
)
def test_words_and_globs(words: str, fits: bool) -> None:
    assert compile_words(words)(KEY) is fits


def test_a_glob_meant_to_be_slow_is_not() -> None:
    """Naive backtracking would take longer than the universe has; this takes well under a second."""
    key = "a" * 200 + "/" + "a" * 200
    for words in ("*a" * 100 + "b", "**/" * 60 + "*b", "a*/" + "*a" * 80 + "b"):
        assert not compile_words(words)(key)


def test_folders_carry_what_lies_below_them() -> None:
    objects = [
        LakeObject("a/b/one", 1, NOW - timedelta(days=1), "1"),
        LakeObject("a/b/two", 2, NOW, "1"),
        LakeObject("a/c", 4, NOW, "1"),
    ]
    (folder,) = gather_folders("a/", objects)
    assert (folder.prefix, folder.objects, folder.size_bytes, folder.modified_at) == ("a/b/", 2, 3, NOW)
    assert as_folder("a", objects) == "a/"
    assert as_folder("a/b", objects) == "a/b"  # a/c begins so not, but neither does it with a/b/


def test_a_prefix_stays_inside_the_lake() -> None:
    assert check_prefix("data/gr") == "data/gr"
    with pytest.raises(SettingsError, match="climbs"):
        check_prefix("../etc/")


def make_lake(objects: int, **limits: float) -> Lake:
    settings = Settings(lake_url=f"memory://{uuid.uuid4().hex}", limits=LimitSettings.model_validate(limits))
    lake = Lake.open(settings)
    for number in range(objects):
        with lake.open_writer(f"n{number}.parquet") as file:
            pq.write_table(pa.table({"n": range((number * 7) % objects)}), file)
    return lake


def test_objects_in_order_of_rows_over_the_whole_listing() -> None:
    lake = make_lake(5)
    with lake.open_writer("notes.txt") as file:
        file.write(b"hello")
    found = browse(lake, "", 3, Wanted(sort=Sort.ROWS, descending=True))
    assert [f.footer.rows for f in found.objects if f.footer] == [4, 3, 2]
    assert (found.objects_listed, found.objects_found, found.truncated) == (6, 6, True)
    assert (found.counts.asked, found.counts.looked_at, found.counts.limit) == (5, 5, None)
    assert [f.object.key for f in browse(lake, "", 10, Wanted(".txt")).objects] == ["notes.txt"]


def test_counting_rows_stops_at_its_number_and_says_so() -> None:
    lake = make_lake(5, counted_footers=3)
    found = browse(lake, "", 10, Wanted(sort=Sort.ROWS))
    assert (found.counts.asked, found.counts.looked_at, found.counts.limit) == (5, 3, "number")
    assert [f.object.key for f in found.objects][-2:] == ["n3.parquet", "n4.parquet"]


def test_counting_rows_stops_at_its_seconds_and_says_so() -> None:
    lake = make_lake(3, counting_seconds=1e-12)
    counts = lake.count_rows(lake.list_objects().objects)
    assert (counts.looked_at, counts.limit) == (0, "seconds")


def test_a_write_changes_the_mark_that_listings_are_kept_under(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, lake_url=str(tmp_path / "lake"))
    lake, other = Lake.open(settings), Lake.open(settings)
    marks = [other.read_change_mark()]
    with lake.open_writer("a") as file:
        file.write(b"1")
        marks.append(other.read_change_mark())
    marks.append(other.read_change_mark())
    lake.remove_object("a")
    marks.append(other.read_change_mark())
    assert marks[0] == marks[1] == ""
    assert len(set(marks)) == 3


def test_a_home_that_is_not_there_is_not_made_for_a_mark(tmp_path: Path) -> None:
    lake = Lake.open(Settings(home=tmp_path / "none", lake_url=str(tmp_path / "lake")))
    with lake.open_writer("a") as file:
        file.write(b"1")
    assert lake.read_change_mark() == ""
    assert not (tmp_path / "none").exists()
