"""The lake's page in every state: empty, filled, cut, filtered to none, deep links, after our own write."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from tests.ui.conftest import SAMPLE_ROWS, OpenPage, html_of
from ui import text

JANUARY, FEBRUARY = (data_key("green", Month(2024, n)) for n in (1, 2))


def test_the_root_shows_folders_that_lead_down(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake"))
    assert 'href="lake?prefix=data%2F"' in drawn
    assert "4 objects · months of trips" in drawn
    assert JANUARY not in drawn


def test_a_folder_lists_its_objects_with_rows_and_source(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", prefix="data/green/"))
    assert JANUARY.rpartition("/")[2] in drawn
    assert f"{SAMPLE_ROWS:,}" in drawn
    assert ">sample<" in drawn
    assert 'aria-current="page">green<' in drawn
    assert "yellow" not in drawn


def test_a_name_finds_objects_at_any_depth_and_is_kept_in_the_url(
    filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, "lake")
    app.text_input(key="choice_match").set_value("*2024-02*").run()
    drawn = html_of(app)
    assert FEBRUARY in drawn
    assert JANUARY not in drawn
    assert app.query_params["match"] == "*2024-02*"
    assert "1 of the 4 objects fits" in drawn


def test_what_nothing_fits_says_so(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", match="2031"))
    assert text.NOTHING_FITS in drawn
    assert "0 of the 4 objects fit" in drawn


def test_the_url_sets_view_and_order(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", view="all", sort="-name"))
    assert drawn.index("yellow_tripdata_2024-01") < drawn.index(FEBRUARY) < drawn.index(JANUARY)
    assert 'aria-sort="descending"' in drawn


@pytest.mark.parametrize("sort", ["rows", "-rows"])
def test_objects_can_stand_in_order_of_rows(filled_home: Path, sort: str, open_page: OpenPage) -> None:
    assert f"{SAMPLE_ROWS:,}" in html_of(open_page(filled_home, "lake", view="all", sort=sort))


def test_totals_by_dataset_and_year(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", view="totals"))
    assert 'aria-label="Totals by dataset and year"' in drawn
    assert f"{3 * SAMPLE_ROWS:,}" in drawn
    assert f"{4 * SAMPLE_ROWS:,}" in drawn


def test_a_cut_listing_says_first_of_more(
    filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKESIDE_LIMITS__LISTED_OBJECTS", "2")
    drawn = html_of(open_page(filled_home, "lake", view="all"))
    assert "first 2 of 2+ objects by name" in drawn


def test_a_long_listing_has_pages(home: Path, open_page: OpenPage) -> None:
    lake = open_services(Settings(home=home)).lake
    for number in range(30):
        with lake.open_writer(f"n{number:02d}.csv") as file:
            file.write(b"a,b\n1,2\n")
    drawn = html_of(open_page(home, "lake", view="all", sort="name", page="2"))
    assert "n25.csv" in drawn
    assert "n24.csv" not in drawn
    assert ">csv<" in drawn


@pytest.mark.parametrize("prefix", ["data/nowhere/", "reference/"])
def test_an_empty_prefix_is_said_so(filled_home: Path, prefix: str, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", prefix=prefix))
    assert "No object&#x27;s name begins so" in drawn
    assert 'href="lake"' in drawn


def test_a_prefix_outside_the_lake_is_refused(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", prefix="../../etc/"))
    assert 'role="alert"' in drawn
    assert "climbs" in drawn


def test_our_own_write_is_seen_at_once(home: Path, open_page: OpenPage) -> None:
    home.mkdir(parents=True)
    lake = open_services(Settings(home=home)).lake
    with lake.open_writer("first.csv") as file:
        file.write(b"a,b\n1,2\n")
    app = open_page(home, "lake")
    assert "first.csv" in html_of(app)
    with lake.open_writer("second.csv") as file:
        file.write(b"a,b\n1,2\n")
    assert "second.csv" in html_of(app.run())
