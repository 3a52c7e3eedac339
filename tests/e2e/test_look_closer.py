"""From a filter to the rows behind a bar and the code that reads them, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import LoneConsole
from tests.e2e.visitor import visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

KEY = "data/green/green_tripdata_2024-01.parquet"


def test_find_look_closer_and_take_along(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url) as visitor:
        page = visitor.page
        visitor.go("lake?match=2024-01")
        page.get_by_role("link", name="green_tripdata_2024-01.parquet").first.click()
        expect(page.get_by_text("Rows 1 to 100 of 2,000 rows; read")).to_be_visible()
        visitor.rest()
        visitor.go(f"lake?object={KEY}&tab=profile&column=trip_distance")
        bars = page.locator("[aria-roledescription='bar']")
        expect(bars.first).to_be_visible()
        counted = page.locator("ol.ls-bars li .num").first.inner_text()
        bars.first.click()
        expect(page.get_by_label("Condition")).to_have_value(
            re.compile(r"^trip_distance >= 0\.0 AND trip_distance < ")
        )
        expect(page.get_by_text(f"of {counted} that match; looked at")).to_be_visible()
        visitor.rest()
        page.get_by_role("radio", name="Use it").click()
        expect(page.get_by_text("All columns, rows where trip_distance >= 0.0 AND")).to_be_visible()
        expect(page.get_by_text("(pc.field('trip_distance') >= 0.0)").first).to_be_visible()
        visitor.rest()
