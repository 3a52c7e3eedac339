"""From a red check to its failing rows, and from there to the row in the lake."""

from __future__ import annotations

import re

import duckdb
import pytest
from playwright.sync_api import Browser, expect

from lakeside.checks.run import Checking
from lakeside.checks.store import record_results
from lakeside.datasets import get_dataset
from lakeside.month import Month
from tests.e2e.conftest import LoneConsole
from tests.e2e.visitor import visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
GREEN, FEBRUARY = get_dataset("green"), Month(2024, 2)
READ_SECONDS = 10
HERE = "WHERE source_month = DATE '2024-02-01' AND source_row IN (7, 11)"


def test_a_red_check_leads_to_its_rows_and_they_to_the_lake(console: LoneConsole, browser: Browser) -> None:
    services = console.services
    warehouse = str(services.settings.warehouse_path)
    with duckdb.connect(warehouse) as connection:
        connection.execute(f"UPDATE trips.green SET lpep_pickup_datetime = NULL {HERE}")
    record_results(services, Checking.start(services).check(GREEN, FEBRUARY))
    try:
        with visit(browser, console.url) as visitor:
            page = visitor.page
            visitor.go("checks?dataset=green")
            notice = page.get_by_role("listitem").filter(has_text="lpep_pickup_datetime_not_null")
            # What the console read for another journey stands for ten seconds; this process is not its own.
            for _ in range(READ_SECONDS):
                if notice.count():
                    break
                page.wait_for_timeout(1_000)
                visitor.go("checks?dataset=green")
            notice.get_by_role("link", name="See why").click()
            expect(page.get_by_text("2 of 2,000 rows (0.1 %) have no lpep_pickup_datetime.")).to_be_visible()
            visitor.rest()
            visitor.shoot("check-light")
            rows = page.get_by_role("table", name="Failing rows")
            rows.get_by_role("link", name="11", exact=True).click()
            page.wait_for_url(re.compile(r"lake\?object=.*green_tripdata_2024-02\.parquet.*row=11"))
            chosen = page.get_by_role("table", name="The row that was chosen")
            expect(chosen.get_by_role("row", name="source_row 11")).to_be_visible()
            assert not visitor.is_wider_than_window()
        with visit(browser, console.url, "dark") as visitor:
            visitor.go("checks?view=reconcile")
            visitor.shoot("reconcile-dark")
            visitor.page.get_by_role("link", name="Mend 1 month of green").click()
            expect(visitor.page.get_by_text("Loaded from the lake into the table")).to_be_visible()
    finally:  # other journeys share this home
        key = f"data/green/green_tripdata_{FEBRUARY}.parquet"
        services.warehouse.publish_month(GREEN, FEBRUARY, services.lake, key)
        record_results(services, Checking.start(services).check(GREEN, FEBRUARY))
