"""A browser page that knows when Streamlit is at rest, and notes what must not happen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from lakeside.settings import PROJECT_ROOT

SHOTS = PROJECT_ROOT / "test-results"
AT_REST = '[data-testid="stApp"][data-test-script-state="notRunning"]'
# On a page other than home, Streamlit first asks for its health below the page's own path.
EXPECTED_MISSES = ("/_stcore/health", "/_stcore/host-config")


class Visitor:
    """Goes to places of the console and looks."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.foreign_requests: list[str] = []
        self.console_errors: list[str] = []
        page.on("request", self._note_request)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.set_default_timeout(45_000)

    def go(self, place: str = "") -> None:
        """Load a place anew, as a bookmark would."""
        self.page.goto(f"{self.url}/{place}")
        self.rest()

    def open(self, title: str) -> None:
        """Click a page in the sidebar."""
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        self.page.locator("h1", has_text=title).wait_for()
        self.rest()

    def hop(self, place: str, mark: str) -> None:
        """Follow a link of the console to a place without loading it anew, until `mark` is drawn there."""
        self.page.evaluate(
            "(place) => { history.pushState({}, '', place); dispatchEvent(new PopStateEvent('popstate')); }",
            f"/{place}",
        )
        expect(self.page.locator(mark).first).to_be_visible()
        self.page.wait_for_selector(AT_REST)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)

    def rest(self) -> None:
        """Until the script has run and nothing is a skeleton any more."""
        self.page.wait_for_selector(AT_REST)
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(0)  # a function would need eval
        self.page.wait_for_timeout(400)

    def text(self) -> str:
        """What a person reads in the main part."""
        return self.page.get_by_test_id("stMain").inner_text()

    def shoot(self, name: str) -> Path:
        """A picture in test-results/."""
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=path, animations="disabled")
        return path

    def is_wider_than_window(self) -> bool:
        """Does the page itself scroll sideways."""
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        )

    def _note_request(self, request: Request) -> None:
        host = self.url.partition("://")[2]
        if not request.url.startswith((f"http://{host}/", f"ws://{host}/", "data:", "blob:")):
            self.foreign_requests.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        expected = message.location.get("url", "").endswith(EXPECTED_MISSES)
        if message.type == "error" and not expected:
            self.console_errors.append(message.text)


@contextmanager
def visit(
    browser: Browser, url: str, scheme: Literal["light", "dark"] = "light", width: int = 1440
) -> Iterator[Visitor]:
    """A fresh browser profile of that colour scheme and width; what must not happen is checked at the end."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visitor = Visitor(context.new_page(), url)
    try:
        yield visitor
        assert visitor.foreign_requests == []
        assert visitor.console_errors == []
    except BaseException:
        visitor.shoot("failed")
        raise
    finally:
        context.close()
