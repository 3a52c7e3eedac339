"""Tables of the warehouse, their rows and columns, what was published, and the models."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lakeside.models.apply import AppliedModel, list_applied
from lakeside.models.check import ModelCheckResult, run_model_checks
from lakeside.models.registry import list_models
from lakeside.month import Month
from lakeside.people.money import require_billed
from lakeside.queries.asking import limits_of
from lakeside.warehouse.protocol import Publication, QueryLimits, TableInfo, TablePage
from lakeside.warehouse.table_profile import TableColumn, profile_table_column
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=10, max_entries=4, show_spinner="Asking the warehouse for its tables …")
def load_tables() -> list[TableInfo]:
    """Every table and view of the warehouse's dataset."""
    return list(open_console_services().warehouse.list_tables())


@refreshed
@st.cache_data(ttl=10, max_entries=4, show_spinner=False)
def load_publications() -> dict[tuple[str, Month], Publication]:
    """(dataset, month) -> what was published last."""
    return dict(open_console_services().warehouse.list_publications())


@refreshed
@st.cache_data(ttl=60, max_entries=64, show_spinner="Reading rows …")
def load_table_page(name: str, is_view: bool, offset: int, rows: int) -> TablePage:
    """A page of a table's rows; free for a table, a query within the limits for a view."""
    if is_view:
        require_billed(open_console_services(), f"the rows of {name}")
    return open_console_services().warehouse.preview_table(name, offset, _find_limits(rows))


@refreshed
@st.cache_data(ttl=300, max_entries=64, show_spinner="Measuring the column …")
def load_table_column(table: TableInfo, column: str) -> TableColumn:
    """Figures and bars of one column, by queries within the limits."""
    require_billed(open_console_services(), f"the profile of {table.name}.{column}")
    return profile_table_column(open_console_services().warehouse, table, column, _find_limits(100))


@refreshed
@st.cache_data(ttl=10, max_entries=2, show_spinner=False)
def load_models() -> list[AppliedModel]:
    """Every model with where it stands."""
    return list_applied(open_console_services())


@refreshed
@st.cache_data(ttl=300, max_entries=2, show_spinner="Checking the models …")
def load_model_checks(names: tuple[str, ...]) -> list[ModelCheckResult]:
    """What the checks of these models say, by queries within the limits."""
    return run_model_checks(open_console_services(), [m for m in list_models() if m.name in names])


def find_warehouse_location() -> str:
    """The warehouse's file, or `project.dataset`."""
    return open_console_services().warehouse.location


def _find_limits(rows: int) -> QueryLimits:
    settings = open_console_services().settings
    return replace(limits_of(settings), rows=min(rows, settings.limits.preview_rows))
