"""What strangers send and write, at a real console in a real browser.

Requests of their pages are refused at every path, before Streamlit sees them. Their names and values are
shown and do nothing: no dialog, no request to anywhere else, no element of theirs, no word that nobody sees.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from lakeside.shown import UNSEEN
from tests.e2e.conftest import start_console
from tests.e2e.visitor import Visitor, visit
from tests.hostile import COLUMNS, EVIL, HARM, IMAGE, IN_A_KEY, MONTH, TABLE, fill_hostile_home
from ui.app_pages.pages import PAGES
from ui.presenters.places import link_to_checks, link_to_lake, link_to_object, link_to_schemas, link_to_table
from ui.serving.policy import make_headers

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PATHS = [
    "/",
    "/lake",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/media/x.csv",
    "/favicon.png",
]
REBOUND = {"Host": "evil.example:{port}"}
FOREIGN = {"Origin": "http://evil.example"}
NEIGHBOUR = {"Origin": "http://127.0.0.1:3000"}  # another server on this machine; Streamlit would answer it


def ask(port: int, path: str, headers: dict[str, str], method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers={k: v.format(port=port) for k, v in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("strangers")
    with start_console(home, fill_hostile_home(home)) as url:
        yield url


@pytest.fixture(scope="module")
def port(url: str) -> int:
    return int(url.rpartition(":")[2])


@pytest.mark.parametrize("headers", [REBOUND, FOREIGN, NEIGHBOUR, {"Origin": "null"}], ids=str)
def test_no_path_answers_a_stranger(port: int, headers: dict[str, str]) -> None:
    assert {path: ask(port, path, headers).status for path in PATHS} == dict.fromkeys(PATHS, 403)


def test_an_answer_without_or_with_two_hosts_is_refused(port: int) -> None:
    for hosts in (
        b"",
        b"Host: localhost\r\nHost: evil.example\r\n",
        b"Host: evil.example\r\nHost: localhost\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
            raw.sendall(b"GET /_stcore/health HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
            assert raw.recv(100).split()[1] in (b"400", b"403")


def test_nothing_is_uploaded_and_agents_are_not_served(port: int) -> None:
    for method, path in (
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("POST", "/_stcore/agent/interact"),
        ("POST", "/_stcore/agent/mcp"),
    ):
        assert ask(port, path, {}, method).status == 403


def test_no_page_around_the_console_may_steer_it(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/_stcore/host-config")
    assert json.loads(connection.getresponse().read())["allowedOrigins"] == []
    connection.close()


def test_every_answer_tells_the_browser_what_to_allow(port: int) -> None:
    for path in [*PATHS, "/static/missing.js"]:
        answer = ask(port, path, {})
        for name, value in make_headers([]).items():
            assert answer.headers.get_all(name, []) == [value] or name == "content-security-policy", path
        policy = answer.headers.get_all("content-security-policy", [])
        assert len(policy) == 1
        assert "unsafe-eval" not in policy[0]
        assert "script-src 'self' 'sha256-" in policy[0]


@pytest.mark.parametrize("headers", [REBOUND, FOREIGN, NEIGHBOUR, {"Origin": "null"}], ids=str)
def test_a_websocket_of_a_stranger_is_refused(port: int, headers: dict[str, str]) -> None:
    named = {k: v.format(port=port) for k, v in headers.items()}
    address = f"ws://{named.pop('Host', f'127.0.0.1:{port}')}/_stcore/stream"
    raw = socket.create_connection(("127.0.0.1", port), timeout=60)
    with raw, pytest.raises(InvalidStatus) as refused:
        connect(address, sock=raw, additional_headers=named, open_timeout=60).close()
    assert refused.value.response.status_code == 403


def test_a_websocket_of_the_console_itself_opens(port: int) -> None:
    own = {"Origin": f"http://127.0.0.1:{port}"}
    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", additional_headers=own, open_timeout=60):
        pass


BIDI = next(text for text in IN_A_KEY if "\u202e" in text)
GREEN, YELLOW = (f"data/{name}/{name}_tripdata_{MONTH}.parquet" for name in ("green", "yellow"))
# Places that show harmful words outside of a grid, which is drawn on a canvas.
TELLING = [
    link_to_lake(view="all"),
    *[link_to_object(COLUMNS, tab=tab) for tab in ("profile", "charts", "schema")],
    link_to_object(COLUMNS, tab="rows", row=5),
    *[link_to_object(f"strange/{IMAGE}/{IMAGE}.parquet", tab=tab) for tab in ("origin", "load", "code")],
    *[link_to_object(f"strange/{BIDI}/{BIDI}.parquet", tab=tab) for tab in ("origin", "load", "code")],
    link_to_object(COLUMNS, tab="code") + "&columns=" + quote(",".join(t for t in HARM if "," not in t)),
    link_to_object(f"strange/{IMAGE}.html"),
    link_to_object(YELLOW, tab="origin"),
    link_to_object(IMAGE),  # is not there: the error names it
    link_to_schemas("strange/"),
    link_to_checks("green", MONTH),
    *[link_to_table(IMAGE, tab) for tab in ("columns", "queries")],
    "sql",
]
QUIET = [
    *[page.url_path for page in PAGES if page.url_path not in ("sql", "schemas", "warehouse", "checks")],
    link_to_object(GREEN, tab="rows"),
    link_to_table(TABLE, "rows"),
]
# Elements as the harmful texts would make them; what is written about them stands in the text, not here.
THEIRS = "[data-evil], [onerror], [onload], [onmouseover], iframe, img[src*=evil], a[href^=javascript]"


def find_theirs(visitor: Visitor) -> list[str]:
    """Elements that a text made, and links that lead away."""
    made = visitor.page.locator(THEIRS).evaluate_all("found => found.map((e) => e.outerHTML)")
    away = "found => found.filter((a) => a.origin !== location.origin).map((a) => a.outerHTML)"
    return [*made, *visitor.page.locator("a[href]").evaluate_all(away)]


def look(visitor: Visitor, place: str) -> str:
    """Everything that is written at a place, after a look for what must not be there."""
    visitor.go(place)
    words = visitor.page.locator("body").inner_text()
    assert find_theirs(visitor) == [], place
    assert re.findall(UNSEEN, words) == [], place
    assert "Something went wrong" not in words, place
    return words


@pytest.mark.parametrize("telling", [True, False], ids=["telling", "quiet"])
def test_names_and_values_that_would_do_harm_are_shown_and_do_none(
    url: str, browser: Browser, telling: bool
) -> None:
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with visit(browser, url) as visitor:  # which fails on requests elsewhere and on words of the console
        visitor.page.on("dialog", note)
        words = {place: look(visitor, place) for place in (TELLING if telling else QUIET)}
    assert [place for place, written in words.items() if telling and EVIL not in written] == []
    assert dialogs == []


def test_choices_that_name_columns_show_them_as_they_are(url: str, browser: Browser) -> None:
    with visit(browser, url) as visitor:
        page = visitor.page
        visitor.go(link_to_object(COLUMNS, tab="charts"))
        page.get_by_role("combobox", name="Along").click()
        expect(page.get_by_role("option", name=HARM[0], exact=True)).to_be_visible()
        assert find_theirs(visitor) == []
        page.keyboard.press("Escape")
        page.locator("canvas, svg.marks").first.hover()
        assert find_theirs(visitor) == []


def test_a_grid_offers_no_csv_that_a_spreadsheet_would_run(url: str, browser: Browser) -> None:
    with visit(browser, url) as visitor:
        visitor.go(link_to_object(COLUMNS, tab="rows"))
        visitor.page.get_by_test_id("stDataFrame").first.hover()
        expect(visitor.page.get_by_role("button", name=re.compile("^Fullscreen"))).to_be_visible()
        expect(visitor.page.get_by_role("button", name=re.compile("^Download as CSV"))).to_be_hidden()


def test_what_got_into_a_page_all_the_same_could_do_nothing(url: str, browser: Browser) -> None:
    """The second wall, and the proof that the tests above would see a hole in the first."""
    attempt = "try { tell(new Function('return 1')()) } catch (error) { tell(error.name) }"
    script = (
        f"new Promise((tell) => setTimeout(() => {{ {attempt} }}))"  # later, as a script of the page would
    )
    fetch = "fetch('http://evil.example/').then(() => 'sent', (error) => error.name)"
    with visit(browser, url) as visitor:
        page = visitor.page
        visitor.go()
        assert page.evaluate(script) == "EvalError"
        assert page.evaluate(fetch) == "TypeError"
        page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", "".join(HARM))
        assert len(find_theirs(visitor)) > 3
        refused = [words for words in visitor.console_errors if "Content Security Policy" in words]
        assert len(refused) >= 3, visitor.console_errors
        visitor.console_errors.clear()
        visitor.foreign_requests.clear()
