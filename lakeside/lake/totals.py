"""How much lies in the lake, by dataset and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lakeside.lake.find import RowCounts
from lakeside.lake.layout import QUARANTINE_PREFIX, REFERENCE_PREFIX
from lakeside.lake.objects import LakeObject

AREAS = {QUARANTINE_PREFIX: "quarantine", REFERENCE_PREFIX: "reference"}
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Total:
    """Objects of one dataset (or area) and year; `year` is None where a key names no month.

    `rows` is None unless every one of the objects was counted.
    """

    area: str
    year: int | None
    objects: int
    size_bytes: int
    rows: int | None = None


def area_of(found: LakeObject) -> str:
    """The dataset of a month's object, else `quarantine`, `reference` or `other`."""
    if found.dataset:
        return found.dataset
    return next((name for prefix, name in AREAS.items() if found.key.startswith(prefix)), OTHER)


def sum_totals(objects: Iterable[LakeObject], counts: RowCounts) -> list[Total]:
    """One for each dataset and year, datasets by name, then the areas; years upwards."""
    groups: dict[tuple[str, int | None], list[LakeObject]] = {}
    for found in objects:
        groups.setdefault((area_of(found), found.month.year if found.month else None), []).append(found)
    last = [*AREAS.values(), OTHER]
    order = sorted(groups, key=lambda place: (place[0] in last, place[0], place[1] or 0))
    return [_sum(place, groups[place], counts) for place in order]


def _sum(place: tuple[str, int | None], objects: list[LakeObject], counts: RowCounts) -> Total:
    known = [counts.rows[o.key] for o in objects if o.key in counts.rows]
    rows = sum(known) if len(known) == len(objects) else None
    return Total(*place, len(objects), sum(o.size_bytes for o in objects), rows)
