"""What the console knows about runs, as plain frozen data. Times are UTC and aware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Launch:
    """A request to ingest months of one year; with the source `lake`, one month from `lake_object`."""

    dataset: str
    year: int
    months: tuple[int, ...]
    source: str = "auto"
    load: bool = True
    force: bool = False
    fan_out: str = "threads"
    lake_object: str | None = None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """Where one month of a run stands.

    `state` is queued, running, published, written, unchanged, failed or cancelled; `stage` is the stage
    a running month is in, empty before and after. `rows` are rows read so far; `bytes_total` is None
    when the source does not say its size. `error` has kind, message and hint.
    """

    dataset: str
    month: str
    state: str = "queued"
    stage: str = ""
    rows: int = 0
    bytes_read: int = 0
    bytes_total: int | None = None
    megabytes_per_second: float = 0.0
    elapsed_seconds: float = 0.0
    source: str | None = None
    rows_written: int | None = None
    rows_rejected: int | None = None
    warehouse_rows: int | None = None
    lake_path: str | None = None
    error: Mapping[str, str] | None = None

    @property
    def is_over(self) -> bool:
        """No more work will be done on it by this run."""
        return self.state not in ("queued", "running")

    def as_dict(self) -> dict[str, Any]:
        """Plain data; what the run's table artifact holds."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run. `state` is Prefect's name of it, `state_type` its kind (RUNNING, COMPLETED, …).

    `started_by` is a person, `schedule` or `another run`; `schedule` is the id of the schedule that made
    it; `plan_token` the beginning of the plan's token it came from. `is_part`: another run started it.
    The heartbeat is the last sign of life of a run at work (beats come every 30 s); None when not at work
    or never seen.
    """

    id: str
    name: str
    flow: str
    state: str
    state_type: str
    parameters: Mapping[str, Any]
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    elapsed_seconds: float
    message: str
    started_by: str = ""
    schedule: str = ""
    plan_token: str = ""
    is_part: bool = False
    heartbeat_at: datetime | None = None
    heartbeat_age_seconds: float | None = None

    @property
    def is_over(self) -> bool:
        """The run has ended, however it went."""
        return self.state_type in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with its months. `fraction_done` is 0 to 1."""

    summary: RunSummary
    months: tuple[MonthLine, ...]
    fraction_done: float


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a run's log; `level` is DEBUG, INFO, WARNING, ERROR or CRITICAL."""

    at: datetime
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class ConsoleHealth:
    """Whether a run that is started now would run. `message` is empty when it would.

    `is_late`: the server takes connections but had not answered when patience ended; another question,
    waited for longer, may well be answered. One that is silent for long is not late but away.
    """

    api_url: str
    api_ok: bool
    workers_online: int
    pool_paused: bool
    message: str
    hint: str
    is_late: bool = False

    @property
    def can_run(self) -> bool:
        """The API answers, a worker polls and the pool is not paused."""
        return self.api_ok and self.workers_online > 0 and not self.pool_paused
