"""Charts of lake objects, and charts as pictures to take along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from lakeside.charts.spec import ChartSpec
from lakeside.warehouse.lake_chart import Chart
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services

PictureKind = Literal["png", "svg"]


@refreshed
@st.cache_data(ttl=3600, max_entries=128, show_spinner="Adding up …")
def load_chart(objects: Sequence[tuple[str, str]], spec: ChartSpec) -> Chart:
    """A chart of some objects, given as (key, version): a replaced object is read again."""
    from lakeside.warehouse.lake_chart import chart_objects

    services = open_console_services()
    return chart_objects(services.lake, [key for key, _ in objects], spec, services.settings.limits)


@st.cache_data(ttl=600, max_entries=16, show_spinner=False)
def load_picture(vega_lite: str, kind: PictureKind) -> bytes:
    """A chart as a picture, drawn in this process; it may fetch nothing from anywhere."""
    import vl_convert

    if kind == "png":
        drawn: bytes = vl_convert.vegalite_to_png(vega_lite, scale=2, allowed_base_urls=[])
        return drawn
    return str(vl_convert.vegalite_to_svg(vega_lite, allowed_base_urls=[])).encode()
