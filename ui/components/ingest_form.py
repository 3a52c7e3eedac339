"""The ingest form: dataset, source, mode, and whether to publish too. All of it is in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from lakeside.coverage import MonthCoverage
from lakeside.month import Month
from lakeside.plan.request import Mode, PlanRequest
from lakeside.sources.probe import SourceName
from ui.access.plans import load_month_sources
from ui.presenters.coverage_presenter import list_datasets
from ui.presenters.ingest_presenter import SOURCE_WORDS
from ui.presenters.picker_presenter import AUTO, MonthSources, list_offered, list_sources, read_months
from ui.presenters.places import INGEST_AND_LOAD, ONLY_INGEST
from ui.state import find_param, follow_url, remember_choice

DEFAULT_DATASET = "green"
WHAT_WORDS = {INGEST_AND_LOAD: "Lake and table", ONLY_INGEST: "Lake only"}
MODE_WORDS = {
    Mode.MISSING.value: "Missing",
    Mode.REPAIR.value: "Failed, stale too",
    Mode.ALL.value: "All",
}
MODE_HELP = (
    "Missing: what the lake or the table does not have. Failed, stale too: also what failed, "
    "what changed at the source or under a new contract, and what differs. All: everything is fetched "
    "again, and what another source fed is replaced."
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for, which months could be, and which sources have them."""

    request: PlanRequest
    coverage: Sequence[MonthCoverage]
    sources: MonthSources
    offered: Sequence[Month]


def show_ingest_form(coverage: Sequence[MonthCoverage]) -> Choice:
    """Draw the form and read it; the months are the URL's."""
    with st.container(horizontal=True, gap="small", vertical_alignment="top"):
        dataset = _choose_one("Dataset", "dataset", list_datasets(coverage), DEFAULT_DATASET)
        sources = load_month_sources(dataset)
        source = _choose_source(list_sources(sources))
        what = _choose_one("Bring to", "do", list(WHAT_WORDS), INGEST_AND_LOAD, WHAT_WORDS)
        mode = _choose_one("Mode", "mode", list(MODE_WORDS), Mode.MISSING.value, MODE_WORDS, MODE_HELP)
    of_dataset = [m for m in coverage if m.dataset == dataset]
    offered = list_offered(of_dataset, sources, source)
    months = tuple(m for m in read_months(find_param("months") or "") if m in offered)
    request = PlanRequest(dataset, months, SourceName(source), Mode(mode), what == INGEST_AND_LOAD)
    return Choice(request, of_dataset, sources, offered)


def _choose_one(
    label: str,
    name: str,
    options: Sequence[str],
    default: str,
    words: Mapping[str, str] | None = None,
    help_words: str | None = None,
) -> str:
    key = follow_url(name, options, default)
    chosen = st.segmented_control(
        label,
        options,
        key=key,
        required=True,
        help=help_words,
        format_func=lambda option: (words or {}).get(option, option),
    )
    chosen = chosen or default
    remember_choice(name, chosen, default)
    return chosen


def _choose_source(options: Sequence[str]) -> str:
    key = follow_url("source", options, AUTO)
    chosen = st.selectbox(
        "Source", options, key=key, width=340, format_func=lambda option: SOURCE_WORDS.get(option, option)
    )
    remember_choice("source", chosen, AUTO)
    return chosen
