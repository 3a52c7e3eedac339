"""What a user does, in a real browser on the real stack: try out, launch, watch, preview, compare."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Stack
from tests.e2e.visitor import visit
from ui import text

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

ROWS = "95,120"
KEY = "data/green/green_tripdata_2020-10.parquet"
PLACES = {
    "coverage": "?dataset=green",
    "ingest": "ingest?dataset=green&months=2020-09,2020-10,2020-11",
    "runs": "runs",
    "schedules": "schedules",
    "lake": "lake",
    "object": f"lake?object={KEY}",
    "warehouse": "warehouse?table=green",
}


def test_an_empty_lake_can_be_tried_out_with_one_click(stack: Stack, browser: Browser) -> None:
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go()
        expect(page.get_by_text(text.ONE_SENTENCE)).to_be_visible()
        visitor.shoot("empty-light")
        page.get_by_role("button", name=text.TRY_OUT).click()
        page.wait_for_url(re.compile(r"/runs\?run="))
        for month in ("2024-01", "2024-02", "2024-03"):
            expect(page.get_by_label(f"{month} published")).to_be_visible(timeout=90_000)
        expect(page.get_by_text("3 of 3 months done")).to_be_visible()


@pytest.mark.usefixtures("shared_data")
def test_a_month_goes_from_the_browser_to_the_table(stack: Stack, browser: Browser) -> None:
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go()
        visitor.open("Ingest")
        page.get_by_role("checkbox", name=re.compile("2020-10")).click()
        expect(page.get_by_text("Fetched from datatalksclub")).to_be_visible()
        page.get_by_role("button", name="Launch 1 month").click()
        page.wait_for_url(re.compile(r"/runs\?run="))
        page.get_by_label(re.compile("2020-10 (queued|running)")).wait_for()
        visitor.shoot("run-running-light")

        line = page.get_by_label("2020-10 published")
        expect(line).to_be_visible(timeout=90_000)
        assert (
            f"{ROWS} rows read = {ROWS} written + 0 set aside; lake {ROWS} = warehouse {ROWS}."
            in visitor.text()
        )
        page.reload()
        expect(line).to_be_visible()
        expect(page.get_by_text("2020-10: published")).to_be_visible()
        visitor.rest()
        visitor.shoot("run-light")

        visitor.open("Lake")
        page.get_by_role("link", name="data/").click()
        page.get_by_role("link", name="green/").click()
        page.get_by_role("link", name=KEY.rpartition("/")[2]).click()
        expect(page.get_by_text(f"Rows 1 to 100 of {ROWS} rows; read")).to_be_visible()
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        page.get_by_label("Page 2", exact=True).click()
        expect(page.get_by_text(f"Rows 101 to 200 of {ROWS} rows; read")).to_be_visible()
        assert "page=2" in page.url

        visitor.open("Warehouse")
        page.get_by_label("Tables and views").get_by_role("link", name="green").click()
        expect(page.get_by_text("rows in the table")).to_be_visible()
        row = page.get_by_role("row", name=re.compile("2020-10"))
        assert row.inner_text().split("\t")[1:5] == [ROWS, "=", ROWS, "0"]

        visitor.open("Coverage")
        expect(
            page.get_by_title(re.compile(f"green 2020-10 · published; {ROWS} rows in the lake = {ROWS}"))
        ).to_be_visible()


@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_in_both_themes(scheme: str, stack: Stack, browser: Browser) -> None:
    with visit(browser, stack.url, scheme) as visitor:  # type: ignore[arg-type]
        for name, place in PLACES.items():
            visitor.go(place)
            visitor.shoot(f"{name}-{scheme}")
            assert "✕ Unexpected" not in visitor.text()
            assert not visitor.is_wider_than_window()


@pytest.mark.usefixtures("shared_data")
def test_a_narrow_window_scrolls_tables_not_the_page(stack: Stack, browser: Browser) -> None:
    with visit(browser, stack.url, width=360) as visitor:  # or 720 at 200 %
        for name, place in PLACES.items():
            visitor.go(place)
            visitor.shoot(f"{name}-narrow")
            assert not visitor.is_wider_than_window(), name
