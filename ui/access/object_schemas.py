"""Schemas of single objects as the files have them."""

from __future__ import annotations

import streamlit as st

from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.schema_facts import ObjectSchema
from ui.access.freshness import refreshed
from ui.access.opened import open_console_services


@refreshed
@st.cache_data(ttl=600, max_entries=32, show_spinner="Reading the footer …")
def load_object_schema(found: LakeObject) -> tuple[ObjectSchema, Footer]:
    """Leaf types and notes of one version of an object, and its footer."""
    lake = open_console_services().lake
    return lake.read_schema(found), lake.read_found_footer(found)
