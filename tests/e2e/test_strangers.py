"""Requests of strangers' pages to a real console: refused at every path, before Streamlit sees them."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.e2e.conftest import start_console
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
    with start_console(tmp_path_factory.mktemp("strangers"), {}) as url:
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
