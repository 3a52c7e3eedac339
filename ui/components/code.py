"""Code and other text that is copied: the one place that draws it, so that nothing unseen is in it."""

from __future__ import annotations

import streamlit as st

from lakeside.shown import show_unseen
from ui.components.pieces import show_muted

_NOTE = "⟨U+…⟩ stands for a character that nobody sees; the text has it there, not these signs."


def show_block(text: str, language: str | None = None) -> None:
    """A block with a button that copies it.

    Code that names such characters writes them as its language does (`escape_unseen`, `quote_shell`), so
    that a copy runs; what is left of them, in words that others wrote, is named and said to be.
    """
    shown = show_unseen(text)
    st.code(shown, language=language, wrap_lines=True)
    if shown != text:
        show_muted(_NOTE)
