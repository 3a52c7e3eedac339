"""What is asked of a plan, and the words a plan answers with. Pure data, importing no backend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lakeside.month import Month
from lakeside.sources.probe import SourceName


class Mode(StrEnum):
    """Which of the asked months are worked on."""

    MISSING = "missing"  # what the lake or the table does not have
    REPAIR = "repair"  # also what is stale, mismatched, broken, or failed last time
    ALL = "all"  # everything, and what another source fed is replaced (force)


class MonthStanding(StrEnum):
    """Where a month stands, seen from everything that was observed."""

    MISSING = "missing"  # in neither lake nor table
    IN_LAKE = "in_lake"  # in the lake, not in the table
    PUBLISHED = "published"  # in both, the same content, the source unchanged
    STALE = "stale"  # the source or the contract changed since, or the table is from an older object
    FAILED = "failed"  # its last run failed and what is there is not whole
    RUNNING = "running"  # a run is at work on it, or about to be
    NOT_YET = "not_yet"  # the source has not published it yet
    NEVER = "never"  # the source never published it and never will
    MISMATCH = "mismatch"  # lake and table do not have the same rows
    BROKEN = "broken"  # the lake's object cannot be read
    FOREIGN = "foreign"  # the lake's object was not written by Lakeside


class Action(StrEnum):
    """What a run will do with a month."""

    INGEST = "ingest"  # fetch it, write it to the lake and (if asked) publish it
    LOAD = "load"  # publish what is in the lake; nothing is fetched (flow `load-months`)
    NOTHING = "nothing"
    WAIT = "wait"  # a run has it already


class RowsBasis(StrEnum):
    """What an expected number of rows was taken from."""

    FOOTER = "footer"  # the month's own object
    CATALOGUE = "catalogue"  # rows of TLC's parquet files, see `lakeside.catalogue`
    NEIGHBOURS = "neighbours"  # the nearest months that are known
    SAMPLE = "sample"  # the setting that says how many rows are made up


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last time a run had a month, from run history; given by the caller.

    `state` is queued, running, published, written, unchanged, failed, crashed or cancelled. `at` is when
    the run began on it, or was made. `rows` and `bytes_read` are what it read (0: nothing was fetched).
    """

    dataset: str
    month: Month
    run_id: str
    state: str
    at: datetime
    elapsed_seconds: float | None = None
    rows: int | None = None
    bytes_read: int | None = None

    @property
    def is_active(self) -> bool:
        """A run has the month now, or will have it."""
        return self.state in ("queued", "running")

    @property
    def is_failed(self) -> bool:
        """The run did not get the month done."""
        return self.state in ("failed", "crashed")


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Months of one dataset, in any number of years.

    Args:
        dataset: its name.
        months: the months, in any order; each is planned once.
        source: where to fetch; `auto` takes the default source that has the month.
        mode: which of them are worked on.
        load: also publish to the warehouse.
    """

    dataset: str
    months: tuple[Month, ...]
    source: SourceName = SourceName.AUTO
    mode: Mode = Mode.MISSING
    load: bool = True
