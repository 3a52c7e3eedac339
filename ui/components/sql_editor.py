"""The editor of a query: text that follows the URL, names to insert, examples, a link to share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import streamlit as st

from lakeside.queries.asking import Place
from lakeside.queries.tables import QueryTable
from lakeside.shown import escape_unseen
from ui.components.code import show_block
from ui.components.pieces import show_muted
from ui.components.sql_names import EDITOR, show_names
from ui.presenters.places import link_to_query, link_to_sql
from ui.presenters.sql_presenter import list_examples
from ui.state import find_param, set_param

_MOST_IN_URL = 6_000
_HEIGHT = 216


def show_editor(place: Place, tables: Sequence[QueryTable]) -> str:
    """The text as it is now. A link fills it; nothing runs before somebody clicks."""
    key = _follow(place, tables)
    left, right = st.columns([2.6, 1], gap="medium")
    with left:
        st.text_area(
            "GoogleSQL",
            key=key,
            height=_HEIGHT,
            placeholder="SELECT …",
            help="One SELECT. Ctrl+Enter checks it and says what it will read; Run runs it.",
        )
    with right:
        show_names(tables)
    text = str(st.session_state[key])
    st.session_state[_kept(place)] = text
    set_param("sql", text if text.strip() and len(text) <= _MOST_IN_URL else None)
    st.session_state[_seen(place)] = find_param("sql")
    return text


def show_helpers(place: Place, sql: str, tables: Sequence[QueryTable]) -> None:
    """Examples to start from, and the link that shares what is in the editor."""
    with st.popover("Examples", icon=":material/lightbulb:"):
        examples = list_examples(place, [table.name for table in tables])
        if not examples:
            show_muted("Examples appear with the first month of trips.")
        for number, (title, text) in enumerate(examples.items()):
            st.button(
                title, key=f"example-{number}", on_click=fill_editor, args=(place, text), type="tertiary"
            )
    with st.popover("Share", icon=":material/link:"):
        if len(sql) > _MOST_IN_URL:
            show_muted(f"Too long for a link: {len(sql):,} characters of at most {_MOST_IN_URL:,}.")
        elif sql.strip():
            show_muted("Opens this page with the text filled in. It runs only when somebody clicks Run.")
            show_block(_link(place, sql))
        else:
            show_muted("Write a query first.")


def fill_editor(place: Place, sql: str) -> None:
    """Put a text into the editor; to be called before it is drawn (from a callback)."""
    st.session_state[_key(place)] = sql
    st.session_state[_kept(place)] = sql


def _follow(place: Place, tables: Sequence[QueryTable]) -> str:
    """The URL's text when it is another than the one last seen; else what was here before."""
    key, wanted = _key(place), find_param("sql")
    if wanted is not None and wanted != st.session_state.get(_seen(place)):
        st.session_state[key] = escape_unseen(wanted)  # a link of a stranger's reads as it runs
    elif key not in st.session_state:
        kept = st.session_state.get(_kept(place))
        st.session_state[key] = (
            kept if kept is not None else _first(list_examples(place, [t.name for t in tables]))
        )
    return key


def _first(examples: Mapping[str, str]) -> str:
    return next(iter(examples.values()), "")


def _link(place: Place, sql: str) -> str:
    here = urlsplit(str(st.context.url or ""))
    base = f"{here.scheme}://{here.netloc}{here.path.rpartition('/')[0]}/" if here.netloc else ""
    return base + (link_to_query if place is Place.LAKE else link_to_sql)(sql)


def _key(place: Place) -> str:
    return f"{EDITOR}-{place}"


def _kept(place: Place) -> str:
    return f"kept_sql_{place}"


def _seen(place: Place) -> str:
    return f"seen_sql_{place}"
