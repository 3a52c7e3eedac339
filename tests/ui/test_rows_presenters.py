"""Rows in words: the plan before, the cost after, filters as conditions, cells a browser can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from lakeside.lake.objects import Export, Format, LakeObject, Preview, ReadPlan
from lakeside.lake.where.parse import parse_condition
from lakeside.lake.where.terms import join_terms, split_terms
from lakeside.settings import LimitSettings
from ui.presenters.cells import present_cells, present_value
from ui.presenters.download_presenter import (
    name_file,
    present_export,
    present_export_limit,
    present_object_limit,
)
from ui.presenters.filter_presenter import (
    add_term,
    list_comparisons,
    present_terms,
    show_condition,
    write_filter,
)
from ui.presenters.rows_presenter import (
    RowsPlace,
    count_pages,
    list_sorts,
    page_of,
    present_cost,
    present_left_out,
    present_no_rows,
    present_plan,
    present_record,
    present_unreachable,
    say_columns,
)

PLAN = ReadPlan(["a", "b"], [3], 20, 2_000, 100, [], 0, 900_000, 1_200_000, 256_000_000)
ROWS = pa.table({"a": [1, 2, 3], "b": ["x", None, "z"]})
PAGE = Preview(ROWS, 95_120, 200, 1_200_000, (0,), True, row_numbers=(200, 201, 202))
FOUND = replace(PAGE, rows_examined=2_000, rows_matching=345)


def test_a_plan_says_row_groups_and_bytes_before_they_are_read() -> None:
    assert present_plan(PLAN) == "To read: 2 columns of row group 3 of 20, at most 1.2 MB."
    deep = replace(PLAN, row_groups=[0, 1, 2, 7], page_bytes=300_000)
    assert (
        present_plan(deep) == "To read: 2 columns of row groups 0–2, 7 of 20, about 300.0 kB, at most 1.2 MB."
    )
    narrowed = replace(PLAN, first_columns=["c"], first_bytes=45_600)
    assert present_plan(narrowed) == (
        "To read: c of row group 3 of 20 (19 ruled out by the footer), at most 45.6 kB; then the page's "
        "columns where rows match, at most 1.2 MB."
    )
    assert "of the rows that come first" in present_plan(narrowed, by_order=True)
    many = replace(PLAN, row_groups=list(range(0, 20, 2)))
    assert "2 columns of 10 row groups of 20" in present_plan(many)
    assert "rule every row group out" in present_plan(replace(narrowed, row_groups=[]))


def test_the_cost_says_what_was_read_and_which_limit_was_met() -> None:
    assert present_cost(PAGE, 0.12) == (
        "Rows 201 to 203 of 95,120 rows; read 1.2 MB, footer included, from 1 row group in 0.1 s."
    )
    assert present_cost(FOUND) == (
        "Rows 201 to 203 of 345 that match; looked at 2,000 of 95,120 rows, read 1.2 MB, footer included, "
        "from 1 row group."
    )
    unfinished = replace(FOUND, rows_matching=None, seconds_limited=True)
    assert present_cost(unfinished).endswith("Stopped at the limit of seconds: more may match.")
    assert present_cost(replace(FOUND, rows=ROWS.slice(0, 0))).startswith("No rows of 345 that match;")


@pytest.mark.parametrize(
    ("preview", "page", "pages"),
    [
        (PAGE, 3, 952),
        (FOUND, 3, 4),
        (replace(FOUND, rows_matching=None), 3, 4),
        (replace(FOUND, rows_matching=None, truncated=False), 3, 3),
        (replace(FOUND, rows_matching=0, rows=ROWS.slice(0, 0)), 1, 1),
    ],
)
def test_how_many_pages_there_are_as_far_as_is_known(preview: Preview, page: int, pages: int) -> None:
    assert count_pages(preview, page) == pages


def test_a_page_without_rows_says_why() -> None:
    none = replace(FOUND, rows=ROWS.slice(0, 0))
    assert present_no_rows(none).startswith("Only 345 rows match")
    assert present_no_rows(replace(none, rows_matching=0)).startswith("No row matches")
    assert "within the limits" in present_no_rows(replace(none, rows_matching=None))
    assert present_no_rows(replace(PAGE, total_rows=0)) == "This object has no rows."


def test_columns_left_out_and_pages_out_of_reach_say_what_to_do() -> None:
    left_out = present_left_out(["wide", "text"], 256_000_000)
    assert left_out is not None
    assert left_out.title == "2 columns left out: wide, text"
    assert "256.0 MB" in left_out.detail
    assert present_left_out([], 1) is None
    place = RowsPlace("k", columns=("a",), page=900)
    far = present_unreachable(replace(PLAN, farthest_row=5_250), place)
    assert far is not None
    assert far.link is not None
    assert far.link.href == "lake?object=k&tab=rows&columns=a&page=52"
    assert present_unreachable(PLAN, place) is None


def test_links_to_rows_hold_what_is_chosen() -> None:
    place = RowsPlace("data/x", "a > 1", ("a", "b"), "-a", page=3)
    assert place.link(7) == ("lake?object=data%2Fx&tab=rows&where=a+%3E+1&columns=a%2Cb&sort=-a&page=3&row=7")
    assert place.link(where="") == "lake?object=data%2Fx&tab=rows&columns=a%2Cb&sort=-a"
    assert RowsPlace("k", page=3).link(250) == "lake?object=k&tab=rows&row=250"  # the row tells its page
    assert (page_of(0), page_of(99), page_of(100)) == (1, 1, 2)
    names = [f"c{n}" for n in range(5_000)]
    assert RowsPlace("k").wanted(names).columns == tuple(names[:100])
    assert say_columns(names) == "The first 100 of 5,000 columns: choose others here"
    assert RowsPlace("k").wanted(["a"]).columns is None
    assert say_columns(["a"]) == "All columns"


SCHEMA = pa.schema(
    [
        ("n", pa.int64()),
        ("odd name", pa.float64()),
        ("text", pa.string()),
        ("day", pa.timestamp("us")),
        ("flag", pa.bool_()),
        ("list", pa.list_(pa.int64())),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("money", pa.decimal128(9, 2)),
    ]
)


@pytest.mark.parametrize(
    ("name", "comparison", "values", "condition"),
    [
        ("n", "≥", ["1,000"], "n >= 1000"),
        ("odd name", "is not", ["2.5"], "`odd name` <> 2.5"),
        ("n", "is between", ["1", "2"], "n BETWEEN 1 AND 2"),
        ("text", "=", ["it's"], "text = 'it\\'s'"),
        ("text", "contains", ["50%_\\"], "text LIKE '%50\\\\%\\\\_\\\\\\\\%'"),
        ("text", "starts with", ["a"], "text LIKE 'a%'"),
        ("text", "ends with", ["a"], "text LIKE '%a'"),
        ("day", "<", ["2020-10-01"], "day < '2020-10-01'"),
        ("flag", "=", ["true"], "flag = TRUE"),
        ("list", "is null", [], "list IS NULL"),
        ("kind", "=", ["x"], "kind = 'x'"),
        ("money", ">", ["1.25"], "money > 1.25"),
    ],
)
def test_a_form_writes_what_the_grammar_reads(
    name: str, comparison: str, values: list[str], condition: str
) -> None:
    field = SCHEMA.field(name)
    assert comparison in list_comparisons(field.type)
    assert write_filter(field, comparison, values) == condition
    parse_condition(condition, SCHEMA)


def test_an_example_of_a_condition_can_be_read() -> None:
    for schema in (SCHEMA, pa.schema([("a b", pa.string())])):
        parse_condition(show_condition(schema).removeprefix("for example "), schema)


def test_filters_are_added_and_taken_away_one_by_one() -> None:
    both = add_term(add_term("", "a > 1"), "b IS NULL")
    assert both == "a > 1 AND b IS NULL"
    assert [(t.text, t.rest) for t in present_terms(both)] == [("a > 1", "b IS NULL"), ("b IS NULL", "a > 1")]
    assert add_term("a = 1 OR a = 2", "b > 1") == "(a = 1 OR a = 2) AND b > 1"
    assert split_terms("a >") == ["a >"]
    assert add_term("", "") == ""
    assert join_terms([]) == ""
    assert present_terms("") == []


def test_cells_are_exact_and_bounded() -> None:
    rows = pa.table(
        {
            "small": [1, None],
            "large": pa.array([2**60, 1], pa.int64()),
            "text": ["x" * 5_000, None],
            "bytes": [b"\x00" * 99, b"\x01"],
            "list": [[1, None], []],
            "far": pa.array([10**17, 0], pa.int64()).view(pa.timestamp("us")),
            "day": [date(2020, 10, 1), None],
            "money": [Decimal("1.10"), None],
            "kind": pa.array(["a", "b"]).dictionary_encode(),
        }
    )
    shown = present_cells(rows, [7, 8])
    assert shown["#"].to_pylist() == [7, 8]
    assert shown["small"].to_pylist() == [1, None]
    assert shown["large"].to_pylist() == [str(2**60), "1"]
    assert shown["text"][0].as_py().endswith("… (5,000 characters)")
    assert shown["bytes"].to_pylist() == ["0x" + "00" * 32 + " … (99 bytes)", "0x01"]
    assert shown["list"].to_pylist() == ["[1, None]", "[]"]
    assert shown["far"].to_pylist()[0].year == 5138
    assert shown["day"].to_pylist() == [date(2020, 10, 1), None]
    assert shown["money"].to_pylist() == ["1.10", None]
    assert shown["kind"].to_pylist() == ["a", "b"]
    assert max(len(str(v)) for v in shown.to_pylist()[0].values()) < 1_100


def test_years_a_browser_has_not_are_text() -> None:
    far = pa.array([300_000 * 366 * 86_400, None], pa.int64()).view(pa.timestamp("s"))
    shown = present_cells(pa.table({"at": far}), [0, 1])["at"]
    assert shown.type == pa.string()
    assert shown.to_pylist()[1] is None


def test_columns_of_one_name_are_told_apart() -> None:
    rows = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", "a", "#"])
    assert present_cells(rows, [0]).column_names == ["#", "a", "a (2)", "# (2)"]


def test_a_record_has_a_line_a_column() -> None:
    lines = present_record(PAGE, 1).rows
    assert [[cell.text for cell in line] for line in lines] == [["a", "2"], ["b", "null"]]
    assert present_value(1.5) == "1.5"


def test_rows_can_be_ordered_by_what_has_an_order() -> None:
    sorts = list_sorts(SCHEMA)
    assert list(sorts)[:3] == ["", "n", "-n"]
    assert sorts["-odd name"] == "odd name ▼"
    assert "list" not in sorts


def test_downloads_say_their_limits_and_what_they_hold() -> None:
    limits = LimitSettings()
    place = RowsPlace("data/green/x.parquet", "a > 1", sort="a")
    said = present_export_limit(Format.CSV, limits, place)
    assert said.startswith("At most 200,000 rows, 100.0 MB and 1 min 00 s. They stand in the file's order.")
    assert "apostrophe" in said
    assert "apostrophe" not in present_export_limit(Format.PARQUET, limits, place)
    assert present_export(Export(b"123", 345, None)).title == "Save 345 rows (3 B)"
    assert "limit of bytes" in present_export(Export(b"", 1, "bytes")).detail
    assert name_file(place.key, place, Format.CSV) == "x_filtered.csv"
    small = LakeObject("k", 10, datetime(2026, 1, 1, tzinfo=UTC), "1")
    assert present_object_limit(small, limits) == "The whole object: 10 B, of at most 100.0 MB."
    assert "more than the 100.0 MB" in present_object_limit(replace(small, size_bytes=10**9), limits)
