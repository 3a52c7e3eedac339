"""Every page on an empty, a filled and a broken lake, without Prefect: useful, and saying what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.lake.layout import data_key
from lakeside.month import Month
from tests.ui.conftest import SAMPLE_ROWS, URL_PATHS, OpenPage, html_of
from ui import text

GREEN_KEY = data_key("green", Month(2024, 1))


@pytest.mark.parametrize("url_path", URL_PATHS)
@pytest.mark.parametrize("state", ["home", "filled_home", "broken_home", "unusable_home"])
def test_no_page_raises(
    state: str, url_path: str, open_page: OpenPage, request: pytest.FixtureRequest
) -> None:
    app = open_page(request.getfixturevalue(state), url_path)
    assert not app.exception
    assert text.UNEXPECTED not in html_of(app)


def test_an_empty_lake_greets_with_one_primary_button(home: Path, open_page: OpenPage) -> None:
    app = open_page(home)
    assert text.ONE_SENTENCE in html_of(app)
    primary = [b for b in app.button if b.proto.type == "primary"]
    assert [b.label for b in primary] == [text.TRY_OUT]
    assert 'href="ingest"' in html_of(app)


def test_without_prefect_the_try_out_refuses_and_names_the_command(home: Path, open_page: OpenPage) -> None:
    app = open_page(home)
    assert next(b for b in app.button if b.label == text.TRY_OUT).disabled
    assert "<code>lakeside up</code>" in html_of(app)


def test_coverage_shows_rows_of_lake_and_warehouse(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, dataset="green"))
    assert f"{SAMPLE_ROWS:,} rows in the lake = {SAMPLE_ROWS:,} in the warehouse" in drawn
    assert "green · 1 month in lake: 2024-03" in drawn
    assert "from sample" in drawn


def test_coverage_keeps_the_dataset_in_the_url(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home)
    app.button_group(key="choice_dataset").set_value("yellow").run()
    assert app.query_params["dataset"] == "yellow"
    assert "yellow 2024-01" in html_of(app)


def test_a_broken_object_is_named_with_its_reason(broken_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(broken_home, dataset="green"))
    assert "green · 1 month broken: 2020-10" in drawn
    assert "green_tripdata_2020-10.parquet" in drawn


@pytest.mark.parametrize("url_path", ["", "ingest", "lake", "warehouse"])
def test_a_lake_that_is_a_file_is_said_so(unusable_home: Path, url_path: str, open_page: OpenPage) -> None:
    drawn = html_of(open_page(unusable_home, url_path))
    assert 'role="alert"' in drawn
    assert "lake" in drawn


def test_ingest_says_what_will_happen_before_the_click(filled_home: Path, open_page: OpenPage) -> None:
    months = "2024-01,2024-03,2024-04,2023-12"
    app = open_page(filled_home, "ingest", dataset="green", source="sample", months=months)
    drawn = html_of(app)
    assert "1,500 rows, published by" in drawn
    assert "Loaded from the lake into the table; nothing is fetched." in drawn
    assert "Not in the lake. Fetched from sample, written and published." in drawn
    assert "2 to fetch, 1 to load from the lake, 1 left alone." in drawn
    launch = next(b for b in app.button if b.label == "Launch 3 months")
    assert launch.disabled  # no Prefect here, and the page says so
    assert "Runs cannot start now" in drawn
    assert "<code>lakeside up</code>" in drawn


def test_ingest_refuses_to_let_sample_rows_be_replaced_unasked(
    filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, "ingest", dataset="green", source="tlc", mode="repair", months="2024-01")
    assert "only mode all replaces it" in html_of(app)
    app.button_group(key="choice_mode").set_value("all").run()
    assert app.query_params["mode"] == "all"
    assert "Everything is asked for: 1,500 rows from sample are replaced." in html_of(app)


def test_ingest_chooses_what_is_missing_over_all_years(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "ingest", dataset="green", source="sample", mode="repair")
    next(b for b in app.button if b.label.startswith("Missing (")).click().run()
    chosen = app.query_params["months"].split(",")
    assert {"2024-03", "2024-04", "2019-01"} <= set(chosen)
    assert "2024-01" not in chosen
    next(b for b in app.button if b.label == "None").click().run()
    assert "months" not in app.query_params


def test_ingest_chooses_a_range_over_years(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "ingest", dataset="green", source="sample")
    app.selectbox(key="range_from").set_value(Month(2021, 11))
    app.selectbox(key="range_to").set_value(Month(2022, 1)).run()
    app.button(key="range_choose").click().run()
    assert app.query_params["months"] == "2021-11,2021-12,2022-01"
    assert "3 to fetch." in html_of(app)


def test_ingest_keeps_to_months_the_source_has(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "ingest", dataset="green", source="datatalksclub", months="2022-05,nonsense")
    drawn = html_of(app)
    assert 'aria-label="What will happen"' not in drawn
    assert 'aria-label="2020-10 missing"' in drawn
    assert 'aria-label="2022-05 missing"' not in drawn


def test_runs_say_that_prefect_is_away(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "runs"))
    assert "No Prefect server answers" in drawn
    assert "<code>lakeside up</code>" in drawn


@pytest.mark.parametrize(
    ("tab", "words"),
    [("origin", "1,500 rows read = 1,500 written + 0 set aside"), ("schema", "lpep_pickup_datetime")],
)
def test_the_url_opens_a_tab_of_an_object(
    tab: str, words: str, filled_home: Path, open_page: OpenPage
) -> None:
    assert words in html_of(open_page(filled_home, "lake", object=GREEN_KEY, tab=tab))


def test_an_object_comes_with_code_that_reads_it(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=GREEN_KEY, tab="code")
    assert any("read_parquet" in block.value for block in app.code)


def test_an_object_opens_on_the_page_of_the_url(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", object=GREEN_KEY, page="15"))
    assert "Rows 1,401 to 1,500 of 1,500 rows" in drawn


def test_a_link_that_is_too_long_is_refused_with_the_settings_name(
    filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page changes its address without a request, so the guard before the console does not see it."""
    monkeypatch.setenv("LAKESIDE_CONSOLE__LINK_CHARACTERS", "2000")
    app = open_page(filled_home, "lake", object=GREEN_KEY, where="é" * 400)
    drawn = html_of(app)
    assert "More than a limit allows" in drawn
    assert "LAKESIDE_CONSOLE__LINK_CHARACTERS" in drawn
    assert "lpep_pickup_datetime" not in drawn
    app.query_params["where"] = "VendorID = 1"
    assert "More than a limit allows" not in html_of(app.run())


@pytest.mark.parametrize("key", ["data/green/green_tripdata_2031-01.parquet", "../../etc/passwd"])
def test_an_object_that_is_not_there_is_said_so(key: str, filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "lake", object=key)
    assert 'role="alert"' in html_of(app)
    assert 'href="lake">Lake</a>' in html_of(app)


def test_a_corrupted_object_says_what_is_wrong(broken_home: Path, open_page: OpenPage) -> None:
    key = data_key("green", Month(2020, 10))
    assert "broken" in html_of(open_page(broken_home, "lake", view="all"))
    assert 'role="alert"' in html_of(open_page(broken_home, "lake", object=key))


def test_warehouse_sets_its_rows_beside_the_lakes(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "warehouse", table="green"))
    assert "Lake 4,500 rows ≠ 3,000 rows in the table" in drawn
    drawn = html_of(open_page(filled_home, "warehouse", table="yellow"))
    assert "Lake 1,500 rows = 1,500 rows in the table" in drawn


def test_the_sidebar_says_how_every_part_is(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home))
    for part in ("Prefect · not reachable", "Worker · waiting", "Lake · ready", "Warehouse · ready"):
        assert part in drawn
