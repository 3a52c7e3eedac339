"""How objects are laid out, told from footers, and what is advised about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.apart.pool import ReaderPool
from lakeside.errors import BadFile
from lakeside.lake.lake import Lake
from lakeside.lake.layout_advice import Advice, Neighbours, Weight, advise
from lakeside.lake.layout_facts import ObjectLayout, parse_layout
from lakeside.lake.layout_report import describe_layout
from lakeside.settings import ReaderSettings, Settings

WriteLayout = Callable[..., ObjectLayout]
FLAT = pa.table({"n": range(1_000), "t": [f"text {n % 7}" for n in range(1_000)]})


@pytest.fixture
def lay_out(tmp_path: Path) -> WriteLayout:
    """lay_out(table, **options of pyarrow's writer): the layout of the file that makes."""

    def write(table: pa.Table, **options: Any) -> ObjectLayout:
        path = tmp_path / "x.parquet"
        pq.write_table(table, path, **options)
        content = path.read_bytes()
        return parse_layout(content, "x", len(content))

    return write


def titles(advice: list[Advice]) -> str:
    return "; ".join(f"{one.weight}: {one.title}" for one in advice)


def test_row_groups_columns_and_what_chunks_have(lay_out: WriteLayout) -> None:
    found = lay_out(
        FLAT,
        row_group_size=300,
        compression={"n": "zstd", "t": "snappy"},
        use_dictionary=["t"],
        write_statistics=["n"],
        write_page_index=True,
        sorting_columns=[pq.SortingColumn(0, descending=True)],
        bloom_filter_options={"t": {"ndv": 10}},
    )
    assert (found.rows, found.row_groups, found.groups_examined) == (1_000, 4, 4)
    assert [group.rows for group in found.groups] == [300, 300, 300, 100]
    assert found.rows_a_group == (100, 300, 300)
    number, text = found.columns
    assert (number.codecs, text.codecs) == (("ZSTD",), ("SNAPPY",))
    assert (number.statistics, text.statistics) == (4, 0)
    assert (number.dictionaries, text.dictionaries) == (0, 4)
    assert (number.bloom_filters, text.bloom_filters) == (0, 4)
    assert number.page_indexes == 4
    assert (number.physical_type, text.physical_type, text.logical_type) == ("INT64", "BYTE_ARRAY", "String")
    assert found.sorted_by == ("n descending",)
    assert list(found.codecs) in (["ZSTD", "SNAPPY"], ["SNAPPY", "ZSTD"])
    assert sum(group.compressed_bytes or 0 for group in found.groups) == found.compressed_bytes
    assert found.created_by.startswith("parquet-cpp")


def test_of_very_many_chunks_some_row_groups_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(FLAT, path, row_group_size=10)
    found = parse_layout(path.read_bytes(), "x", path.stat().st_size, maximum_chunks=10)
    assert (found.row_groups, found.groups_examined, len(found.groups)) == (100, 5, 100)
    assert [group.compressed_bytes is not None for group in found.groups[:2]] == [True, False]
    assert found.rows_a_group == (10, 10, 10)


def test_an_object_without_rows_or_columns(lay_out: WriteLayout) -> None:
    empty = lay_out(FLAT.slice(0, 0))
    assert (empty.rows, empty.rows_a_group) == (0, (0, 0, 0)) or empty.row_groups == 1
    assert "has no rows" in titles(advise(empty))
    bare = lay_out(pa.table({}))
    assert (bare.columns, bare.codecs) == ((), {})


def test_a_good_layout_needs_no_advice(lay_out: WriteLayout) -> None:
    assert advise(lay_out(FLAT, compression="zstd")) == []


@pytest.mark.parametrize(
    ("table", "options", "wanted"),
    [
        (FLAT, {"row_group_size": 100}, "slow: Small row groups: about 100 rows"),
        (FLAT, {"compression": "gzip"}, "slow: Compressed with gzip"),
        (FLAT, {"compression": "brotli"}, "problem: Compressed with BROTLI"),
        (FLAT, {"write_statistics": False}, "slow: No statistics for any column"),
        (FLAT, {"write_statistics": ["n"]}, "hint: No statistics for t"),
        (pa.table({"l": [[1]], "s": [{"a": 1}]}), {}, "hint: Nested columns: l, s"),
        (pa.table({"Fee": [1], "fee": [1]}), {}, "problem: Names that differ only by case: fee"),
        (pa.table({f"c{n}": [n] for n in range(101)}), {}, "hint: 101 columns"),
        (
            pa.table({"at": pa.array([1], pa.timestamp("us"))}),
            {"use_deprecated_int96_timestamps": True},
            "problem: Timestamps as INT96: at",
        ),
    ],
)
def test_a_poor_layout_is_told_with_why_and_what_to_do(
    table: pa.Table, options: dict[str, Any], wanted: str, lay_out: WriteLayout
) -> None:
    advice = advise(lay_out(table, **options))
    assert wanted in titles(advice)
    assert all(one.why and one.what for one in advice)


def test_many_bytes_that_are_not_compressed(lay_out: WriteLayout) -> None:
    wide = pa.table({"t": pa.array([f"{n:040d}" for n in range(40_000)])})
    told = titles(advise(lay_out(wide, compression="none", use_dictionary=False)))
    assert "100 % of the bytes are not compressed" in told
    assert "Text without a dictionary: t" in told


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"size_bytes": 300 << 20}, "One row group holds everything"),
        ({"bytes_a_group": (1, 2 << 30, 2 << 30)}, "Large row groups: up to 2,147.5 MB"),
        ({"footer_bytes": 2_000_000, "size_bytes": 4_000_000}, "The footer is 50 % of the file"),
    ],
)
def test_what_needs_a_very_large_file(change: dict[str, Any], wanted: str, lay_out: WriteLayout) -> None:
    """The same facts with other figures: files of that size are not written for a test."""
    found = lay_out(FLAT, compression="zstd")
    fields = {name: getattr(found, name) for name in ObjectLayout.__slots__}
    assert wanted in titles(advise(ObjectLayout(**(fields | change))))


def test_too_many_small_files_beside_it(lay_out: WriteLayout) -> None:
    found = lay_out(FLAT, compression="zstd")
    assert advise(found, Neighbours(49, 49_000)) == advise(found, Neighbours(60, 60 * 100_000_000)) == []
    advice = advise(found, Neighbours(1_000, 1_000_000, truncated=True))
    assert advice[0].title.startswith("One of at least 1,000 small files")
    assert advice[0].weight is Weight.SLOW


def test_what_matters_most_comes_first(lay_out: WriteLayout) -> None:
    table = pa.table({"Fee": range(10), "fee": range(10), "l": [[1]] * 10})
    weights = [one.weight for one in advise(lay_out(table, row_group_size=1))]
    assert weights == sorted(weights, key=list(Weight).index)
    assert weights[0] is Weight.PROBLEM


def test_a_lake_reads_layouts_here_or_in_a_reader(tmp_path: Path) -> None:
    settings = Settings(lake_url=str(tmp_path))
    pool = ReaderPool(ReaderSettings())
    here, apart = Lake.open(settings), Lake.open(settings, pool)
    with here.open_writer("data/x.parquet") as file:
        pq.write_table(FLAT, file, row_group_size=100)
    found = here.get_object("data/x.parquet")
    try:
        assert apart.read_layout(found) == here.read_layout(found)
        assert apart.read_found_figures(found) == here.read_found_figures(found)
        assert describe_layout(apart, found) == describe_layout(here, found)
        with here.open_writer("data/bad.parquet") as file:
            file.write(b"PAR1 no footer")
        for lake in (here, apart):
            with pytest.raises(BadFile, match=r"bad\.parquet"):
                lake.read_layout(here.get_object("data/bad.parquet"))
    finally:
        pool.close()
