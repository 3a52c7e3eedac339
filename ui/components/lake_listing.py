"""The lake's listing: narrowed and sorted as a whole, then drawn a page at a time."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from lakeside.lake.objects import LakeObject, ObjectListing
from ui.access.lake import load_footers
from ui.components.pieces import show_muted, show_table
from ui.formats import format_counted
from ui.presenters.listing_presenter import (
    ALL,
    PAGE_OBJECTS,
    SORTS,
    list_areas,
    present_objects,
    select_objects,
)
from ui.state import follow_page, follow_url, remember_choice


def show_listing(listing: ObjectListing) -> None:
    """Filters, one page of objects, and which page."""
    found = _narrow(listing)
    pages = max(1, -(-len(found) // PAGE_OBJECTS))
    page = follow_page(pages)
    shown = found[(page - 1) * PAGE_OBJECTS : page * PAGE_OBJECTS]
    if not shown:
        show_muted("No object fits. Widen the filter.")
        return
    show_table(present_objects(shown, load_footers(tuple(shown)), datetime.now(UTC)))
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.pagination(pages, default=page, key="page")
            show_muted(f"{format_counted(len(found), 'object')} on {pages} pages")


def _narrow(listing: ObjectListing) -> list[LakeObject]:
    areas = list_areas(listing)
    left, middle, right = st.columns([2, 2, 1], vertical_alignment="top")
    with left:
        key = follow_url("area", areas, ALL)
        area = st.segmented_control("Show", areas, key=key, required=True)
        remember_choice("area", area)
    words = middle.text_input("Name contains", key="object_words", placeholder="for example 2020-10")
    sort = right.selectbox("Sort by", SORTS, key="object_sort")
    return select_objects(listing, str(area), words, sort)
