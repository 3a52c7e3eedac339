"""Facts and advice about one object's layout, its neighbours counted."""

from __future__ import annotations

from lakeside.lake.lake import Lake
from lakeside.lake.layout_advice import Advice, Neighbours, advise
from lakeside.lake.layout_facts import ObjectLayout
from lakeside.lake.objects import LakeObject

COUNTED_NEIGHBOURS = 1_000


def describe_layout(lake: Lake, found: LakeObject) -> tuple[ObjectLayout, list[Advice]]:
    """How an object is laid out and what could be better; one short listing of its folder, one footer.

    Raises:
        NotFound: it is not there any more.
        BadFile: it has no footer that can be read.
    """
    layout = lake.read_layout(found)
    return layout, advise(layout, _count_neighbours(lake, found))


def _count_neighbours(lake: Lake, found: LakeObject) -> Neighbours:
    folder = found.key[: found.key.rfind("/") + 1]
    listing = lake.list_objects(folder, COUNTED_NEIGHBOURS)
    beside = [o for o in listing.objects if o.key.endswith(".parquet") and "/" not in o.key[len(folder) :]]
    return Neighbours(len(beside), sum(o.size_bytes for o in beside), listing.truncated)
