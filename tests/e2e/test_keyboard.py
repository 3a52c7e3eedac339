"""A launch by the keyboard alone, on the real stack, and what is shown on the way judged by axe-core."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.axe_scan import Findings
from tests.e2e.conftest import Stack
from tests.e2e.visitor import visit

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

MOST_STOPS = 120
RUN_SECONDS = 120_000
# Whether the element that has the focus, or one of the few around it, looks another way without it.
SHOWS = """() => {
  const link = document.activeElement;
  const look = () => {
    const seen = [];
    for (let at = link, up = 0; at && up < 4; at = at.parentElement, up++) {
      const style = getComputedStyle(at);
      seen.push(style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.opacity);
    }
    return seen.join();
  };
  const focused = look();
  link.blur();
  const left = look();
  link.focus();
  return focused !== left || link.outerHTML.slice(0, 200);
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus; every stop on the way shows that it has it."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS) is True
        if has_focus(wanted):
            return
    pytest.fail(f"not reached with {MOST_STOPS} stops: {wanted}")


def has_focus(wanted: Locator) -> bool:
    return bool(wanted.evaluate("element => element === document.activeElement"))


def test_a_launch_by_the_keyboard_alone(stack: Stack, browser: Browser) -> None:
    """Dataset by arrows, source by its letters, months by arrows and Space, the launch by Enter."""
    findings = Findings()
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        page.emulate_media(reduced_motion="reduce")
        visitor.go("ingest")
        tab_to(page, page.get_by_role("radiogroup", name="Dataset").get_by_role("radio").first)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        fhv = page.get_by_role("radio", name="fhv", exact=True)
        expect(fhv).to_be_focused()
        page.keyboard.press("Space")
        expect(fhv).to_be_checked()
        expect(page).to_have_url(re.compile("dataset=fhv"))
        visitor.rest()
        expect(fhv).to_be_focused()

        source = page.get_by_role("combobox", name="Source")
        tab_to(page, source)
        page.keyboard.type("sample")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("source=sample"))
        visitor.rest()
        expect(source).to_be_focused()

        tab_to(page, page.locator("table.ls-picker a[tabindex='0']"))  # one stop, whatever the months
        january = page.get_by_role("checkbox", name="2024-01 missing")
        for _ in range(MOST_STOPS):
            if has_focus(january):
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        february = page.get_by_role("checkbox", name="2024-02 missing")
        expect(february).to_be_focused()
        page.keyboard.press("Space")
        expect(page.get_by_label("What will happen").get_by_text("2024-02")).to_be_visible()
        expect(february).to_be_checked()
        expect(february).to_be_focused()  # the matrix was drawn anew
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        expect(page.get_by_label("What will happen").get_by_text("2024-03")).to_be_visible()
        launch = page.get_by_role("button", name="Launch 2 months")
        expect(launch).to_be_enabled()
        visitor.rest()
        findings.look(visitor, "a plan that can be launched")

        tab_to(page, launch)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/runs\?run="))
        for month in ("2024-02", "2024-03"):
            expect(page.get_by_label(f"{month} published")).to_be_visible(timeout=RUN_SECONDS)
        expect(page.get_by_text("2 of 2 months done")).to_be_visible()
        visitor.rest()
        findings.look(visitor, "a run that is over")
        visitor.hop("runs", "table[aria-label='Runs, newest first']")
        findings.look(visitor, "runs")
        visitor.hop("schedules?new=1", ".st-key-schedule_form")
        findings.look(visitor, "the form of a schedule")
    findings.check()
