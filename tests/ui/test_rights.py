"""A console that others can reach and that asks nobody to log in changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config

from lakeside.errors import AccessDenied
from lakeside.people import Act, Role
from lakeside.people.audit_reading import AuditFilter, read_audit
from lakeside.services import open_services
from lakeside.settings import Settings, load_settings
from ui.access.opened import open_settings
from ui.access.visitor import find_read_only_reason, is_loopback
from ui.actions import cancel_run, start_try_out
from ui.rights import allow, find_visitor


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setenv("LAKESIDE_HOME", str(tmp_path))
    before = st.get_option("server.address")
    yield tmp_path
    config.set_option("server.address", before)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_is_known(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "10.0.0.1", "console.example.com", ""])
def test_other_addresses_are_not(address: str) -> None:
    assert not is_loopback(address)


def test_every_action_is_refused_where_others_can_reach_the_console(address: Path) -> None:
    config.set_option("server.address", "0.0.0.0")
    assert "listens at 0.0.0.0" in str(find_read_only_reason(load_settings()))
    assert find_visitor().role is Role.VIEWER
    for action in (start_try_out, lambda: cancel_run("any")):
        with pytest.raises(AccessDenied, match="read-only"):
            action()
    page = read_audit(open_services(Settings(home=address)), AuditFilter())
    assert [(e.what, e.result, e.who) for e in page.entries] == [
        ("runs.cancel", "refused", "anybody"),
        ("runs.start", "refused", "anybody"),
    ]
    assert page.entries[0].parameters == {"run_id": "any"}
    state = allow(Act.CANCEL_RUN, help="Stops it")
    assert state["disabled"] and "read-only" in str(state["help"])


def test_a_setting_says_that_the_port_reaches_this_machine_only(
    address: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.set_option("server.address", "0.0.0.0")
    monkeypatch.setenv("LAKESIDE_CONSOLE__PUBLISHED_ON_LOOPBACK", "true")
    open_settings.clear()
    assert find_read_only_reason(load_settings()) is None
    assert find_visitor().role is Role.ADMIN
    assert allow(Act.CANCEL_RUN, help="Stops it") == {"disabled": False, "help": "Stops it"}
