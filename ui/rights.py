"""What may be done from this console: one place, beneath every button.

A console that other machines can reach and that knows no login shows everything and changes nothing.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import streamlit as st

from lakeside.errors import AccessDenied
from ui.access.opened import open_settings

P = ParamSpec("P")
R = TypeVar("R")

READ_ONLY = "This console is read-only, because it listens at {address} and asks nobody to log in."
READ_ONLY_HINT = (
    "Start it on 127.0.0.1, or set LAKESIDE_CONSOLE__PUBLISHED_ON_LOOPBACK=true where its port reaches this "
    "machine only."
)


def find_read_only_reason() -> str | None:
    """Why nothing can be changed from here; None when everything may be."""
    address = str(st.get_option("server.address") or "every address")
    if is_loopback(address) or open_settings().console.published_on_loopback:
        return None
    return READ_ONLY.format(address=address)


def is_loopback(address: str) -> bool:
    """Does an address reach this machine only."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def changing(action: Callable[P, R]) -> Callable[P, R]:
    """Mark what changes something: it raises AccessDenied where nothing may be changed."""

    @functools.wraps(action)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        reason = find_read_only_reason()
        if reason:
            raise AccessDenied(reason, READ_ONLY_HINT)
        return action(*args, **kwargs)

    return guarded
