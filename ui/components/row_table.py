"""A page of rows, the row that is pointed at, and links to both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin

import streamlit as st

from lakeside.lake.objects import LakeObject, Preview, RowsWanted
from ui.access.lake import load_rows
from ui.components.code import show_block
from ui.components.pieces import show_muted, show_part, show_table
from ui.formats import format_count
from ui.presenters.cells import present_cells
from ui.presenters.rows_presenter import RowsPlace, present_record
from ui.state import set_param

_TABLE_HEIGHT, _LINE_HEIGHT = 430, 35


def show_row_table(item: LakeObject, place: RowsPlace, preview: Preview) -> None:
    """The rows; the one the URL points at is selected, and selecting one points the URL at it."""
    numbers = list(preview.row_numbers)
    at = numbers.index(place.row) if place.row in numbers else None
    identity = hash((place.where, place.columns, place.sort, place.page))
    key = f"rows-{item.version}-{identity}-{_find_anchor(place.row)}"
    st.dataframe(
        present_cells(preview.rows, numbers),
        hide_index=True,
        height=min(_TABLE_HEIGHT, _LINE_HEIGHT * (len(numbers) + 1) + 3),
        placeholder="null",
        key=key,
        on_select=lambda: _point_at(key, numbers),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [] if at is None else [at]}},
        column_config={"#": st.column_config.NumberColumn("#", pinned=True, help="Row number, from 0")},
        alt=f"Rows of {item.key}, page {place.page}",
    )


def show_record(item: LakeObject, place: RowsPlace, preview: Preview, names: Sequence[str]) -> None:
    """The row that is pointed at, whole, with the link to it; it need not be on the page."""
    if place.row is None:
        return
    with st.container(border=True, height=_TABLE_HEIGHT, key="record"):
        if place.row >= preview.total_rows:
            show_muted(f"There is no row {format_count(place.row)}: rows are numbered from 0.")
            return
        numbers = list(preview.row_numbers)
        if place.row not in numbers:
            columns = replace(place, where="", sort="").wanted(names).columns
            preview, _ = load_rows(item.key, item.version, RowsWanted(columns, place.row, 1))
            numbers = list(preview.row_numbers)
        show_part(f"Row {format_count(place.row)}")
        show_block(urljoin(st.context.url or "", place.link(place.row)))
        show_table(present_record(preview, numbers.index(place.row)))


def _find_anchor(row: int | None) -> int | None:
    """The row a link pointed at; a row that was selected here must not make the table a new one."""
    if row != st.session_state.get("row_pointed"):
        st.session_state["row_anchor"] = st.session_state["row_pointed"] = row
    anchor: int | None = st.session_state.get("row_anchor")
    return anchor


def _point_at(key: str, numbers: Sequence[int]) -> None:
    chosen = st.session_state[key]["selection"]["rows"]
    row = numbers[chosen[0]] if chosen and chosen[0] < len(numbers) else None
    st.session_state["row_pointed"] = row
    set_param("row", None if row is None else str(row))
