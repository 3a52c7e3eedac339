"""The error boundary: one place where a page's errors become words. Nothing else in ui catches."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    LakesideError,
    NotFound,
    PlanMoved,
    SettingsError,
)
from ui.components.markup import el, prose
from ui.components.pieces import show_muted
from ui.text import UNEXPECTED

log = logging.getLogger(__name__)

_TITLES: dict[type[LakesideError], str] = {
    BackendUnavailable: "Not reachable right now",
    AccessDenied: "Not allowed",
    NotFound: "Not there",
    SettingsError: "A setting needs mending",
    PlanMoved: "Nothing was started",
}


@contextmanager
def error_boundary(again_seconds: float = 0) -> Iterator[None]:
    """Draw what is inside; when it fails, say what happened and what to do next, and keep the rest.

    With `again_seconds` the page looks again by itself when the failure may pass.
    """
    try:
        yield
    except LakesideError as error:
        log.warning("A page part failed: %s", error)
        show_error(error)
        if error.retryable and again_seconds:
            st.fragment(_look_again, run_every=again_seconds)(time.monotonic())
    except Exception:
        reference = uuid.uuid4().hex[:8]
        log.exception("Unexpected error in a page, reference %s", reference)
        hint = f"The console's log has the details under the reference {reference}."
        show_failure("Unexpected", UNEXPECTED, hint)


def _look_again(since: float) -> None:
    show_muted("Looks again by itself.")
    if time.monotonic() - since > 1:
        st.rerun()


def show_error(error: LakesideError) -> None:
    """An error of the tree as a card: what happened, what to do next."""
    title = next((words for kind, words in _TITLES.items() if isinstance(error, kind)), "That did not work")
    show_failure(title, error.message, error.hint)


def show_failure(title: str, message: str, hint: str) -> None:
    """The card itself."""
    body = [
        el("h2", "✕ ", title),
        el("p", prose(message)),
        el("p", prose(hint), class_="hint") if hint else None,
    ]
    st.html(el("section", *body, class_="ls-failed", role="alert"))
