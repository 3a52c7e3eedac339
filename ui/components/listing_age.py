"""How old what is shown is, and a button to look again."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from ui.access.freshness import refresh_all
from ui.components.pieces import show_muted
from ui.formats import format_relative, format_utc
from ui.text import REFRESH


def show_listing_age(what: str, seen_at: datetime) -> None:
    """`Listed 12 s ago (2026-11-22 08:15:03 UTC)` and Refresh."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(REFRESH, icon=":material/refresh:", type="tertiary", on_click=refresh_all, key="refresh")
        show_muted(f"{what} {format_relative(seen_at, datetime.now(UTC))} ({format_utc(seen_at)}).")
