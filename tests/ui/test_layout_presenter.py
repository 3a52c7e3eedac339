"""What the page of an object says of its layout."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.lake.lake import Lake
from lakeside.lake.layout_report import describe_layout
from lakeside.settings import Settings
from tests.ui.conftest import OpenPage, html_of
from ui.presenters.layout_presenter import (
    COLUMNS_A_PAGE,
    MOST_BARS,
    present_columns,
    present_groups,
    present_layout,
)

TABLE = pa.table({"small": [1] * 3_000, "large": [f"text {n}" for n in range(3_000)]})


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake.open(Settings(home=home))


def write(lake: Lake, table: pa.Table, group_rows: int) -> None:
    with lake.open_writer("data/x.parquet") as file:
        pq.write_table(table, file, row_group_size=group_rows, compression="gzip")


def test_columns_stand_by_size_and_row_groups_in_order(lake: Lake) -> None:
    write(lake, TABLE, 1_000)
    layout, advice = describe_layout(lake, lake.get_object("data/x.parquet"))
    view = present_layout(layout, advice)
    assert [row[0].text for row in present_columns(layout, 1).rows] == ["large", "small"]
    assert [row[1].text for row in present_groups(layout, 1).rows] == ["1,000"] * 3
    assert [fact.value for fact in view.facts][:1] == ["3"]
    assert view.facts[0].note == "1,000 rows each"
    assert "gzip" in " ".join(notice.title for notice in view.advice)
    assert "Statistics: every column." in view.sentences


def test_very_many_columns_and_row_groups_come_in_pages_and_few_bars(lake: Lake) -> None:
    write(lake, pa.table({f"c{n}": range(600) for n in range(COLUMNS_A_PAGE + 1)}), 2)
    layout, advice = describe_layout(lake, lake.get_object("data/x.parquet"))
    view = present_layout(layout, advice)
    assert (view.column_pages, view.group_pages) == (2, 12)
    assert len(present_columns(layout, 2).rows) == 1
    assert len(view.bars) == 100 <= MOST_BARS
    assert (view.bars[0].first, view.bars[0].last, view.bars[0].rows) == (0, 2, 2)


def test_the_tab_shows_advice_columns_and_row_groups(lake: Lake, home: Path, open_page: OpenPage) -> None:
    write(lake, TABLE, 100)
    app = open_page(home, "lake", object="data/x.parquet", tab="layout")
    drawn = html_of(app)
    assert "Compressed with gzip" in drawn
    assert "Small row groups" in drawn
    assert 'aria-label="Columns by size"' in drawn
    app.button_group(key="choice_of").set_value("groups").run()
    assert app.query_params["of"] == "groups"
    assert 'aria-label="Row groups"' in html_of(app)
