"""What is selected, typed: query parameters and the session keys of the widgets that follow them.

The URL is the truth that survives a reload. A widget shows the URL's value when the page opens or the
browser goes back, and writes its own value to the URL when a person changes it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NoReturn, TypeVar
from urllib.parse import urlencode

import streamlit as st

from lakeside.shown import show_unseen
from ui.formats import write_plain
from ui.serving.bounds import require_short
from ui.text import PRODUCT

T = TypeVar("T")
# The parameters that say what a page is about, the narrowest first.
SUBJECTS = ("object", "run", "table", "prefix", "dataset")
MOST_OF_SUBJECT = 60  # characters


def find_param(name: str) -> str | None:
    """A query parameter, or None when it is absent or empty."""
    value = st.query_params.get(name)
    return str(value) if value else None


def require_short_link(most: int) -> None:
    """Hold what stands behind the question mark against its bound; a page changes it without a request.

    Raises:
        LimitExceeded: it is longer than `console.link_characters`.
    """
    pairs = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)]
    require_short(len(urlencode(pairs)), most)


def name_window(page: str) -> str:
    """What the browser's tab says: what is looked at, the page, the product."""
    subject = next((found for name in SUBJECTS if (found := find_param(name))), "")
    name = show_unseen(subject.rstrip("/").rpartition("/")[2][:MOST_OF_SUBJECT])
    return " · ".join(part for part in (name, page, PRODUCT) if part)


def set_param(name: str, value: str | None) -> None:
    """Write a query parameter, or remove it."""
    if value:
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def follow_url(name: str, allowed: Sequence[T], default: T) -> str:
    """Before a single-choice widget is drawn: give its session key the URL's value. Returns the key.

    A value the URL names but the widget does not offer is ignored; one that has disappeared from it (the
    browser went back) is the default again.
    """
    key, seen = f"choice_{name}", f"seen_{name}"
    wanted = find_param(name)
    if key not in st.session_state or wanted != st.session_state.get(seen):
        found = next((option for option in allowed if str(option) == wanted), None)
        if found is not None or wanted is None or key not in st.session_state:
            st.session_state[key] = default if found is None else found
    if st.session_state[key] not in allowed:
        st.session_state[key] = default
    return key


def follow_url_many(name: str, allowed: Sequence[T]) -> str:
    """The same for a many-choice widget; the URL holds the values separated by commas."""
    key, seen = f"choice_{name}", f"seen_{name}"
    wanted = find_param(name)
    if key not in st.session_state or wanted != st.session_state.get(seen):
        names = (wanted or "").split(",")
        st.session_state[key] = [option for option in allowed if str(option) in names]
    st.session_state[key] = [option for option in st.session_state[key] if option in allowed]
    return key


def remember_choice(name: str, value: object, default: object = None) -> None:
    """After the widget is drawn: write its value to the URL, where a default needs no words."""
    written = ",".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
    if value == default:
        written = ""
    set_param(name, written)
    st.session_state[f"seen_{name}"] = written or None


def follow_text(name: str) -> str:
    """Before a text field is drawn: give its session key the URL's value. Returns the key."""
    key, seen = f"choice_{name}", f"seen_{name}"
    wanted = find_param(name)
    if key not in st.session_state or wanted != st.session_state.get(seen):
        st.session_state[key] = wanted or ""
    return key


def open_rows(where: str) -> NoReturn:
    """Leave for the object's Rows tab, filtered by a condition."""
    for name in ("page", "row", "column"):
        set_param(name, None)
    set_param("where", where)
    set_param("tab", "rows")
    st.rerun()


def forget_choice(name: str) -> None:
    """Let a choice be the default again when its widget is drawn next; not after it was drawn in this run."""
    set_param(name, None)
    st.session_state.pop(f"choice_{name}", None)
    st.session_state.pop(f"seen_{name}", None)


def follow_page(pages: int, name: str = "page") -> int:
    """The page an `st.pagination(pages, default=…, key=name)` is on, written to the URL.

    What a person clicked counts until the URL names another page; at most `pages`, so that a narrower
    list is not empty.
    """
    wanted, seen = find_param(name) or "", f"seen_{name}"
    clicked = st.session_state.get(name)
    if clicked and wanted == st.session_state.get(seen, wanted):
        number = int(clicked)
    else:
        number = int(wanted) if wanted.isdecimal() else 1
    number = max(1, min(number, pages))
    if clicked and clicked != number:
        st.session_state[name] = number
    written = str(number) if number > 1 else ""
    set_param(name, written)
    st.session_state[seen] = written
    return number


def forget_page(name: str = "page") -> None:
    """Start at the first page again, because what is paged is another list now."""
    st.session_state.pop(name, None)
    st.session_state.pop(f"seen_{name}", None)
    set_param(name, None)


def toast_later(words: str) -> None:
    """A toast that survives a rerun or a change of page; `show_toasts` shows it."""
    st.session_state.setdefault("toasts", []).append(words)


def show_toasts() -> None:
    """Show what was left by `toast_later`."""
    for words in st.session_state.pop("toasts", []):
        st.toast(write_plain(words))


def ask_later(question: str) -> NoReturn:
    """Run the whole script again and let it ask: a dialog opened inside a polling fragment does not last."""
    st.session_state[f"ask_{question}"] = True
    st.rerun()


def is_asked(question: str) -> bool:
    """Was the question raised by `ask_later`; true once."""
    asked = bool(st.session_state.pop(f"ask_{question}", False))
    if asked:
        st.session_state["asked_at"] = time.monotonic()
    return asked


def is_lately_asked(seconds: float = 60) -> bool:
    """May a question still stand open; running the whole page would close it."""
    return time.monotonic() - float(st.session_state.get("asked_at", -seconds)) < seconds


def hold(name: str, value: object) -> None:
    """Keep what a click was about (a button's callback, with what was shown) until the page takes it."""
    st.session_state[f"held_{name}"] = value


def take(name: str) -> object:
    """What was held, once; None when nothing is."""
    return st.session_state.pop(f"held_{name}", None)
