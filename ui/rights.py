"""What the visitor may do, for pages to show: what they may not is disabled and says why.

Nothing is enforced here: the services and the run console that pages open carry the visitor's gate, and
refuse (`lakeside.people`). A new action needs `@changing(Act.…)` there and `**allow(Act.…)` at its button.
"""

from __future__ import annotations

from typing import TypedDict

import streamlit as st

from lakeside.people import Act, Caller
from lakeside.people.login import find_console_url
from ui.access.opened import open_settings
from ui.access.visitor import find_caller, find_gate


class Allowed(TypedDict):
    """What a button takes: is it disabled, and why."""

    disabled: bool
    help: str | None


def find_visitor() -> Caller:
    """Who looks."""
    return find_caller(open_settings())


def is_over() -> bool:
    """May the visitor not look any more: the login is too old, or was ended."""
    return find_visitor().role is None


def has_login() -> bool:
    """Does everybody have to log in."""
    return open_settings().people.has_login


def find_right_place() -> str | None:
    """The console's address where a login works, when the browser is at another; None when it is there."""
    right, here = find_console_url(open_settings()), st.context.url
    return None if here is None or f"{here}/".startswith(f"{right}/") else right


def find_refusal(act: Act) -> str | None:
    """Why the visitor may not, with what to do; None when they may."""
    refusal = find_gate(open_settings()).find_refusal(act)
    return None if refusal is None else str(refusal)


def allow(act: Act, disabled: bool = False, help: str | None = None) -> Allowed:
    """A button's state: `st.button(…, **allow(Act.CANCEL_RUN))`; what may not be done says why on hovering.

    Args:
        act: what the button does.
        disabled: is it, whoever looks.
        help: its words on hovering, where the visitor may.
    """
    refusal = find_refusal(act)
    return {"disabled": disabled or refusal is not None, "help": refusal or help}
