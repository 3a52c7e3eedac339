"""What an object was before: the list, two compared, and one brought back."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lakeside.lake.objects import LakeObject
from ui.access.versions import load_difference, load_history
from ui.actions import restore_held
from ui.components.boundary import error_boundary
from ui.components.pieces import show_muted, show_state, show_table
from ui.components.restore_dialog import show_restore_button
from ui.presenters.object_presenter import ObjectView
from ui.presenters.versions_presenter import (
    REMOVED_LOOK,
    DifferenceView,
    HistoryView,
    present_difference,
    present_history,
)
from ui.state import follow_url, remember_choice
from ui.text import NO_VERSIONS, REMOVED


def show_versions(item: LakeObject, view: ObjectView) -> None:
    """All versions that are kept; which two are compared is in the URL."""
    _show_history(item.key)


def show_removed(key: str) -> None:
    """An object that is not in the lake any more, of which earlier versions are kept."""
    show_state(REMOVED_LOOK, REMOVED)
    _show_history(key)


def _show_history(key: str) -> None:
    with error_boundary():
        restore_held()
    history = present_history(load_history(key), datetime.now(UTC))
    show_table(history.table)
    show_muted(" ".join(history.retention))
    if set(history.names) == {history.live}:
        show_muted(NO_VERSIONS)
    else:
        _compare(key, history)


def _compare(key: str, history: HistoryView) -> None:
    versions = list(history.labels)
    left, right, button = st.columns([2, 2, 1.2], vertical_alignment="bottom")
    with left:
        newest_earlier = next(one for one in versions if one != history.live)
        old = _choose("Before", "old", history, newest_earlier)
    with right:
        new = _choose("After", "new", history, versions[0])
    with button:
        show_restore_button(key, old, history)
    if old != new:
        _show_difference(present_difference(load_difference(key, old, new)))


def _show_difference(found: DifferenceView) -> None:
    show_state(found.look, f"{found.verdict} {found.summary}")
    for table in (found.columns, found.facts):
        if table:
            show_table(table)
    for note in found.notes:
        show_muted(note)


def _choose(title: str, name: str, history: HistoryView, default: str) -> str:
    versions = list(history.labels)
    key = follow_url(name, versions, default)
    chosen = str(st.selectbox(title, versions, key=key, format_func=lambda one: history.labels[one]))
    remember_choice(name, chosen, default)
    return chosen
