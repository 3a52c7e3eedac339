"""Chosen rows, or the whole object, as a file; each says its limit before and what it holds after."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from lakeside.lake.objects import Format, LakeObject
from ui.access.lake import find_limits, load_export, read_whole
from ui.components.boundary import error_boundary
from ui.components.pieces import show_muted
from ui.presenters.download_presenter import (
    TITLES,
    fits_download,
    name_file,
    present_export,
    present_export_limit,
    present_object_limit,
)
from ui.presenters.rows_presenter import RowsPlace
from ui.text import GATHER_ROWS, SAVE_OBJECT


def show_downloads(item: LakeObject, place: RowsPlace) -> None:
    """Behind one button, so that the rows stay in sight."""
    with st.popover("Download", icon=":material/download:"), error_boundary():
        _show_rows_download(item, place)
        st.divider()
        _show_object_download(item)


def _show_rows_download(item: LakeObject, place: RowsPlace) -> None:
    kind = st.segmented_control(
        "The rows that match" if place.where else "The rows",
        list(Format),
        default=Format.CSV,
        key="download_kind",
        format_func=TITLES.__getitem__,
        required=True,
    )
    chosen = Format(kind or Format.CSV)
    show_muted(present_export_limit(chosen, find_limits(), place))
    wanted = replace(place.wanted(()), offset=0, sort=None, descending=False)
    identity = str((item.key, item.version, wanted, chosen.value))
    if st.button(GATHER_ROWS, key="download_gather"):
        st.session_state["download_gathered"] = identity
    if st.session_state.get("download_gathered") != identity:
        return
    made = load_export(item.key, item.version, wanted, chosen)
    words = present_export(made)
    show_muted(words.detail)
    name = name_file(item.key, place, chosen)
    st.download_button(words.title, made.content, name, key="download_rows", on_click="ignore")


def _show_object_download(item: LakeObject) -> None:
    limits = find_limits()
    show_muted(present_object_limit(item, limits))
    if fits_download(item, limits):
        name = item.key.rpartition("/")[2]
        whole = partial(read_whole, item.key)
        st.download_button(SAVE_OBJECT, whole, name, key="download_object", on_click="ignore")
