"""Choosing objects of a listing: narrowed by name and put in order as a whole, before any page is cut."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from lakeside.lake.name_pattern import compile_words
from lakeside.lake.objects import Footer, LakeObject

if TYPE_CHECKING:
    from lakeside.lake.lake import Lake

_BATCH_FOOTERS = 200  # read between two looks at the clock


class Sort(StrEnum):
    """What objects are ordered by."""

    NAME = "name"
    SIZE = "size"
    ROWS = "rows"
    MODIFIED = "modified"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which objects, in which order. `words` are a part of the key or a glob: see `name_pattern`."""

    words: str = ""
    sort: Sort = Sort.NAME
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A prefix that ends with `/`, with all that was listed below it, however deep."""

    prefix: str
    objects: int
    size_bytes: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows by key, of the objects whose footers were read.

    `asked` is how many have a name that promises a footer; where not all of them were looked at,
    `limit` says which bound was met: `number` or `seconds`.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    asked: int = 0
    looked_at: int = 0
    limit: str | None = None


def as_folder(prefix: str, objects: Sequence[LakeObject]) -> str:
    """`data/green/` for `data/green`, unless something else begins so too, as `data/greenish/` does."""
    if prefix and objects and not prefix.endswith("/"):
        return f"{prefix}/" if all(o.key.startswith(f"{prefix}/") for o in objects) else prefix
    return prefix


def narrow(objects: Sequence[LakeObject], words: str) -> list[LakeObject]:
    """The objects whose key fits the words, in the order they came in."""
    if not words.strip():
        return list(objects)
    fits = compile_words(words)
    return [found for found in objects if fits(found.key)]


def sort_objects(objects: Sequence[LakeObject], wanted: Wanted, counts: RowCounts) -> list[LakeObject]:
    """All of them in the order wanted, equal ones by key; those without a known row count at the end."""
    named = sorted(objects, key=lambda o: o.key, reverse=wanted.descending and wanted.sort is Sort.NAME)
    match wanted.sort:
        case Sort.NAME:
            return named
        case Sort.SIZE:
            return sorted(named, key=lambda o: o.size_bytes, reverse=wanted.descending)
        case Sort.MODIFIED:
            return sorted(named, key=lambda o: o.modified_at, reverse=wanted.descending)
        case Sort.ROWS:
            known = [o for o in named if o.key in counts.rows]
            known.sort(key=lambda o: counts.rows[o.key], reverse=wanted.descending)
            return known + [o for o in named if o.key not in counts.rows]


def count_rows(lake: Lake, objects: Sequence[LakeObject], maximum: int, seconds: float) -> RowCounts:
    """Rows of the objects named `*.parquet`, of at most `maximum`, begun within so many seconds."""
    promised = [o for o in objects if o.key.endswith(".parquet")]
    rows: dict[str, int] = {}
    started, looked_at = time.monotonic(), 0
    while looked_at < min(len(promised), maximum) and time.monotonic() - started < seconds:
        batch = promised[looked_at : min(looked_at + _BATCH_FOOTERS, maximum)]
        listed = {found.version for found in batch}  # rows of what was replaced since are not these objects'
        present = lake.read_present(batch)
        rows |= {o.key: a.rows for o, a in present if isinstance(a, Footer) and o.version in listed}
        looked_at += len(batch)
    limit = None
    if looked_at < len(promised):
        limit = "number" if looked_at >= maximum else "seconds"
    return RowCounts(rows, len(promised), looked_at, limit)


def gather_folders(prefix: str, objects: Sequence[LakeObject]) -> list[Folder]:
    """The folders directly below a prefix, by name."""
    start = prefix.rfind("/") + 1
    figures: dict[str, tuple[int, int, datetime]] = {}
    for found in objects:
        end = found.key.find("/", start)
        if end >= 0:
            name = found.key[: end + 1]
            count, size, newest = figures.get(name, (0, 0, found.modified_at))
            figures[name] = (count + 1, size + found.size_bytes, max(newest, found.modified_at))
    return [Folder(name, *figure) for name, figure in sorted(figures.items())]


def sort_folders(folders: Sequence[Folder], wanted: Wanted) -> list[Folder]:
    """Folders in the same order as objects would be; they have no rows and then stand by name."""
    down = wanted.descending and wanted.sort is not Sort.ROWS
    keys = {Sort.SIZE: lambda f: f.size_bytes, Sort.MODIFIED: lambda f: f.modified_at}
    named = sorted(folders, key=lambda f: f.prefix, reverse=down and wanted.sort is Sort.NAME)
    key = keys.get(wanted.sort)
    return sorted(named, key=key, reverse=down) if key else named


def list_direct(prefix: str, objects: Sequence[LakeObject]) -> list[LakeObject]:
    """The objects that lie in the prefix itself and in no folder below it."""
    start = prefix.rfind("/") + 1
    return [found for found in objects if "/" not in found.key[start:]]
