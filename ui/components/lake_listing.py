"""The lake's listing: narrowed and sorted as a whole, then drawn a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lakeside.lake.find import RowCounts, Sort, as_folder
from lakeside.lake.keys import check_prefix
from lakeside.lake.objects import LakeObject, ObjectListing
from ui.access.lake import load_facts, load_row_counts
from ui.components.pieces import show_crumbs, show_muted, show_table
from ui.presenters.lake_place import FOLDERS, TOTALS, VIEWS, Place, present_crumbs
from ui.presenters.listing_presenter import Entry, present_entries, present_listing
from ui.presenters.totals_presenter import present_totals, say_uncounted
from ui.state import find_param, follow_page, follow_text, follow_url, forget_page, remember_choice
from ui.text import NOTHING_FITS


def find_prefix() -> str:
    """The prefix of the URL; SettingsError when it is none."""
    return check_prefix(find_param("prefix") or "")


def show_listing(listing: ObjectListing, prefix: str) -> None:
    """Where we are, what to look for, one page of it, and which page."""
    place = _choose(as_folder(prefix, listing.objects))
    if place.view == TOTALS:
        counts = load_row_counts(prefix, "")
        show_table(present_totals(listing.objects, counts, listing.truncated))
        show_muted(say_uncounted(counts, len(listing.objects)))
        return
    by_rows = place.wanted.sort is Sort.ROWS
    view = present_listing(listing, place, load_row_counts(prefix, place.words) if by_rows else RowCounts())
    page = follow_page(view.pages)
    if view.entries:
        _show_page(view.cut(page), place)
    else:
        show_muted(NOTHING_FITS)
    with st.container(horizontal=True, vertical_alignment="center"):
        if view.pages > 1:
            st.pagination(view.pages, default=page, key="page")
        show_muted(f"{view.summary}. {view.caveat}")


def _choose(prefix: str) -> Place:
    """Breadcrumbs, view and words, kept in the URL; the order is in the table's head."""
    left, right = st.columns([2, 2], vertical_alignment="center")
    with left:
        key = follow_url("view", list(VIEWS), FOLDERS)
        view = st.segmented_control(
            "Show",
            list(VIEWS),
            key=key,
            required=True,
            format_func=VIEWS.__getitem__,
            label_visibility="collapsed",
            on_change=forget_page,
        )
        remember_choice("view", view, FOLDERS)
    words = right.text_input(
        "Name",
        key=follow_text("match"),
        placeholder="Part of a name, or a glob: *_2020-1?.parquet, data/**/*.csv",
        label_visibility="collapsed",
        icon=":material/search:",
        on_change=forget_page,
        disabled=view == TOTALS,
    )
    remember_choice("match", words or "", "")
    show_crumbs(present_crumbs(prefix))
    return Place(prefix, str(view), words or "", find_param("sort") or "")


def _show_page(entries: Sequence[Entry], place: Place) -> None:
    """At once what the listing knows; then, in the same place, what the footers say."""
    objects = tuple(entry for entry in entries if isinstance(entry, LakeObject))
    spot = st.empty()
    seen = [(found.key, found.version) for found in objects]
    if st.session_state.get("facts_shown") != seen:
        with spot.container():
            show_table(present_entries(entries, {}, place, datetime.now(UTC)))
    facts = {fact.object.key: fact for fact in load_facts(objects)}
    with spot.container():
        show_table(present_entries(entries, facts, place, datetime.now(UTC)))
    st.session_state["facts_shown"] = seen
