"""How objects of the lake are laid out."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.layout_advice import Advice
from lakeside.lake.layout_facts import ObjectLayout
from lakeside.lake.objects import LakeObject
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=600, max_entries=32, show_spinner="Reading the footer …")
def load_layout(found: LakeObject) -> tuple[ObjectLayout, list[Advice]]:
    """Facts and advice about one version of an object."""
    from lakeside.lake.layout_report import describe_layout

    return describe_layout(open_console_services().lake, found)
