"""Pages of rows: condition columns first, row numbers, order within bounds, and what a plan says before."""

from __future__ import annotations

import io
import random
import uuid
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeside.errors import LimitExceeded, NotFound, QueryRejected
from lakeside.lake.lake import Lake
from lakeside.lake.objects import RowsWanted
from lakeside.settings import LimitSettings, Settings

ROWS, GROUP = 4_000, 500
SEED = random.Random(4)
TABLE = pa.table(
    {
        "n": range(ROWS),
        "mixed": [SEED.randrange(100) for _ in range(ROWS)],
        "wide": [f"{SEED.getrandbits(400):x}" for _ in range(ROWS)],
        "odd name": [None if n % 7 == 0 else SEED.random() for n in range(ROWS)],
    }
)


def make_lake(table: pa.Table = TABLE, group_rows: int = GROUP, **limits: float) -> Lake:
    name = f"memory://{uuid.uuid4().hex}"
    lake = Lake.open(Settings(lake_url=name, limits=LimitSettings.model_validate(limits)))
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=group_rows, compression="none")
    with lake.open_writer("object") as file:
        file.write(sink.getvalue())
    return lake


def read(lake: Lake, **wanted: Any) -> Any:
    return lake.preview_rows("object", RowsWanted(**wanted))


def plan(lake: Lake, **wanted: Any) -> Any:
    return lake.plan_rows("object", RowsWanted(**wanted))


LAKE = make_lake()
DEEP_ROWS = 20_000
DEEP = [f"{SEED.getrandbits(2_400):x}" for _ in range(DEEP_ROWS)]


def test_a_page_knows_the_numbers_of_its_rows() -> None:
    assert list(read(LAKE, offset=498, limit=4).row_numbers) == [498, 499, 500, 501]
    page = read(LAKE, where="mixed = 3", offset=5, limit=10)
    assert page.rows["n"].to_pylist() == list(page.row_numbers)
    assert page.rows["mixed"].to_pylist() == [3] * 10


def test_columns_of_the_page_are_read_only_where_rows_match() -> None:
    everything = LAKE.get_object("object").size_bytes
    found = read(LAKE, where="n = 1234")
    assert found.rows.select(["n", "mixed", "wide"]).to_pylist() == [
        {name: TABLE[name][1234].as_py() for name in ("n", "mixed", "wide")}
    ]
    nothing = read(LAKE, where="mixed = 1000 OR wide = 'no'", columns=("wide", "n"))
    one = read(LAKE, where="`odd name` = 2.0")
    assert nothing.rows.num_rows == one.rows.num_rows == 0
    assert one.bytes_read < everything * 0.3  # `wide` is most of the object, and was not touched
    assert found.bytes_read < everything * 0.4  # a stranger's: all of `n` was compared with its statistics


def test_a_plan_says_what_a_place_will_cost() -> None:
    said = plan(LAKE, offset=990, limit=20, columns=("n", "wide"))
    done = read(LAKE, offset=990, limit=20, columns=("n", "wide"))
    assert tuple(said.row_groups) == done.row_groups_read == (1, 2)
    assert (said.total_row_groups, said.group_rows, said.total_rows) == (8, 1000, ROWS)
    sizes = [c.group_bytes for c in LAKE.read_figures("object").columns if c.name in ("n", "wide")]
    assert said.page_bytes_at_most == sum(size[1] + size[2] for size in sizes)
    assert said.page_bytes <= said.page_bytes_at_most
    assert said.first_columns == ()


def test_a_plan_says_what_a_condition_will_cost() -> None:
    said = plan(LAKE, where="n >= 3000 AND mixed = 3")
    sizes = {c.name: c.group_bytes for c in LAKE.read_figures("object").columns}
    assert list(said.row_groups) == [6, 7]
    assert said.first_columns == ["n", "mixed"]
    assert said.first_bytes == sum(sum(sizes[name][6:]) for name in ("n", "mixed"))
    assert said.page_bytes_at_most == sum(sum(sizes[name][6:]) for name in ("wide", "odd name"))
    for wanted in ({"where": "nowhere = 1"}, {"sort": "nowhere"}):
        with pytest.raises(QueryRejected, match="nowhere"):
            plan(LAKE, **wanted)
    with pytest.raises(NotFound, match="nowhere"):
        plan(LAKE, columns=("nowhere",))


@settings(max_examples=40, deadline=None)
@given(
    sort=st.sampled_from(TABLE.column_names),
    descending=st.booleans(),
    where=st.sampled_from([None, "n < 700", "mixed IN (1, 2, 3)", "`odd name` IS NULL", "n < 0"]),
    offset=st.integers(0, 300),
    limit=st.integers(1, 50),
)
def test_rows_in_order_are_those_of_python(
    sort: str, descending: bool, where: str | None, offset: int, limit: int
) -> None:
    tests = {
        None: lambda row: True,
        "n < 700": lambda row: row["n"] < 700,
        "mixed IN (1, 2, 3)": lambda row: row["mixed"] in (1, 2, 3),
        "`odd name` IS NULL": lambda row: row["odd name"] is None,
        "n < 0": lambda row: False,
    }
    rows = [row for row in PYTHON if tests[where](row)]
    valued = [row for row in rows if row[sort] is not None]
    valued.sort(key=lambda row: row[sort], reverse=descending)  # stable: equal ones as they lie
    expected = (valued + [row for row in rows if row[sort] is None])[offset : offset + limit]
    page = read(LAKE, sort=sort, descending=descending, where=where, offset=offset, limit=limit)
    assert page.rows.to_pylist() == expected
    assert list(page.row_numbers) == [row["n"] for row in expected]
    assert (page.rows_matching, page.truncated) == (len(rows), offset + len(expected) < len(rows))


PYTHON = TABLE.to_pylist()


def test_what_cannot_be_sorted_within_bounds_is_refused_before_it_is_read() -> None:
    small = make_lake(sorted_megabytes=0.1)
    for call in (read, plan):
        with pytest.raises(LimitExceeded, match=r"Sorting by wide would read [\d,]+ bytes of wide in 8 row"):
            call(small, sort="wide")
        with pytest.raises(LimitExceeded, match="first 10,000"):
            call(LAKE, sort="n", offset=9_990)
    assert read(small, sort="wide", where="n < 400", limit=1).rows_matching == 400
    nested = make_lake(pa.table({"list": [[1], [2]]}))
    with pytest.raises(QueryRejected, match="no order"):
        read(nested, sort="list")


def test_sorting_that_takes_too_long_is_given_up_not_cut() -> None:
    with pytest.raises(LimitExceeded, match="took longer than"):
        read(make_lake(preview_seconds=1e-12), sort="n")


def test_columns_too_dear_to_reach_a_row_are_left_out_and_named() -> None:
    texts = pa.table({"n": range(DEEP_ROWS), "wide": DEEP})
    lake = make_lake(texts, group_rows=DEEP_ROWS, preview_megabytes=4)
    assert lake.get_object("object").size_bytes > 12_000_000
    for wanted in ({"offset": 19_900}, {"where": "n >= 19900"}, {"sort": "n", "descending": True}):
        page = read(lake, limit=100, **wanted)
        assert page.columns_left_out == ["wide"]
        assert sorted(page.rows["n"].to_pylist()) == list(range(19_900, 20_000))
    assert plan(lake, offset=19_900).columns_left_out == ["wide"]
    assert read(lake, limit=100).columns_left_out == []


def test_a_row_no_column_reaches_says_how_far_reading_goes() -> None:
    texts = pa.table({"wide": DEEP})
    lake = make_lake(texts, group_rows=DEEP_ROWS, preview_megabytes=4)
    far = plan(lake, offset=19_900, limit=100).farthest_row
    assert far is not None
    assert 0 < far < 19_900
    with pytest.raises(LimitExceeded, match="Row 19,900"):
        read(lake, offset=19_900)
    assert read(lake, offset=far - 10, limit=10).rows.num_rows == 10
    assert plan(lake, offset=0).farthest_row is None


def test_columns_of_one_name_are_all_shown() -> None:
    twice = pa.Table.from_arrays(
        [pa.array([1, 2, 3]), pa.array([4, 5, 6]), pa.array([7, 8, 9])], ["a", "a", "b"]
    )
    lake = make_lake(twice)
    page = read(lake, where="b > 7")
    assert [column.to_pylist() for column in page.rows.columns] == [[2, 3], [5, 6], [8, 9]]
    assert read(lake, sort="b", descending=True, limit=1).rows.columns[1].to_pylist() == [6]
    with pytest.raises(QueryRejected, match="No one column"):
        read(lake, sort="a")
