"""Which dataset's checks, which view of them, and which page of months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lakeside.errors import SettingsError
from lakeside.month import Month
from ui.state import find_param, follow_url, remember_choice

MATRIX, RECONCILE = "checks", "reconcile"
_VIEWS = {MATRIX: "By check and month", RECONCILE: "Where lake and warehouse disagree"}


@dataclass(frozen=True, slots=True)
class CheckChoice:
    """What the URL says is looked at; `check` is empty for all checks of the month."""

    dataset: str
    view: str
    month: Month | None
    check: str


def show_check_form(datasets: Sequence[str]) -> CheckChoice:
    """Two switches, both in the URL."""
    with st.container(horizontal=True, vertical_alignment="center"):
        key = follow_url("view", list(_VIEWS), MATRIX)
        view = st.segmented_control(
            "View",
            list(_VIEWS),
            key=key,
            required=True,
            label_visibility="collapsed",
            format_func=lambda name: _VIEWS[name],
        )
        dataset = datasets[0]
        if view == MATRIX:
            key = follow_url("dataset", datasets, datasets[0])
            chosen = st.segmented_control(
                "Dataset", datasets, key=key, required=True, label_visibility="collapsed"
            )
            dataset = str(chosen)
            remember_choice("dataset", dataset)
    remember_choice("view", view, default=MATRIX)
    return CheckChoice(dataset, str(view), find_month(), find_param("check") or "")


def find_month() -> Month | None:
    """The URL's month; None where it names none."""
    text = find_param("month")
    try:
        return Month.parse(text) if text else None
    except SettingsError:
        return None
