"""What a light can say. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from lakeside.coverage import MonthCoverage


class SourceState(StrEnum):
    """Does the source have the month, and still the file that fed the lake."""

    OFFERED = "offered"  # by the calendar; no source was asked yet
    THERE = "there"  # a source that was asked has it
    CHANGED = "changed"  # it has another file than the one that fed the lake
    GONE = "gone"  # every source that was asked said that it does not have it
    NOT_YET = "not_yet"  # not published yet, by the calendar
    NEVER = "never"  # before the dataset's first month


class LakeState(StrEnum):
    """Is there an object, and one of ours."""

    MISSING = "missing"
    THERE = "there"
    STALE = "stale"  # written under another version of the contract
    BROKEN = "broken"  # cannot be read
    FOREIGN = "foreign"  # not written by Lakeside


class TableState(StrEnum):
    """Are the month's rows in the table, and those of the lake's object."""

    MISSING = "missing"
    EQUAL = "equal"  # the same rows, from this very object
    STALE = "stale"  # from another object than the lake has now
    DIFFERS = "differs"  # another number of rows, or rows without an object
    UNKNOWN = "unknown"  # the warehouse does not say which object they came from


class ChecksState(StrEnum):
    """What the last run of each check said of the month."""

    NONE = "none"  # nothing was checked
    PASSED = "passed"
    WARNED = "warned"  # only checks that warn failed
    FAILED = "failed"
    ERROR = "error"  # a check could not be evaluated
    OUTDATED = "outdated"  # passed, but rows were published since


S = TypeVar("S", SourceState, LakeState, TableState, ChecksState)


@dataclass(frozen=True, slots=True)
class Light(Generic[S]):
    """A state, a sentence that says why, and since when it is known (UTC); None where nothing says."""

    state: S
    says: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonthLights:
    """A month with its four lights and what the modes of the matrix show.

    `null_share` is the share of nulls in the columns its source had; `source_at` when the source's file was
    last changed, as it said; `published_at` when its rows went into the table; `run_id` the run that did.
    """

    covered: MonthCoverage
    source: Light[SourceState]
    lake: Light[LakeState]
    table: Light[TableState]
    checks: Light[ChecksState]
    null_share: float | None = None
    source_at: datetime | None = None
    published_at: datetime | None = None
    run_id: str | None = None

    @property
    def lake_lag_seconds(self) -> float | None:
        """From the source's file to the lake's object; None where one of them has no date."""
        return _between(self.source_at, self.covered.written_at)

    @property
    def table_lag_seconds(self) -> float | None:
        """From the lake's object to the table; None while one of them is not there."""
        return _between(self.covered.written_at, self.published_at)

    @property
    def lag_seconds(self) -> float | None:
        """From the source's file (where it has no date: from the lake's object) to the table."""
        return _between(self.source_at or self.covered.written_at, self.published_at)


def _between(first: datetime | None, last: datetime | None) -> float | None:
    """Seconds from one to the other, never negative: clocks of two machines differ."""
    return None if first is None or last is None else max(0.0, (last - first).total_seconds())
