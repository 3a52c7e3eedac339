"""SQL in a real browser: refused, too dear for what is left, cancelled, and trips joined with zones."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.zones import ingest_zones
from tests.e2e.conftest import LoneConsole
from tests.e2e.visitor import Visitor, visit
from ui import text

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ENDLESS = """SELECT COUNT(*) AS n FROM green a, green b, green c, green d
WHERE a.extra + b.extra > c.extra + d.extra"""
DEAR = (
    "SELECT COUNT(a.fare_amount) AS n, MAX(b.fare_amount) AS m FROM green a JOIN yellow b USING (source_row)"
)


@pytest.fixture(scope="module")
def zones(console: LoneConsole, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The lookup in the console's lake: odd zones in Queens, even ones in Manhattan."""
    file: Path = tmp_path_factory.mktemp("zones") / "zones.csv"
    lines = [f"{n},{'Queens' if n % 2 else 'Manhattan'},Zone {n},Boro Zone" for n in range(1, 266)]
    file.write_text("LocationID,Borough,Zone,service_zone\n" + "\n".join(lines) + "\n")
    ingest_zones(open_services(Settings(home=console.home, sources={"zone_lookup_url": f"file://{file}"})))


def write(visitor: Visitor, sql: str) -> None:
    """Type a query over what is in the editor, as a person does, and leave the field."""
    editor = visitor.page.get_by_role("textbox", name="GoogleSQL")
    editor.fill(sql)
    editor.press("Control+Enter")
    visitor.rest()


def run(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name=text.RUN_QUERY, exact=True).click()


def test_what_changes_data_is_refused_and_points_at_its_place(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url) as visitor:
        visitor.go("sql?sql=" + quote("SELECT VendorID,\n  fooo\nFROM green"))
        alert = visitor.page.get_by_role("alert")
        expect(alert).to_contain_text("line 2, column 3")
        expect(alert.locator("mark")).to_have_text("f")
        visitor.shoot("sql-refused-light")
        write(visitor, "DELETE FROM green WHERE TRUE")
        run(visitor)
        expect(alert).to_contain_text("DELETE is not a SELECT")
        write(visitor, "SELECT COUNT(*) AS n FROM green")
        run(visitor)
        expect(visitor.page.locator(".ls-outcome")).to_contain_text("1 row in")


def test_a_session_spends_no_more_than_its_budget(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url) as visitor:
        visitor.go("sql?sql=" + quote(DEAR))
        for left in ("29.0 MB", "8.1 MB"):
            run(visitor)
            expect(visitor.page.locator(".ls-facts")).to_contain_text(left)
            expect(visitor.page.locator(".ls-outcome")).to_contain_text("1 row in")
            visitor.rest()
        run(visitor)
        alert = visitor.page.get_by_role("alert")
        expect(alert).to_contain_text(
            "The query would bill 21.0 MB; of this session's 50.0 MB, 8.1 MB are left."
        )
        visitor.shoot("sql-over-budget-light")


def test_a_link_runs_nothing_and_a_long_query_is_cancelled(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url) as visitor:
        page = visitor.page
        visitor.go("sql?sql=" + quote(ENDLESS))
        expect(page.get_by_role("textbox", name="GoogleSQL")).to_have_value(ENDLESS)
        expect(page.get_by_text("Nothing was run yet")).to_be_visible()
        run(visitor)
        cancel = page.get_by_role("button", name=text.CANCEL_QUERY)
        expect(cancel).to_be_visible()
        visitor.shoot("sql-running-light")
        cancel.click()
        expect(page.get_by_role("alert")).to_contain_text("The query was cancelled.")
        expect(page.get_by_role("button", name=text.RUN_QUERY, exact=True)).to_be_enabled()


@pytest.mark.usefixtures("zones")
def test_trips_are_joined_with_zones_in_the_lake(console: LoneConsole, browser: Browser) -> None:
    with visit(browser, console.url, "dark") as visitor:
        page = visitor.page
        visitor.go("query")
        editor = page.get_by_role("textbox", name="GoogleSQL")
        editor.fill("SELECT Borough, COUNT(*) AS trips FROM ")
        editor.press_sequentially("gre")
        expect(page.get_by_role("listbox", name="Names that begin so")).to_contain_text("green")
        editor.press("Tab")
        page.keyboard.insert_text(" JOIN zones ON PULocationID = LocationID ")
        page.keyboard.insert_text("WHERE source_month = '2024-01-01' GROUP BY Borough ORDER BY trips DESC")
        editor.press("Control+Enter")
        visitor.rest()
        expect(editor).to_have_value(
            "SELECT Borough, COUNT(*) AS trips FROM green JOIN zones ON PULocationID = LocationID "
            "WHERE source_month = '2024-01-01' GROUP BY Borough ORDER BY trips DESC"
        )
        expect(page.locator(".ls-facts")).to_contain_text("green, zones")
        run(visitor)
        expect(page.locator(".ls-outcome")).to_contain_text("2 rows in")
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        visitor.rest()
        visitor.shoot("query-joined-dark")
        assert not visitor.is_wider_than_window()
        page.reload()
        visitor.rest()
        expect(page.get_by_text("Nothing was run yet")).to_be_visible()
