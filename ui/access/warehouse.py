"""Tables of the warehouse and what was published."""

from __future__ import annotations

import streamlit as st

from lakeside.month import Month
from lakeside.warehouse.protocol import Publication, TableInfo
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=10, max_entries=4, show_spinner="Asking the warehouse for its tables …")
def load_tables() -> list[TableInfo]:
    """Every table of the warehouse's dataset."""
    return list(open_console_services().warehouse.list_tables())


@refreshed
@st.cache_data(ttl=10, max_entries=4, show_spinner=False)
def load_publications() -> dict[tuple[str, Month], Publication]:
    """(dataset, month) -> what was published last."""
    return dict(open_console_services().warehouse.list_publications())


def find_warehouse_location() -> str:
    """The warehouse's file, or `project.dataset`."""
    return open_console_services().warehouse.location
