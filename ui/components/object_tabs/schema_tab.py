"""Columns of an object, what a contract and a table say to them, and what its writers noted."""

from __future__ import annotations

import streamlit as st

from lakeside.datasets import list_datasets
from lakeside.datasets.contract import Dataset
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.schema_verdict import choose_dataset, judge_append, judge_contract
from ui.access.object_schemas import load_object_schema
from ui.access.warehouse import load_tables
from ui.components.boundary import error_boundary
from ui.components.pieces import show_answer, show_links, show_muted, show_table
from ui.presenters.object_presenter import ObjectView
from ui.presenters.places import link_to_schemas, link_to_table
from ui.presenters.schema_presenter import (
    count_column_pages,
    present_append,
    present_columns,
    present_contract,
    present_notes,
    tell_notes,
)
from ui.presenters.views import Link
from ui.state import follow_page, follow_url, remember_choice

_NOBODY = "no contract"


def show_schema(item: LakeObject, view: ObjectView) -> None:
    """Verdicts first, then a line a column, then the footer's notes."""
    facts, footer = load_object_schema(item)
    dataset = _choose(item, footer)
    verdict = judge_contract(dataset, footer.schema) if dataset else None
    if verdict and dataset:
        show_answer(present_contract(verdict))
        with error_boundary():
            _show_append(dataset, footer)
    pages = count_column_pages(footer.schema)
    page = follow_page(pages, "part")
    show_table(present_columns(footer.schema, facts, verdict, page))
    if pages > 1:
        st.pagination(pages, default=page, key="part")
    if dataset:
        drift = Link(
            f"How the columns of {dataset.name} drift over its months", link_to_schemas(dataset.name)
        )
        show_links([drift, Link(f"The table {dataset.name}", link_to_table(dataset.name))])
    if notes := present_notes(facts):
        show_muted(tell_notes(facts))
        show_table(notes)


def _choose(item: LakeObject, footer: Footer) -> Dataset | None:
    """Whose contract it is judged by; by default the one whose rows these seem to be."""
    found = choose_dataset(item, footer, list_datasets())
    known = {dataset.name: dataset for dataset in list_datasets()}
    names = [*known, _NOBODY]
    default = found.name if found else _NOBODY
    key = follow_url("as", names, default)
    chosen = st.selectbox("Judge it as rows of", names, key=key, width=260)
    remember_choice("as", chosen, default)
    return known.get(str(chosen))


def _show_append(dataset: Dataset, footer: Footer) -> None:
    table = next((one for one in load_tables() if one.name == dataset.name), None)
    columns = [(name, kind) for name, kind, _ in table.columns] if table else []
    verdict = judge_append(footer.schema, dataset.name, columns) if table else None
    show_answer(present_append(verdict, dataset.name))
