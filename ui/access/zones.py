"""The taxi zones: their shapes for maps."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=600, max_entries=2, show_spinner="Reading the zones' shapes …")
def load_zone_shapes() -> list[dict[str, Any]] | None:
    """GeoJSON features with the zone's number, name and borough; None before `ingest zones` brought them."""
    from lakeside.zones import read_zone_shapes

    table = read_zone_shapes(open_console_services().lake)
    if table is None:
        return None
    return [
        {
            "type": "Feature",
            "properties": {"id": row["LocationID"], "zone": row["Zone"], "borough": row["Borough"]},
            "geometry": json.loads(row["geometry"]),
        }
        for row in table.to_pylist()
    ]
