"""Where columns drift: the choice of a group, the matrix, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.lake.schema_groups import SchemaGroup
from lakeside.shown import show_unseen
from ui.components.drift_matrix import show_drift_matrix
from ui.components.pieces import show_calm, show_facts, show_items, show_muted, show_part, show_table
from ui.presenters.drift_presenter import ALL, DRIFTING, DriftView
from ui.state import follow_url, remember_choice

SHOWN_CHANGES = 12


def choose_group(groups: Sequence[SchemaGroup]) -> SchemaGroup:
    """The dataset or folder of `?dataset=`, else the first."""
    names = [group.name for group in groups]
    counts = {group.name: len(group.objects) for group in groups}
    chosen = st.selectbox(
        "Dataset or folder",
        names,
        key=follow_url("dataset", names, names[0]),
        format_func=lambda name: f"{show_unseen(name)} ({counts[name]:,})",
        width=340,
    )
    remember_choice("dataset", chosen, names[0])
    return next(group for group in groups if group.name == chosen)


def choose_shown() -> str:
    """All columns, or those that drift."""
    options = [ALL, DRIFTING]
    titles = {ALL: "All columns", DRIFTING: "Only what drifts"}
    chosen = st.segmented_control(
        "Columns",
        options,
        key=follow_url("show", options, ALL),
        required=True,
        format_func=titles.__getitem__,
    )
    remember_choice("show", chosen, ALL)
    return str(chosen)


def show_drift(view: DriftView) -> None:
    """Figures, matrix, changes in words, verdicts."""
    show_facts(view.facts)
    if view.rows:
        show_drift_matrix(view)
    else:
        show_calm("No column comes, goes or changes.")
    if view.cut:
        show_muted(view.cut)
    show_part("In words")
    _show_changes(view.changes)
    show_part(view.verdict_question)
    show_table(view.verdicts)


def _show_changes(changes: Sequence[str]) -> None:
    if not changes:
        show_calm("No column changes its type or its name.")
        return
    show_items(changes[:SHOWN_CHANGES])
    if changes[SHOWN_CHANGES:]:
        with st.expander(f"{len(changes) - SHOWN_CHANGES} more"):
            show_items(changes[SHOWN_CHANGES:])
