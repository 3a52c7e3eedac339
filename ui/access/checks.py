"""What checks answered, the rows behind a failing one, and what checking would read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lakeside.checks.disagreements import Disagreement, list_disagreements
from lakeside.checks.failing import FailingRows, find_failing_rows, write_query
from lakeside.checks.registry import CheckInfo, Registry
from lakeside.checks.result import CheckResult
from lakeside.checks.run import Checking
from lakeside.checks.store import list_history, list_latest_results
from lakeside.datasets import get_dataset
from lakeside.errors import LakesideError
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.queries.asking import limits_of
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services

_HISTORY_RESULTS = 400


@refreshed
@st.cache_data(ttl=10, max_entries=2, show_spinner="Reading what the checks answered …")
def load_latest_checks() -> list[CheckResult]:
    """The newest result of each check, dataset and month."""
    return list_latest_results(open_console_services())


@refreshed
@st.cache_data(ttl=10, max_entries=32, show_spinner=False)
def load_check_history(dataset: str, check: str, month: Month) -> list[CheckResult]:
    """Every time a check judged a month, newest first."""
    return list_history(open_console_services(), dataset, check, month, _HISTORY_RESULTS)


@refreshed
@st.cache_data(ttl=10, max_entries=2, show_spinner="Reading where lake and warehouse disagree …")
def load_disagreements() -> list[Disagreement]:
    """Months whose last reconciliation failed."""
    return list_disagreements(open_console_services(), load_latest_checks())


@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def load_check_infos(dataset: str, month: Month) -> list[CheckInfo]:
    """The checks that are asked of a month, in order."""
    registry = Registry.open(open_console_services().settings)
    return registry.list_checks(registry.place(get_dataset(dataset), month))


@refreshed
@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def load_check_bytes(dataset: str, months: tuple[Month, ...]) -> int:
    """Bytes that checking these months reads at most, all together."""
    checking = Checking.start(open_console_services())
    return sum(checking.estimate(get_dataset(dataset), month).total for month in months)


@st.cache_data(ttl=60, max_entries=64, show_spinner=False)
def load_check_query(dataset: str, month: Month, check: str, columns: Sequence[str] = ()) -> str | None:
    """The query that shows why a check fails; `columns` are those whose figures differ."""
    services = open_console_services()
    registry = Registry.open(services.settings)
    try:
        provenance = services.lake.read_footer(data_key(dataset, month)).provenance
    except LakesideError:
        provenance = None  # the query then measures no column
    figures = [f for f in provenance.columns if f.name in columns] if provenance else []
    return write_query(registry, registry.place(get_dataset(dataset), month), check, figures)


@st.cache_data(ttl=300, max_entries=64, show_spinner="Looking for the failing rows …")
def load_failing_rows(dataset: str, month: Month, check: str, checked_at: str) -> FailingRows | None:
    """The first failing rows; `checked_at` keeps rows of an earlier check apart."""
    services = open_console_services()
    registry = Registry.open(services.settings)
    place = registry.place(get_dataset(dataset), month)
    return find_failing_rows(services, registry, place, check, limits_of(services.settings))
