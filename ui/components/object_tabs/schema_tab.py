"""Columns, types and figures of the footer."""

from __future__ import annotations

from lakeside.lake.objects import LakeObject
from ui.components.pieces import show_table
from ui.presenters.object_presenter import ObjectView


def show_schema(item: LakeObject, view: ObjectView) -> None:
    """One line a column."""
    show_table(view.schema)
