"""A console that others can reach and that asks nobody to log in changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit import config

from lakeside.errors import AccessDenied
from ui.access.opened import open_settings
from ui.actions import cancel_run, start_try_out
from ui.rights import find_read_only_reason, is_loopback


@pytest.fixture
def address() -> Iterator[None]:
    before = st.get_option("server.address")
    yield
    config.set_option("server.address", before)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_is_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "console.example.com", ""])
def test_other_addresses_are_not(address: str) -> None:
    assert not is_loopback(address)


@pytest.mark.usefixtures("address")
def test_every_action_is_refused_where_others_can_reach_the_console() -> None:
    config.set_option("server.address", "0.0.0.0")
    assert "listens at 0.0.0.0" in str(find_read_only_reason())
    for action in (start_try_out, lambda: cancel_run("any")):
        with pytest.raises(AccessDenied, match="read-only"):
            action()


@pytest.mark.usefixtures("address")
def test_a_setting_says_that_the_port_reaches_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    config.set_option("server.address", "0.0.0.0")
    monkeypatch.setenv("LAKESIDE_CONSOLE__PUBLISHED_ON_LOOPBACK", "true")
    open_settings.clear()
    assert find_read_only_reason() is None
