"""The ingest form: dataset, year, source, months, load, force. All but force is in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from lakeside.coverage import MonthCoverage
from ui.access import load_month_sources
from ui.presenters.coverage_presenter import list_datasets
from ui.presenters.ingest_presenter import (
    AUTO,
    SOURCE_WORDS,
    Form,
    label_month,
    list_missing,
    list_sources,
    list_years,
    offer_months,
)
from ui.state import follow_url, follow_url_many, remember_choice

DEFAULT_DATASET, DEFAULT_YEAR = "green", 2020

Offer = tuple[Form, Mapping[int, MonthCoverage], Mapping[int, Sequence[str]]]


def show_ingest_form(coverage: Sequence[MonthCoverage]) -> Offer:
    """Draw the form; what is chosen, what can be chosen, and who has it."""
    left, middle, right = st.columns([1.5, 0.8, 2], vertical_alignment="bottom")
    with left:
        dataset = _choose_dataset(list_datasets(coverage))
    with middle:
        year = _choose_year(list_years(coverage, dataset))
    sources = load_month_sources(dataset, year)
    with right:
        source = _choose_source(list_sources(sources))
    of_year = [m for m in coverage if m.dataset == dataset and m.month.year == year]
    offered = offer_months(of_year, sources, source)
    months = _choose_months(offered)
    with st.container(horizontal=True, gap="large"):
        load = st.toggle(
            "Load to the warehouse", value=True, key="load", help="Off: the month stops at the lake."
        )
        force = st.toggle(
            "Force", key="force", help="Fetch and write even what is unchanged or from another source."
        )
    return Form(dataset, year, source, months, load, force), offered, sources


def _choose_dataset(names: Sequence[str]) -> str:
    key = follow_url("dataset", names, DEFAULT_DATASET)
    chosen = st.segmented_control("Dataset", names, key=key, required=True)
    remember_choice("dataset", chosen)
    return str(chosen)


def _choose_year(years: Sequence[int]) -> int:
    key = follow_url("year", years, DEFAULT_YEAR if DEFAULT_YEAR in years else years[0])
    chosen = st.selectbox("Year", years, key=key)
    remember_choice("year", chosen)
    return int(chosen)


def _choose_source(names: Sequence[str]) -> str:
    key = follow_url("source", names, AUTO)
    chosen = st.selectbox("Source", names, key=key, format_func=lambda name: SOURCE_WORDS.get(name, name))
    remember_choice("source", chosen)
    return str(chosen)


def _choose_months(offered: Mapping[int, MonthCoverage]) -> tuple[int, ...]:
    numbers = list(offered)
    key = follow_url_many("months", numbers)
    missing = list_missing(offered)
    chosen = st.pills(
        "Months (only those the source has)",
        numbers,
        key=key,
        selection_mode="multi",
        format_func=lambda number: label_month(offered[number]),
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Choose what is missing ({len(missing)})",
            disabled=not missing,
            on_click=_set,
            args=(key, missing),
        )
        st.button("Choose none", type="tertiary", disabled=not chosen, on_click=_set, args=(key, []))
    remember_choice("months", sorted(chosen))
    return tuple(sorted(chosen))


def _set(key: str, value: list[int]) -> None:
    st.session_state[key] = value
