"""Does everything answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from flows.console import ConsoleHealth
from flows.door import PROBE_SECONDS
from lakeside.errors import LakesideError
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services, open_run_console


@st.cache_data(ttl=4, max_entries=4, show_spinner=False)
def load_health() -> ConsoleHealth:
    """Does the Prefect API answer, does a worker poll."""
    return open_run_console().check_ready(PROBE_SECONDS)


@refreshed
@st.cache_data(ttl=20, max_entries=4, show_spinner=False)
def load_backends() -> dict[str, str | LakesideError]:
    """Lake and warehouse -> where it is, or the error that a cheap real call ended in."""
    services = open_console_services()
    return {
        "Lake": _probe(services.lake.url, services.lake.check_ready),
        "Warehouse": _probe(services.warehouse.location, services.warehouse.check_ready),
    }


def _probe(location: str, check_ready: Callable[[], object]) -> str | LakesideError:
    try:
        check_ready()
    except LakesideError as error:
        return error
    return location
