"""The first bytes of an object that is no parquet."""

from __future__ import annotations

from lakeside.lake.objects import LakeObject
from ui.access.lake import load_head
from ui.components.code import show_block
from ui.components.pieces import show_muted
from ui.presenters.object_presenter import ObjectView
from ui.presenters.unreadable_presenter import present_head


def show_head(item: LakeObject, view: ObjectView) -> None:
    """A few lines, enough to see what it is."""
    head = load_head(item.key, item.version)
    show_muted(present_head(head))
    if head.lines and head.size_bytes:
        show_block("\n".join(head.lines))
