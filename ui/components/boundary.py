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
    LimitExceeded,
    NotFound,
    PlanMoved,
    QueryCancelled,
    QueryRejected,
    SettingsError,
)
from ui.components.markup import Markup, el, prose
from ui.components.pieces import show_muted
from ui.presenters.caret import Caret, present_caret
from ui.rights import is_over
from ui.text import UNEXPECTED

log = logging.getLogger(__name__)

_TITLES: dict[type[LakesideError], str] = {
    BackendUnavailable: "Not reachable right now",
    AccessDenied: "Not allowed",
    NotFound: "Not there",
    SettingsError: "A setting needs mending",
    PlanMoved: "Nothing was started",
    QueryRejected: "The query was refused",
    QueryCancelled: "Cancelled",
    LimitExceeded: "More than a limit allows",
}


@contextmanager
def error_boundary(again_seconds: float = 0, text: str = "") -> Iterator[None]:
    """Draw what is inside; when it fails, say what happened and what to do next, and keep the rest.

    With `again_seconds` the page looks again by itself when the failure may pass. `text` is what a person
    wrote, so that an error that knows its place in it can point there.
    """
    if is_over():
        st.rerun(scope="app")  # a part that looks again by itself would go on after the login has ended
    try:
        yield
    except LakesideError as error:
        log.warning("A page part failed: %s", error)
        show_error(error, text)
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


def show_error(error: LakesideError, text: str = "") -> None:
    """An error of the tree as a card: what happened, where in the text, what to do next."""
    title = next((words for kind, words in _TITLES.items() if isinstance(error, kind)), "That did not work")
    show_failure(title, error.message, error.hint, present_caret(text, error.at))


def show_failure(title: str, message: str, hint: str, caret: Caret | None = None) -> None:
    """The card itself."""
    body = [
        el("h2", "✕ ", title),
        el("p", prose(message)),
        _caret(caret) if caret else None,
        el("p", prose(hint), class_="hint") if hint else None,
    ]
    st.html(el("section", *body, class_="ls-failed", role="alert"))


def _caret(caret: Caret) -> Markup:
    """The line of the text, with a mark where the cause begins."""
    number = f"{caret.line} │ "
    below = " " * len(number + caret.before) + "▲"
    line = el("span", number, class_="no"), caret.before, el("mark", caret.after[:1] or " "), caret.after[1:]
    return el(
        "pre",
        *line,
        "\n",
        below,
        class_="ls-caret",
        tabindex=0,
        role="group",
        aria_label=f"Line {caret.line}",
    )
