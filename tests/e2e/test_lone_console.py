"""Journeys that launch nothing, on a console that has no Prefect."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import LoneConsole
from tests.e2e.visitor import visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_the_lake_is_there_when_prefect_is_not(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url) as visitor:
        visitor.go("lake?view=all")
        visitor.page.get_by_role("link", name="data/green/green_tripdata_2024-01.parquet").click()
        expect(visitor.page.get_by_text("Rows 1 to 100 of 2,000 rows; read")).to_be_visible()
