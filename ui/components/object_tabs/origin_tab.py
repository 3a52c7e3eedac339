"""Where an object came from."""

from __future__ import annotations

from lakeside.lake.objects import LakeObject
from ui.components.pieces import show_links, show_sentences
from ui.presenters.object_presenter import ObjectView


def show_origin(item: LakeObject, view: ObjectView) -> None:
    """Its provenance in sentences, and the run that wrote it."""
    show_sentences(view.story)
    show_links(view.links)
