"""Who looks at this page, and what they may: read from the session, anew each time."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import streamlit as st

from lakeside.people import Caller, Gate, Role
from lakeside.people.address import find_client_address
from lakeside.people.audit_log import AuditLog
from lakeside.people.claims import read_caller
from lakeside.settings import Settings

ANYBODY = "anybody"
READ_ONLY = "This console is read-only, because it listens at {address} and asks nobody to log in."
READ_ONLY_HINT = (
    "Set up a login (docs/people.md), start it on 127.0.0.1, or set "
    "LAKESIDE_CONSOLE__PUBLISHED_ON_LOOPBACK=true where its port reaches this machine only."
)


def find_gate(settings: Settings) -> Gate:
    """The visitor's gate; what passes it is written into the audit log."""
    return Gate(find_caller(settings), settings, AuditLog(settings))


def find_caller(settings: Settings) -> Caller:
    """Who it is: the person who logged in; without a login this machine's user, or anybody who may look."""
    address = find_address(settings)
    if settings.people.has_login:
        return read_caller(st.user.to_dict(), settings.people, address, datetime.now(UTC))
    reason = find_read_only_reason(settings)
    if reason:
        return Caller(ANYBODY, Role.VIEWER, address, reason, READ_ONLY_HINT)
    return Caller.of_machine(address)


def find_address(settings: Settings) -> str:
    """Where the browser is; what a proxy says of it counts as far as the settings trust proxies."""
    peer = st.context.ip_address or "127.0.0.1"  # Streamlit says None for this machine
    forwarded = st.context.headers.get_all("X-Forwarded-For")
    return find_client_address(peer, forwarded, settings.people.trusted_proxies)


def find_read_only_reason(settings: Settings) -> str | None:
    """Why nothing can be changed without a login; None where the console reaches this machine only."""
    address = str(st.get_option("server.address") or "every address")
    if is_loopback(address) or settings.console.published_on_loopback:
        return None
    return READ_ONLY.format(address=address)


def is_loopback(address: str) -> bool:
    """Does an address reach this machine only."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
