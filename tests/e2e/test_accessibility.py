"""Every page, every tab and the states that matter, judged by axe-core in light and dark."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from tests.builders import write_zone_shapes
from tests.e2e.axe_scan import Findings
from tests.e2e.conftest import LoneConsole, start_console
from tests.e2e.visitor import visit
from ui import text

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

KEY = "data/green/green_tripdata_2024-01.parquet"
QUERY = "SELECT source_month, COUNT(*) AS trips FROM green GROUP BY source_month"
OBJECT = f"lake?object={KEY}&tab"
# Where to look, and what is there only when the place is drawn whole.
FILLED = {
    "": ".ls-glance section",
    "?dataset=green&by=rows&months=2024-01": ".ls-chosen",
    "ingest?dataset=green&source=sample&months=2024-01,2024-04": "table.ls-plan",
    "runs": ".ls-failed",
    "audit": "h1:has-text('Audit')",
    "lake?view=all": f"text={KEY}",
    "schedules": ".ls-failed",
    "lake?view=totals": ".ls-table tfoot",
    "schemas?dataset=green": "table.ls-drift",
    "query": "[aria-label='Tables and columns']",
    "warehouse?table=green": ".stVegaLiteChart svg",
    "warehouse?table=green&tab=columns": "text=VendorID",
    "warehouse?table=green&tab=rows": "[data-testid='stDataFrame']",
    "warehouse?table=green&tab=profile&column=trip_distance": "ol.ls-bars",
    "warehouse?table=green&tab=queries": ".stCode",
    "checks?dataset=green": "table.ls-checks",
    "checks?dataset=green&month=2024-01": "h2.ls-sub",
    "checks?dataset=green&month=2024-01&check=outside_month": ".ls-sub .ls-state",
    "sql?sql=SELECT nothing FROM green": "pre.ls-caret",
    f"{OBJECT}=rows&row=5&where=trip_distance > 1": ".st-key-record table",
    f"{OBJECT}=profile": "table.ls-profile",
    f"{OBJECT}=profile&column=trip_distance": "ol.ls-bars",
    f"{OBJECT}=charts": ".stVegaLiteChart svg",
    f"{OBJECT}=map": "ol.ls-zones",
    f"{OBJECT}=origin": ".ls-story",
    f"{OBJECT}=schema": "text=ARROW:schema",
    f"{OBJECT}=layout": "text=lpep_dropoff_datetime",
    f"{OBJECT}=versions": "[aria-label='Versions of the object']",
    f"{OBJECT}=load": "text=As a table of its own",
    f"{OBJECT}=code": "text=pyarrow",
}


def test_every_page_of_a_filled_lake(console: LoneConsole, browser: Browser) -> None:
    findings = Findings()
    with visit(browser, console.url) as visitor:
        visitor.page.emulate_media(reduced_motion="reduce")
        visitor.go()
        for place, mark in FILLED.items():
            visitor.hop(place, mark)
            findings.look(visitor, place)
        visitor.hop(f"query?sql={quote(QUERY)}", "textarea:has-text('COUNT')")
        visitor.page.get_by_role("button", name=text.RUN_QUERY, exact=True).click()
        expect(visitor.page.get_by_test_id("stDataFrame").first).to_be_visible()
        visitor.rest()
        findings.look(visitor, "a query's result")
        for opened in ("Examples", "Share"):
            visitor.page.get_by_role("button", name=opened).click()
            expect(visitor.page.get_by_test_id("stPopoverBody")).to_be_visible()
            findings.look(visitor, f"{opened} of a query")
            visitor.page.keyboard.press("Escape")
    findings.check()


def test_a_console_that_only_shows_and_its_map(tmp_path: Path, browser: Browser) -> None:
    """Others can reach it and nobody logs in: it says why every button that changes something is dull."""
    services = open_services(Settings(home=tmp_path, sources={"sample_rows": 500}))
    run_month(MonthRequest("green", Month(2024, 1), SourceName.SAMPLE), services)
    write_zone_shapes(services.lake)
    findings = Findings()
    with start_console(tmp_path, {}, "0.0.0.0") as url, visit(browser, url) as visitor:
        visitor.page.emulate_media(reduced_motion="reduce")
        visitor.go()
        expect(visitor.page.get_by_text("read-only").first).to_be_visible()
        findings.look(visitor, "read-only")
        visitor.hop("ingest?dataset=green&source=sample&months=2024-02", "table.ls-plan")
        findings.look(visitor, "a plan nobody may launch")
        visitor.hop(f"{OBJECT}=map", ".stVegaLiteChart svg path")
        visitor.rest()
        findings.look(visitor, "the map of zones")
        visitor.shoot("map-light")
    findings.check()


def test_no_page_scrolls_sideways_on_a_telephone(console: LoneConsole, browser: Browser) -> None:
    """360 pixels wide, or 720 at 200 %; the pages that need Prefect are walked in test_journey."""
    places = {place: mark for place, mark in FILLED.items() if mark != ".ls-failed"}
    with visit(browser, console.url, width=360) as visitor:
        visitor.go()
        for place, mark in places.items():
            visitor.hop(place, mark)
            for _ in range(40):  # a chart is drawn again after its box was measured
                if not visitor.is_wider_than_window():
                    break
                visitor.page.wait_for_timeout(250)
            assert not visitor.is_wider_than_window(), place
