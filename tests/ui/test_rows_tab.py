"""The Rows tab in every state: filtered, filtered to none, ordered, pointed at, broken off, refused, huge."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from tests.ui.conftest import OpenPage, html_of
from ui import text

KEY = data_key("green", Month(2024, 1))


def names_of(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value.columns)


def test_an_object_opens_with_its_rows_and_what_they_cost(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=KEY)
    drawn = html_of(app)
    assert len(app.dataframe[0].value) == 100
    assert "To read: " in drawn
    assert "row group 0 of 1, at most" in drawn
    assert "Rows 1 to 100 of 1,500 rows; read" in drawn


def test_the_url_chooses_rows_columns_and_order(filled_home: Path, open_page: OpenPage) -> None:
    chosen = {"where": "trip_distance > 5", "columns": "trip_distance,fare_amount", "sort": "-trip_distance"}
    app = open_page(filled_home, "lake", object=KEY, **chosen)
    drawn = html_of(app)
    assert names_of(app) == ["#", "trip_distance", "fare_amount"]
    distances = list(app.dataframe[0].value["trip_distance"])
    assert distances == sorted(distances, reverse=True)
    assert min(distances) > 5
    assert "that match; looked at 1,500 of 1,500 rows" in drawn
    assert "of the rows that come first" in drawn


def test_a_filter_of_the_form_becomes_a_condition_in_the_url(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=KEY, where="VendorID = 2", page="2")
    app.selectbox(key="filter_column").set_value("trip_distance").run()
    app.selectbox(key="filter_by_double").set_value(">").run()
    app.text_input(key="filter_value_0").set_value("5").run()
    app.button(key="filter_add").click().run()
    assert app.query_params["where"] == "VendorID = 2 AND trip_distance > 5"
    assert "page" not in app.query_params
    drawn = html_of(app)
    assert 'aria-label="Take away trip_distance &gt; 5"' in drawn
    assert min(app.dataframe[0].value["trip_distance"]) > 5


def test_columns_are_kept_in_the_url(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=KEY)
    app.multiselect(key="choice_columns").set_value(["fare_amount"]).run()
    assert names_of(app) == ["#", "fare_amount"]
    assert app.query_params["columns"] == "fare_amount"


@pytest.mark.parametrize("where", ["trip_distance < -5", "store_and_fwd_flag = 'Q'"])
def test_what_no_row_matches_says_so(where: str, filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=KEY, where=where)
    assert not app.dataframe
    assert "No row matches. Take a filter away, or widen it." in html_of(app)


def test_a_page_behind_what_matches_leads_back(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", object=KEY, where="source_row < 150", page="9"))
    assert "Only 150 rows match; this page lies behind them." in drawn
    assert "The first page" in drawn


@pytest.mark.parametrize(("where", "words"), [("nope = 1", "There is no column nope"), ("fare >", "parse")])
def test_a_condition_that_cannot_be_read_says_why(
    where: str, words: str, filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, "lake", object=KEY, where=where)
    assert words in html_of(app)
    assert 'role="alert"' in html_of(app)
    assert app.text_input(key="choice_where").value == where


def test_a_link_to_a_row_opens_its_page_and_shows_it_whole(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=KEY, row="1234")
    drawn = html_of(app)
    assert "Rows 1,201 to 1,300 of 1,500 rows" in drawn
    assert '<h2 class="ls-part">Row 1,234</h2>' in drawn
    assert any(f"object={KEY.replace('/', '%2F')}&tab=rows&row=1234" in block.value for block in app.code)


def test_a_row_that_is_not_on_the_page_is_shown_all_the_same(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", object=KEY, where="source_row < 5", row="1000"))
    assert ">Row 1,000</h2>" in drawn
    assert "Rows 1 to 5 of 5 that match" in drawn
    assert "There is no row 9,999" in html_of(open_page(filled_home, "lake", object=KEY, row="9999"))


def test_rows_that_were_chosen_can_be_saved(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=KEY, where="source_row < 5")
    assert "At most 200,000 rows, 100.0 MB" in html_of(app)
    next(b for b in app.button if b.label == text.GATHER_ROWS).click().run()
    rows, whole = (button.proto.label for button in app.get("download_button"))
    assert rows.startswith("Save 5 rows (")
    assert whole == text.SAVE_OBJECT
    assert "Every row that was chosen is in it." in html_of(app)


def test_an_object_too_large_to_download_says_so(
    filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKESIDE_LIMITS__DOWNLOAD_MEGABYTES", "0.001")
    app = open_page(filled_home, "lake", object=KEY)
    assert "than the 1.0 kB a download may have" in html_of(app)
    assert not app.get("download_button")


@pytest.fixture
def huge_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One row group that is large beside the limit of bytes, of one narrow and one wide column."""
    home.mkdir(parents=True)
    rows = 20_000
    table = pa.table({"n": range(rows), "wide": [f"{n * 7919:0600x}" for n in range(rows)]})
    with open_services(Settings(home=home)).lake.open_writer("huge.parquet") as file:
        pq.write_table(table, file, row_group_size=rows, compression="none", use_dictionary=False)
    monkeypatch.setenv("LAKESIDE_LIMITS__PREVIEW_MEGABYTES", "4")
    return home


def test_a_huge_row_group_opens_and_its_depth_has_fewer_columns(huge_home: Path, open_page: OpenPage) -> None:
    assert names_of(open_page(huge_home, "lake", object="huge.parquet")) == ["#", "n", "wide"]
    app = open_page(huge_home, "lake", object="huge.parquet", page="200")
    assert names_of(app) == ["#", "n"]
    assert "1 column left out: wide" in html_of(app)


def test_a_depth_no_column_reaches_leads_to_one_that_is(huge_home: Path, open_page: OpenPage) -> None:
    app = open_page(huge_home, "lake", object="huge.parquet", page="200", columns="wide")
    drawn = html_of(app)
    assert "This page lies too deep to be read" in drawn
    assert "The last page in reach" in drawn
    assert not app.dataframe
