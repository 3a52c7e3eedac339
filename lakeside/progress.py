"""How a month's work reports where it stands, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """The stages of a month, in order."""

    FETCH = "fetch"
    CONFORM = "conform"
    WRITE = "write"
    LOAD = "load"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a month stands. `bytes_total` is None when the source does not say its size."""

    stage: Stage
    rows: int = 0
    bytes_read: int = 0
    bytes_total: int | None = None
    elapsed_seconds: float = 0.0

    @property
    def megabytes_per_second(self) -> float:
        """Source bytes per second, in MB (10^6)."""
        return self.bytes_read / 1e6 / self.elapsed_seconds if self.elapsed_seconds else 0.0


ReportProgress = Callable[[Progress], None]


def report_nothing(_: Progress) -> None:
    """The default listener."""


class MonthState(StrEnum):
    """What a month's work came to."""

    PUBLISHED = "published"  # in the lake and in the warehouse, audited
    WRITTEN = "written"  # in the lake; loading was not asked for
    UNCHANGED = "unchanged"  # source and contract are as before; nothing was fetched or loaded again
    CHECKED = "checked"  # every check was evaluated and no error-check failed; nothing was changed
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MonthResult:
    """What became of one month; exactly the fields `lakeside ingest --json` prints.

    Of columns outside the contract, `columns_added` were kept and `columns_discarded` dropped.
    """

    dataset: str
    month: str
    source: str | None
    state: MonthState
    rows_read: int | None = None
    rows_written: int | None = None
    rows_rejected: int | None = None
    lake_path: str | None = None
    warehouse_rows: int | None = None
    bytes_read: int | None = None
    columns_added: tuple[str, ...] = ()
    columns_discarded: tuple[str, ...] = ()
    elapsed_seconds: float = 0.0
    error: dict[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        columns = {
            "columns_added": list(self.columns_added),
            "columns_discarded": list(self.columns_discarded),
        }
        return {**asdict(self), **columns, "state": self.state.value}


@dataclass(frozen=True, slots=True)
class StageReporter:
    """Reports the stages after the fetch, with the figures it ended with.

    `started` is when the month was begun, by the monotonic clock.
    """

    report: ReportProgress
    bytes_read: int
    started: float

    def enter(self, stage: Stage, rows: int) -> None:
        """Say that a stage begins, about so many rows."""
        elapsed = time.monotonic() - self.started
        self.report(Progress(stage, rows, self.bytes_read, self.bytes_read or None, elapsed))
