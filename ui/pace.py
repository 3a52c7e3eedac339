"""How often a page looks again: often while something moves, ever less while nothing does."""

from __future__ import annotations

import streamlit as st

from ui.state import is_lately_asked

STEPS_SECONDS = (1.0, 2.0, 5.0, 10.0)
LOOKS_A_STEP = 8


def seconds_after(quiet_looks: int) -> float:
    """The pause after so many looks in a row that saw nothing new."""
    return STEPS_SECONDS[min(quiet_looks // LOOKS_A_STEP, len(STEPS_SECONDS) - 1)]


def find_pace(name: str) -> float:
    """The pause in seconds as of now."""
    return seconds_after(_read(name)[1])


def note_sign(name: str, sign: object) -> bool:
    """Note what a look saw; True when the pace is another now, so that the page should be run again."""
    last, quiet = _read(name)
    before = seconds_after(quiet)
    quiet = quiet + 1 if sign == last else 0
    if seconds_after(quiet) != before and is_lately_asked():
        return False
    st.session_state[f"pace_{name}"] = (sign, quiet)
    return seconds_after(quiet) != before


def _read(name: str) -> tuple[object, int]:
    found: tuple[object, int] = st.session_state.get(f"pace_{name}", (None, 0))
    return found
