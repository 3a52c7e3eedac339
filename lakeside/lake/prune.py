"""Removing for good what is kept longer than the settings say: earlier versions and rows set aside.

Nothing is removed that was not planned and shown before. In a bucket versions are the bucket's own affair:
its lifecycle rules remove them, and pruning removes rows set aside only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from lakeside.errors import NotFound, PlanMoved
from lakeside.lake.errors import translated
from lakeside.lake.layout import QUARANTINE_PREFIX
from lakeside.lake.listing import list_objects
from lakeside.lake.objects import LakeObject
from lakeside.lake.retention import read_retention
from lakeside.lake.storage import Kind, Storage
from lakeside.lake.upkeep import remove_version
from lakeside.lake.versions import as_earlier
from lakeside.settings import RetentionSettings


@dataclass(frozen=True, slots=True)
class Surplus:
    """Something kept longer than it should be, and why."""

    object: LakeObject
    reason: str


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What pruning would remove; `truncated` says that there is more, which the next pruning finds."""

    surplus: Sequence[Surplus]
    truncated: bool
    sentences: Sequence[str]

    @property
    def size_bytes(self) -> int:
        """Bytes of all of it."""
        return sum(one.object.size_bytes for one in self.surplus)


def plan_prune(storage: Storage, kept: RetentionSettings, now: datetime, limit: int) -> PrunePlan:
    """See `Lake.plan_prune`."""
    with translated(storage.location.url):
        found = list(islice(_find_surplus(storage, kept, now, limit), limit + 1))
    sentences = list(read_retention(storage, kept).sentences)
    if storage.kind is Kind.GS:
        sentences.append("Earlier versions in a bucket are removed by its lifecycle rules, not by pruning.")
    return PrunePlan(found[:limit], len(found) > limit, sentences)


def prune(storage: Storage, plan: PrunePlan) -> list[Surplus]:
    """See `Lake.prune`."""
    return [one for one in plan.surplus if _remove(storage, one.object)]


def _remove(storage: Storage, found: LakeObject) -> bool:
    """Whether it was there to be removed; what has taken its place meanwhile stays."""
    try:
        remove_version(storage, found)
    except (NotFound, PlanMoved):
        return False
    return True


def _find_surplus(storage: Storage, kept: RetentionSettings, now: datetime, limit: int) -> Iterator[Surplus]:
    if storage.kind is Kind.FOLDER:
        yield from _find_versions(storage, kept, now)
    if kept.quarantine_days is not None:
        oldest = now - timedelta(days=kept.quarantine_days)
        for found in list_objects(storage, QUARANTINE_PREFIX, limit).objects:
            if found.modified_at < oldest:
                yield Surplus(found, _tell_age("set aside", now - found.modified_at, kept.quarantine_days))


def _find_versions(storage: Storage, kept: RetentionSettings, now: datetime) -> Iterator[Surplus]:
    for key, versions in storage.versions.walk():
        days = kept.quarantine_days if key.startswith(QUARANTINE_PREFIX) else None
        for place, one in enumerate(versions):
            age, since_written = now - one.replaced_at, now - one.modified_at
            found = as_earlier(key, one)
            if place >= kept.versions:
                yield Surplus(found, f"{place} newer earlier versions are kept; {kept.versions} are wanted.")
            elif kept.version_days is not None and age > timedelta(days=kept.version_days):
                yield Surplus(found, _tell_age("replaced", age, kept.version_days))
            elif days is not None and since_written > timedelta(days=days):
                yield Surplus(found, _tell_age("set aside", since_written, days))


def _tell_age(verb: str, age: timedelta, days: float) -> str:
    return f"It was {verb} {age / timedelta(days=1):,.1f} days ago; {days:g} are wanted."
