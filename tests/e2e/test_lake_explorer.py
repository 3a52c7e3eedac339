"""Finding an object by its name, looking at its rows, narrowing them, and pointing another person at one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import LoneConsole
from tests.e2e.visitor import visit
from ui import text

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

KEY = "data/green/green_tripdata_2024-02.parquet"


def test_from_a_name_to_the_rows_that_matter(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url) as visitor:
        page = visitor.page
        visitor.go("lake")
        expect(page.get_by_role("link", name="data/")).to_be_visible()
        page.get_by_placeholder(re.compile("Part of a name")).fill("*2024-02*")
        page.keyboard.press("Enter")
        page.get_by_role("link", name=KEY).click()
        expect(page.get_by_text("Rows 1 to 100 of 2,000 rows; read")).to_be_visible()
        expect(page.get_by_text(re.compile("To read: 27 columns of row group 0 of 1"))).to_be_visible()

        page.get_by_label("Condition").fill("source_row >= 1500 AND trip_distance > 0")
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile("that match; looked at 2,000 of 2,000 rows"))).to_be_visible()
        expect(page.get_by_label("Filters")).to_be_visible()
        page.get_by_label("Take away trip_distance > 0").click()
        expect(page.get_by_text("Rows 1 to 100 of 500 that match")).to_be_visible()
        assert "where=source_row" in page.url
        visitor.shoot("rows-filtered-light")

        page.go_back()
        expect(page.get_by_label("Filters")).to_be_visible()


def test_a_link_to_a_row_shows_it_to_another_person(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url, "dark") as visitor:
        page = visitor.page
        visitor.go(f"lake?object={KEY}&row=1234")
        expect(page.get_by_role("heading", name="Row 1,234")).to_be_visible()
        expect(page.get_by_text("Rows 1,201 to 1,300 of 2,000 rows")).to_be_visible()
        visitor.shoot("row-dark")
        page.get_by_role("button", name="Download", exact=True).click()
        page.get_by_role("button", name=text.GATHER_ROWS).click()
        with page.expect_download() as saved:
            page.get_by_role("button", name=re.compile("Save 2,000 rows")).click()
        assert saved.value.suggested_filename == "green_tripdata_2024-02.csv"
        assert len(saved.value.path().read_text().splitlines()) == 2_001
