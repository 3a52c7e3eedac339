"""Two versions of an object: what differs, and what that is told from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from lakeside.datasets.green import GREEN
from lakeside.errors import BadFile
from lakeside.lake.lake import Lake
from lakeside.lake.version_compare import Basis, ColumnState, VersionDifference, compare_versions
from lakeside.month import Month
from lakeside.settings import Settings
from tests.builders import build_provenance, build_rows, write_object

KEY = "data/any.parquet"
ROWS = build_rows(GREEN, Month(2024, 1), 50)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(Settings(lake_url=str(tmp_path)))


def compare(lake: Lake, old: pa.Table, new: pa.Table, carried: bool = True) -> VersionDifference:
    for table in (old, new):
        provenance = build_provenance(GREEN, Month(2024, 1), table) if carried else None
        write_object(lake, KEY, table, provenance)
    after, before = lake.list_versions(KEY).versions[:2]
    return compare_versions(lake, before, after)


def test_a_version_with_the_same_rows_is_equal(lake: Lake) -> None:
    found = compare(lake, ROWS, ROWS)
    assert found.is_equal
    assert found.same_content
    assert {column.basis for column in found.columns} == {Basis.PROVENANCE}


def test_a_sum_that_changed_shows_although_range_and_count_are_the_same(lake: Lake) -> None:
    old = pa.table({"fare_amount": [1.0, 2.0, 9.0]})
    new = pa.table({"fare_amount": [1.0, 3.0, 9.0]})
    exact = compare(lake, old, new).columns[0]
    assert (exact.state, exact.basis) == (ColumnState.CHANGED, Basis.PROVENANCE)
    assert [(c.name, c.old, c.new) for c in exact.changes] == [("sum", "12000000", "13000000")]
    bounds = compare(lake, old, new, carried=False)
    assert (bounds.columns[0].basis, bounds.same_content, bounds.is_equal) == (Basis.STATISTICS, None, True)


def test_without_provenance_the_parquet_statistics_are_compared(lake: Lake) -> None:
    old = pa.table({"n": [1, None, 3], "t": ["a", "b", "c"]})
    new = pa.table({"n": [1, 2, 30], "t": ["a", "b", "c"]})
    found = compare(lake, old, new, carried=False)
    number, text = found.columns
    assert [(c.name, c.old, c.new) for c in number.changes] == [("nulls", 1, 0), ("max", 3, 30)]
    assert (text.state, text.basis) == (ColumnState.SAME, Basis.STATISTICS)


def test_columns_that_came_went_moved_changed_type_or_case(lake: Lake) -> None:
    old = pa.table({"a": [1], "gone": [1], "Fee": [1.0], "typed": [1]})
    new = pa.table({"typed": ["1"], "a": [1], "fee": [1.0], "new": [1]})
    found = compare(lake, old, new, carried=False)
    told = {c.name: (c.state, c.old_type, c.new_type, c.renamed_from) for c in found.columns}
    assert told == {
        "typed": (ColumnState.CHANGED, "int64", "string", None),
        "a": (ColumnState.SAME, "int64", "int64", None),
        "fee": (ColumnState.CHANGED, "double", "double", "Fee"),
        "new": (ColumnState.ADDED, None, "int64", None),
        "gone": (ColumnState.REMOVED, "int64", None, None),
    }
    assert found.moved


def test_nested_columns_are_compared_by_type_only(lake: Lake) -> None:
    found = compare(lake, pa.table({"l": [[1]]}), pa.table({"l": [[2]]}), carried=False)
    assert (found.columns[0].state, found.columns[0].basis) == (ColumnState.SAME, Basis.NOTHING)


def test_a_version_that_cannot_be_read_is_named(lake: Lake) -> None:
    write_object(lake, KEY, ROWS, None)
    with lake.open_writer(KEY) as file:
        file.write(b"no parquet")
    after, before = lake.list_versions(KEY).versions
    with pytest.raises(BadFile, match=r"any\.parquet"):
        compare_versions(lake, before, after)
