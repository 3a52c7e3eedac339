"""Who looks at the console: the line in the frame with the way out, and the page of whoever may not look."""

from __future__ import annotations

import streamlit as st

from lakeside.people import Caller
from ui.components.markup import el, prose
from ui.text import LOG_IN, LOG_IN_THERE, LOG_OUT, ONE_SENTENCE


def show_visitor(visitor: Caller, has_login: bool) -> None:
    """Name and role; with a login the button that ends it."""
    if not has_login:
        return
    name = el("b", visitor.name, title=visitor.name)
    st.html(
        el(
            "p",
            name,
            el("span", visitor.role, class_="role"),
            class_="ls-visitor",
            role="group",
            aria_label="Logged in as",
        )
    )
    st.button(LOG_OUT, icon=":material/logout:", type="tertiary", on_click=st.logout, key="log_out")


def show_login(visitor: Caller, elsewhere: str | None) -> None:
    """Why there is nothing to see, and the button that changes it, or the address where it does."""
    with st.container(border=True, horizontal_alignment="center", key="login"):
        st.html(
            el(
                "div",
                el("div", "≋", class_="mark", aria_hidden="true"),
                el("h1", "Lakeside"),
                el("p", ONE_SENTENCE),
                el("p", prose(visitor.because), role="status"),
                el("p", prose(visitor.hint), class_="ls-muted"),
                class_="ls-empty",
            )
        )
        if elsewhere:
            st.link_button(LOG_IN_THERE.format(url=elsewhere), elsewhere, icon=":material/login:")
        else:
            st.button(LOG_IN, icon=":material/login:", type="primary", on_click=st.login, key="log_in")
        if visitor.name:
            st.button(LOG_OUT, icon=":material/logout:", type="tertiary", on_click=st.logout, key="log_out")
