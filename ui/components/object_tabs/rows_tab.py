"""Rows of an object, a page at a time: chosen, announced, read, and what reading them took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lakeside.lake.objects import LakeObject, Preview
from ui.access.lake import load_object, load_read_plan, load_rows
from ui.components.boundary import error_boundary
from ui.components.pieces import show_links, show_muted, show_notice
from ui.components.row_download import show_downloads
from ui.components.row_filter import choose_rows
from ui.components.row_table import show_record, show_row_table
from ui.presenters.object_presenter import ObjectView
from ui.presenters.rows_presenter import (
    PAGE_ROWS,
    RowsPlace,
    count_pages,
    page_of,
    present_cost,
    present_left_out,
    present_no_rows,
    present_plan,
    present_unreachable,
)
from ui.presenters.views import Link
from ui.state import find_param, follow_page, set_param

_UNKNOWN_PAGES = 10**9  # how many pages a condition has is known after it was looked for


@st.fragment
def show_rows(item: LakeObject, view: ObjectView) -> None:
    """Filters, what will be read, a page of rows, what was read, and the row that is pointed at."""
    _, footer = load_object(item.key)
    place = choose_rows(item, footer.schema)
    if place.row is not None and place.is_plain and find_param("page") is None:
        set_param("page", str(page_of(place.row)))  # a link to a row opens its page
    pages = max(1, -(-footer.rows // PAGE_ROWS)) if not place.where else _UNKNOWN_PAGES
    place = replace(place, page=follow_page(pages))
    with error_boundary():
        _show_page(item, place, footer.schema.names)


def _show_page(item: LakeObject, place: RowsPlace, names: Sequence[str]) -> None:
    wanted = place.wanted(names)
    plan = load_read_plan(item.key, item.version, wanted)
    show_muted(present_plan(plan, by_order=bool(place.sort)))
    unreachable = present_unreachable(plan, place)
    if unreachable:
        show_notice(unreachable)
        return
    preview, elapsed_seconds = load_rows(item.key, item.version, wanted)
    show_notice(present_left_out(preview.columns_left_out, plan.bytes_limit))
    if preview.rows.num_rows and place.row is None:
        show_row_table(item, place, preview)
    elif preview.rows.num_rows:
        table, pane = st.columns([2, 1], gap="small")
        with table:
            show_row_table(item, place, preview)
        with pane:
            show_record(item, place, preview, names)
    else:
        show_muted(present_no_rows(preview))
        if place.page > 1:
            show_links([Link("The first page", replace(place, page=1).link())])
    _show_foot(item, place, preview, elapsed_seconds)


def _show_foot(item: LakeObject, place: RowsPlace, preview: Preview, elapsed_seconds: float) -> None:
    pages = count_pages(preview, place.page)
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages >= place.page > 0 and pages > 1:
            st.pagination(pages, default=place.page, key="page", on_change=_leave_row)
        show_muted(present_cost(preview, elapsed_seconds))
        show_downloads(item, place)


def _leave_row() -> None:
    set_param("row", None)
