"""What the console asks for and gets about many runs, tasks and artifacts, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flows.runs import RunSummary
from lakeside.errors import LakesideError

if TYPE_CHECKING:
    from lakeside.plan import Attempt


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are wanted; every condition holds at once, an empty one does not restrict.

    Args:
        states: kinds of state (`RUNNING`, `FAILED`, …) in any case.
        dataset: only runs of this dataset.
        text: part of the run's name in any case, or a run's whole id.
        since: only runs that were due at this time or later.
        parts: also runs that another run started for its months.
    """

    states: tuple[str, ...] = ()
    dataset: str | None = None
    text: str = ""
    since: datetime | None = None
    parts: bool = True


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, newest first, and how many there are in all by the server's count."""

    runs: tuple[RunSummary, ...]
    total: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of a run. `attempts` counts its tries; `errors` are what the tries that failed ended in."""

    name: str
    state: str
    attempts: int
    started_at: datetime | None
    elapsed_seconds: float
    message: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArtifactLine:
    """One artifact of a run; `data` is what it holds now, text or a number."""

    id: str
    key: str
    kind: str
    description: str
    updated_at: datetime | None
    data: Any


class StartedRuns(list[RunSummary]):
    """The runs a plan became, one per dataset and year.

    `skipped` are the months that were left out because a run is already queued for or at work on them.
    """

    def __init__(self, runs: list[RunSummary], skipped: tuple[Attempt, ...] = ()) -> None:
        super().__init__(runs)
        self.skipped = skipped


@dataclass(frozen=True, slots=True)
class ReadyCheck:
    """One thing a run needs. `error` says what is wrong and what mends it; None when all is well."""

    name: str
    error: LakesideError | None
    elapsed_seconds: float

    @property
    def ok(self) -> bool:
        """Nothing is wrong with it."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether a run that is started now could do its work."""

    checks: tuple[ReadyCheck, ...]
    elapsed_seconds: float

    @property
    def error(self) -> LakesideError | None:
        """The first thing that is wrong."""
        return next((check.error for check in self.checks if check.error), None)

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return self.error is None
