"""Profiles of lake objects."""

from __future__ import annotations

import streamlit as st

from lakeside.warehouse.lake_profile import Profile
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=3600, max_entries=64, show_spinner="Measuring …")
def load_profile(key: str, version: str, column: str | None, measure: bool) -> Profile:
    """All columns or one, by the footer alone or measured; `version` keeps a replaced object apart."""
    from lakeside.warehouse.lake_profile import profile_object

    services = open_console_services()
    return profile_object(services.lake, key, services.settings.limits, column, measure)
