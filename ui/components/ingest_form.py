"""The ingest form: dataset, year, what to do, source, months, force. All but force is in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import streamlit as st

from lakeside.coverage import MonthCoverage
from ui.access import load_month_sources
from ui.presenters.coverage_presenter import list_datasets
from ui.presenters.ingest_presenter import (
    AUTO,
    SOURCE_WORDS,
    Form,
    label_month,
    list_sources,
    list_wanted,
    list_years,
    offer_months,
)
from ui.presenters.places import INGEST_AND_LOAD, ONLY_INGEST, ONLY_LOAD
from ui.state import follow_url, follow_url_many, remember_choice

DEFAULT_DATASET, DEFAULT_YEAR = "green", 2020
WHAT_WORDS = {
    INGEST_AND_LOAD: "Ingest and load",
    ONLY_INGEST: "Only to the lake",
    ONLY_LOAD: "Only lake to warehouse",
}
FORCE_HELP = "Fetch and write even what is unchanged, and replace what another source fed."

T = TypeVar("T", str, int)


@dataclass(frozen=True, slots=True)
class Offer:
    """What is chosen, the months that can be, and which sources have them."""

    form: Form
    months: Mapping[int, MonthCoverage]
    sources: Mapping[int, Sequence[str]]


def show_ingest_form(coverage: Sequence[MonthCoverage]) -> Offer:
    """Draw the form and read it."""
    first, second, third = st.columns([1.55, 0.75, 2.1], gap="medium")
    with first:
        dataset = _choose_one("Dataset", "dataset", list_datasets(coverage), DEFAULT_DATASET)
    with second:
        years = list_years(coverage, dataset)
        year = _choose_listed("Year", "year", years, DEFAULT_YEAR if DEFAULT_YEAR in years else years[0])
    sources = load_month_sources(dataset, year)
    with third:
        source = _choose_listed("Source", "source", list_sources(sources), AUTO, SOURCE_WORDS)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        what = _choose_one("What to do", "do", list(WHAT_WORDS), INGEST_AND_LOAD, WHAT_WORDS)
        force = st.toggle("Force", key="force", help=FORCE_HELP, disabled=what == ONLY_LOAD)
    form = Form(dataset, year, source, (), what, force and what != ONLY_LOAD)
    of_year = [m for m in coverage if m.dataset == dataset and m.month.year == year]
    offered = offer_months(of_year, sources, form)
    return Offer(replace(form, months=_choose_months(offered, what)), offered, sources)


def _choose_one(
    label: str, name: str, options: Sequence[T], default: T, words: Mapping[T, str] | None = None
) -> T:
    key = follow_url(name, options, default)
    chosen = st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        format_func=lambda option: (words or {}).get(option, str(option)),
    )
    remember_choice(name, chosen, default)
    return chosen if chosen is not None else default


def _choose_listed(
    label: str, name: str, options: Sequence[T], default: T, words: Mapping[T, str] | None = None
) -> T:
    key = follow_url(name, options, default)
    chosen = st.selectbox(
        label, options, key=key, format_func=lambda option: (words or {}).get(option, str(option))
    )
    remember_choice(name, chosen, default)
    return chosen


def _choose_months(offered: Mapping[int, MonthCoverage], what: str) -> tuple[int, ...]:
    numbers, wanted = list(offered), list_wanted(offered, what)
    key = follow_url_many("months", numbers)
    if not numbers:
        st.markdown("**No month can be chosen here.** Try another year or source.")
        return ()
    label = "Months in the lake" if what == ONLY_LOAD else "Months the source has published"
    chosen = st.pills(
        label,
        numbers,
        key=key,
        selection_mode="multi",
        format_func=lambda number: label_month(offered[number]),
    )
    with st.container(horizontal=True, gap="small"):
        choose = "Choose what is not loaded" if what == ONLY_LOAD else "Choose what is missing"
        st.button(f"{choose} ({len(wanted)})", disabled=not wanted, on_click=_set, args=(key, wanted))
        st.button("Choose none", type="tertiary", disabled=not chosen, on_click=_set, args=(key, []))
    remember_choice("months", sorted(chosen))
    return tuple(sorted(chosen))


def _set(key: str, value: list[int]) -> None:
    st.session_state[key] = value
