"""From the home page to a plan: months are chosen with keyboard and mouse, and planned together."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import LoneConsole
from tests.e2e.visitor import visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_missing_months_are_chosen_on_the_home_page_and_planned(
    console: LoneConsole, browser: Browser
) -> None:
    with visit(browser, console.url) as visitor:
        page = visitor.page
        visitor.go()
        page.get_by_role("link", name="green", exact=True).click()
        page.wait_for_url(re.compile("dataset=green"))

        april = page.get_by_role("checkbox", name="2024-04 missing")
        april.focus()
        page.keyboard.press("Space")
        expect(april).to_have_attribute("aria-checked", "true")
        panel = page.get_by_label("Chosen months")
        expect(panel.get_by_text("green 2024-04")).to_be_visible()
        visitor.rest()
        expect(april).to_be_focused()  # also after the matrix was drawn anew

        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("checkbox", name="2024-05 missing")).to_be_focused()
        page.keyboard.press("Space")
        expect(panel.get_by_role("link", name="Plan 2 months")).to_be_visible()
        page.get_by_role("checkbox", name="2024-07 missing").click(modifiers=["Shift"])
        expect(panel.get_by_role("link", name="Plan 4 months")).to_be_visible()
        visitor.shoot("coverage-chosen-light")

        panel.get_by_role("link", name="Plan 4 months").click()
        months = "(,|%2C)".join(f"2024-0{number}" for number in (4, 5, 6, 7))
        # The page takes the dataset out of the address again where it is the one chosen by itself.
        expect(page).to_have_url(re.compile(rf"/ingest\?(dataset=green&)?months={months}$"))
        expect(page.get_by_role("radio", name="green")).to_be_checked()
        for month in ("2024-04", "2024-07"):
            chosen = page.get_by_role("checkbox", name=re.compile(month))
            expect(chosen).to_have_attribute("aria-checked", "true")
        expect(page.get_by_label("What will happen")).to_be_visible()


def test_the_home_page_and_the_warehouse_fit_the_window(console: LoneConsole, browser: Browser) -> None:
    table = "warehouse?table=green&tab=profile&column=fare_amount"
    with visit(browser, console.url, "dark") as visitor:
        for name, place in {"glance": "", "rows": "?by=rows", "table": table}.items():
            visitor.go(place)
            visitor.shoot(f"{name}-dark")
            assert not visitor.is_wider_than_window()
