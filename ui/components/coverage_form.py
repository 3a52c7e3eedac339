"""Which dataset the matrix shows, and what its cells are coloured by; both are in the URL."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.presenters.matrix_presenter import Attempts, MatrixChoice
from ui.presenters.picker_presenter import read_months
from ui.presenters.scales import MODE_WORDS, ColourBy
from ui.state import find_param, follow_url, remember_choice, set_param
from ui.text import ALL_DATASETS


def show_coverage_form(datasets: Sequence[str], attempts: Attempts) -> tuple[str, MatrixChoice]:
    """The dataset (or all of them) and what its matrix shows."""
    names = [ALL_DATASETS, *datasets]
    dataset_key = follow_url("dataset", names, default=ALL_DATASETS)
    by_key = follow_url("by", list(ColourBy), default=ColourBy.STATE)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        dataset = st.segmented_control(
            "Dataset", names, key=dataset_key, required=True, label_visibility="collapsed"
        )
        by = st.segmented_control(
            "Colour by",
            list(ColourBy),
            key=by_key,
            required=True,
            format_func=MODE_WORDS.__getitem__,
            label_visibility="collapsed",
        )
        every = st.toggle(
            "Every year", key="every_year", help="Also years of which nothing is here, month by month."
        )
    dataset, by = dataset or ALL_DATASETS, by or ColourBy.STATE
    if dataset != find_param("dataset") and find_param("dataset"):
        set_param("months", None)  # months were chosen of the other dataset
    remember_choice("dataset", dataset, ALL_DATASETS)
    remember_choice("by", by, ColourBy.STATE)
    chosen = tuple(read_months(find_param("months") or ""))
    return dataset, MatrixChoice(by, chosen, not every, attempts=attempts)
