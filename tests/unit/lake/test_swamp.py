"""Strangers' files through the readers: what can be shown is, as Arrow reads it here; the rest says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.apart.pool import ReaderPool
from lakeside.charts.spec import ChartSpec, Grain
from lakeside.errors import BadFile, LakesideError
from lakeside.lake.browse import describe_object, describe_objects
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, Format, RowsWanted
from lakeside.lake.plain import list_values
from lakeside.lake.where.values import Kind, kind_of
from lakeside.settings import LimitSettings, ReaderSettings, Settings
from lakeside.warehouse.lake_chart import chart_objects
from lakeside.warehouse.lake_profile import profile_object
from tests.swamp import fill_swamp

UNREADABLE = {
    "encrypted footer": ("encrypted parquet", "is an encrypted parquet file"),
    "footer of noise": ("parquet", "is cut, damaged or not parquet"),
    "no footer": ("parquet", "has no parquet footer"),
    "noise": ("unknown", "has no parquet footer"),
    "page": ("html", "has no parquet footer"),
    "table": ("csv", "has no parquet footer"),
    "zero bytes": ("empty", "is empty"),
}
PATIENT = LimitSettings(preview_seconds=600, profile_seconds=600)
ROWS = {"nested": 3, "types": 3, "odd names": 2, "wide": 2, "no rows": 0, "lie": 300}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("swamp")
    fill_swamp(home / "lake")
    return home


@pytest.fixture(scope="module")
def here(home: Path) -> Lake:
    return Lake.open(Settings(home=home, limits=PATIENT))


@pytest.fixture(scope="module")
def apart(home: Path) -> Iterator[Lake]:
    pool = ReaderPool(ReaderSettings(processes=1))
    yield Lake.open(Settings(home=home, limits=PATIENT), pool)
    pool.close()


def test_a_listing_says_what_each_is(here: Lake, apart: Lake) -> None:
    facts = {f.object.key: f for f in describe_objects(apart, apart.list_objects().objects)}
    assert facts == {f.object.key: f for f in describe_objects(here, here.list_objects().objects)}
    for name, (content, reason) in UNREADABLE.items():
        found = facts[f"{name}.parquet"]
        assert (found.content, found.footer) == (content, None)
        assert reason in (found.fault or "")
        assert describe_object(apart, found.object.key) == found
    for name, rows in ROWS.items():
        footer = facts[f"{name}.parquet"].footer
        assert footer is not None and footer.rows == rows
    disguised = facts["wrong extension.csv"].footer
    assert disguised is not None and disguised.rows == 3


@pytest.mark.parametrize("name", [*(f"{name}.parquet" for name in ROWS), "wrong extension.csv"])
def test_rows_are_shown_as_they_are(here: Lake, apart: Lake, name: str) -> None:
    page, expected = apart.preview_object(name), here.preview_object(name)
    assert page.rows.column_names == expected.rows.column_names
    for column, other in zip(page.rows.columns, expected.rows.columns, strict=True):
        assert list(map(repr, list_values(column))) == list(map(repr, list_values(other)))
    assert page.rows.num_rows == expected.rows.num_rows
    assert (page.bytes_read, page.row_groups_read) == (expected.bytes_read, expected.row_groups_read)


@pytest.mark.parametrize("name", UNREADABLE)
def test_the_reason_is_the_same_apart(here: Lake, apart: Lake, name: str) -> None:
    key = f"{name}.parquet"
    for lake in (here, apart):
        with pytest.raises(BadFile):
            lake.preview_object(key)
    said = [str(error_of(lake, key)) for lake in (here, apart)]
    assert said[0] == said[1]


def error_of(lake: Lake, key: str) -> LakesideError:
    with pytest.raises(LakesideError) as caught:
        lake.read_footer(key)
    return caught.value


def test_profiles_come_from_the_reader_too(here: Lake, apart: Lake) -> None:
    measured, expected = (profile_object(lake, "types.parquet", PATIENT) for lake in (apart, here))
    assert [(repr(c.figures), c.bars, c.reason) for c in measured.columns] == [
        (repr(c.figures), c.bars, c.reason) for c in expected.columns
    ]


def test_a_file_that_takes_too_much_memory_is_refused(home: Path) -> None:
    """A hundred megabytes of nothing are a few kilobytes of parquet."""
    table = pa.table({"x": pa.array([bytes(100 << 20)], pa.large_binary())})
    options = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
    pq.write_table(table, home / "lake" / "bomb.parquet", **options)
    pool = ReaderPool(ReaderSettings(processes=1, megabytes=100))
    lake = Lake.open(Settings(home=home), pool)
    with pytest.raises(BadFile, match=r"bomb\.parquet takes more memory to read than there is"):
        lake.preview_object("bomb.parquet")
    assert lake.preview_object("types.parquet").rows.num_rows == 3
    pool.close()
    (home / "lake" / "bomb.parquet").unlink()


def test_a_forged_provenance_is_no_way_around(
    home: Path, apart: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever an object says of itself, it is parsed in a reader: here nothing is left to parse it with."""
    monkeypatch.setattr(pq, "ParquetFile", None)
    monkeypatch.setattr(pq, "read_metadata", None)
    table = pa.table({"x": [1]}).replace_schema_metadata({"lakeside.provenance": '{"dataset": "green"}'})
    pq.write_table(table, home / "lake" / "forged.parquet")
    footer = apart.read_footer("forged.parquet")
    assert isinstance(footer, Footer) and footer.provenance_fault is not None
    assert apart.preview_object("forged.parquet").rows.num_rows == 1
    (home / "lake" / "forged.parquet").unlink()


def test_statistics_that_lie_hide_no_row(here: Lake, apart: Lake) -> None:
    for lake in (here, apart):
        page = lake.preview_object("lie.parquet", where="n >= 1000000000", limit=400)
        assert (page.rows_matching, page.row_groups_skipped) == (300, 0)
        assert page.rows.column("n").to_pylist() == list(range(10**9, 10**9 + 300))
        assert page.statistics_doubted == {
            "n": "has values outside the range its statistics give for row group 0"
        }
        assert lake.preview_object("lie.parquet", where="n < 99").rows_matching == 0


def test_statistics_that_hold_are_compared_once_and_used(home: Path, here: Lake) -> None:
    table = pa.table({"n": range(40_000), "t": [f"{n:05d}" for n in range(40_000)]})
    pq.write_table(table, home / "lake" / "honest.parquet", row_group_size=4_000, use_dictionary=False)
    first, second = (here.preview_object("honest.parquet", where="n = 39999 AND t > '1'") for _ in range(2))
    assert first.rows.equals(second.rows)
    assert first.row_groups_skipped == second.row_groups_skipped == 9
    assert first.statistics_doubted == second.statistics_doubted == {}
    assert second.bytes_read < first.bytes_read / 2
    small = Lake.open(Settings(home=home, limits=LimitSettings(preview_megabytes=0.5, preview_seconds=600)))
    page = small.preview_object("honest.parquet", where="t = '00001'")
    assert page.statistics_doubted == {"t": "is too large for its statistics to be checked"}
    assert page.row_groups_skipped == 0
    assert page.rows.num_rows == 1


def test_charts_and_profiles_do_not_believe_a_liar(apart: Lake) -> None:
    spec = ChartSpec(x="n", grain=Grain.VALUES, where="n >= 1000000000", most_values=5)
    assert chart_objects(apart, ["lie.parquet"], spec, PATIENT).marks.rows_drawn == 5
    (column,) = profile_object(apart, "lie.parquet", PATIENT).columns
    assert (column.figures["min"].value, column.figures["max"].value) == (10**9, 10**9 + 299)


def test_rows_plans_and_files_are_the_same_apart(here: Lake, apart: Lake) -> None:
    types = here.read_footer("types.parquet").schema
    plain = next(field.name for field in types if kind_of(field.type) is not Kind.OTHER)
    for wanted in (RowsWanted(limit=2), RowsWanted(sort=plain), RowsWanted(where=f"`{plain}` IS NULL")):
        one, other = (lake.preview_rows("types.parquet", wanted) for lake in (here, apart))
        assert one.rows.schema == other.rows.schema
        assert one.rows[plain].equals(other.rows[plain])  # all of them would not: NaN equals nothing
        assert list(one.row_numbers) == list(other.row_numbers)
        first, second = (lake.plan_rows("types.parquet", wanted) for lake in (here, apart))
        assert list(first.row_groups) == list(second.row_groups)
    made = [lake.export_rows("types.parquet", RowsWanted((plain,)), Format.CSV) for lake in (here, apart)]
    assert made[0] == made[1]
    assert made[0].rows == 3
