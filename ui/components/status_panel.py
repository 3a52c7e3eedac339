"""The sidebar's status lines."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ui.components.markup import Markup, el
from ui.presenters.views import StatusLine


def show_status(lines: Iterable[StatusLine]) -> None:
    """Symbol, name, word, and where it is or what is wrong."""
    items = [
        el(
            "li",
            el("i", line.look.symbol, class_="ls-symbol", aria_hidden="true"),
            el("span", f"{line.name} · {line.look.word}", class_="name"),
            el("span", *_with_breaks(line.detail), class_="say"),
            class_=f"tone-{line.look.tone}",
        )
        for line in lines
    ]
    st.html(el("ul", *items, class_="ls-status", aria_label="Status of the system"))


def _with_breaks(detail: str) -> list[Markup | str]:
    """A long path breaks after its slashes, not within a name."""
    parts = detail.split("/")
    broken = [piece for part in parts[:-1] for piece in (f"{part}/", Markup("<wbr>"))]
    return [*broken, parts[-1]]
