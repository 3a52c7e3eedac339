"""Whom the console answers, and which scripts a browser may run in it."""

from __future__ import annotations

import re

import pytest

from ui.components.links import LINK_SCRIPT
from ui.serving.guard import Names
from ui.serving.policy import hash_script, make_policy, read_streamlit_page

LISTED = Names(frozenset({"lake.example.com"}))


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8501", "127.0.0.1:8501", "127.9.9.9", "[::1]:8501", "lake.example.com:80"],
)
def test_the_names_of_this_machine_and_the_listed_ones_are_answered(host: str) -> None:
    assert LISTED.allow(host)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8501",
        "evil.example@127.0.0.1",
        "127.0.0.1:8501@evil.example",
        "127.0.0.1/x",
        "127.0.0.1:port",
        "192.168.1.4:8501",
        "0.0.0.0:8501",
        "[::]:8501",
        "sub.lake.example.com",
        "[::1",
        "2130706433",
    ],
)
def test_other_names_are_not(host: str | None) -> None:
    assert not LISTED.allow(host)


def test_a_console_others_can_reach_is_called_by_any_address_but_by_no_name() -> None:
    names = Names(any_address=True)
    assert names.allow("192.168.1.4:8501")
    assert names.allow("[2001:db8::1]:8501")
    assert not names.allow("evil.example")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://127.0.0.1:8501", True),
        ("https://lake.example.com", True),
        ("http://127.0.0.1:3000", False),
        ("http://localhost:8501", False),
        ("https://evil.example", False),
        ("http://evil.example/?http://127.0.0.1:8501", False),
        ("null", False),
        ("file://", False),
        ("chrome-extension://127.0.0.1:8501", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_pages_of_other_origins_are_not_answered(origin: str | None, allowed: bool) -> None:
    assert LISTED.allow_origin(origin, "127.0.0.1:8501") is allowed


def test_the_policy_allows_no_eval_and_only_known_inline_scripts() -> None:
    policy = make_policy([read_streamlit_page(), LINK_SCRIPT])
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts
    assert re.fullmatch(r"'self'( 'sha256-[A-Za-z0-9+/]{43}=')+", scripts.group(1))
    # Chromium writes this very hash when it refuses `alert(1)`.
    assert hash_script("alert(1)") == "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
