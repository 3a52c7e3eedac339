"""Bring an object that somebody else wrote into a dataset, or into a table of its own."""

from __future__ import annotations

import streamlit as st

from lakeside.datasets import list_datasets
from lakeside.lake.objects import LakeObject
from lakeside.people import Act
from ui.access.lake import load_described
from ui.actions import adopt_object, load_object
from ui.components.boundary import error_boundary
from ui.components.code import show_block
from ui.components.pieces import show_muted, show_part, show_sentences
from ui.presenters.load_presenter import (
    PROMISE,
    TABLE_PROMISE,
    find_choice,
    name_table,
    present_adoption,
    present_table,
    present_table_command,
)
from ui.presenters.object_presenter import ObjectView
from ui.rights import allow
from ui.text import ADOPT, LOAD_TABLE, REPLACE, REPLACE_TABLE


def show_load(item: LakeObject, view: ObjectView) -> None:
    """A month of a dataset, or a table of its own; a run does either."""
    show_part("As a month")
    if present_adoption(load_described(item.key)):
        show_muted(present_adoption(load_described(item.key)))
    else:
        _show_form(item)
    show_part("As a table of its own")
    show_sentences(TABLE_PROMISE)
    if present_table(load_described(item.key)):
        show_muted(present_table(load_described(item.key)))
        return
    _show_table_form(item)
    show_muted("The same by command:")
    show_block(present_table_command(item.key), "bash")


def _show_form(item: LakeObject) -> None:
    show_sentences(PROMISE)
    names = [dataset.name for dataset in list_datasets()]
    said = find_choice(item.key, names)
    with st.form("adopt", border=False):
        dataset = st.selectbox("Dataset", names, index=said.dataset, width=240)
        month = st.text_input("Month (YYYY-MM)", said.month, max_chars=7, width=240)
        load = st.toggle("Publish to the warehouse, too", value=True)
        force = st.toggle(REPLACE, value=False)
        asked = st.form_submit_button(
            ADOPT, type="primary", icon=":material/download_done:", **allow(Act.START_RUNS)
        )
    if asked:
        with error_boundary():
            adopt_object(item.key, dataset, month, load, force)


def _show_table_form(item: LakeObject) -> None:
    with st.form("load-table", border=False):
        table = st.text_input("Name of the table", name_table(item.key), max_chars=128, width=360)
        replace = st.toggle(REPLACE_TABLE, value=False)
        asked = st.form_submit_button(LOAD_TABLE, icon=":material/table:", **allow(Act.LOAD_OBJECT))
    if asked:
        with error_boundary():
            load_object(item.key, table.strip(), replace)
