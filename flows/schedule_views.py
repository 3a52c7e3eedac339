"""Schedules and deployments as plain frozen data. Times are aware; imports no Prefect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from flows.names import SYNC_FLOW
from flows.runs import RunSummary

Kind = Literal["cron", "interval"]


@dataclass(frozen=True, slots=True)
class ScheduleSpec:
    """When a flow is to run by itself, and with which parameters.

    Args:
        flow: the flow's name; its deployment is meant.
        kind: `cron` (five fields, or @daily and the like) or `interval`.
        cron: the cron expression, read in the time zone.
        interval_seconds: from one run to the next, at least 60; the first comes one interval after `anchor`.
        timezone: an IANA name; days and hours are counted there, through changes of summer time.
        parameters: the flow's parameters.
        active: whether it makes runs.
        anchor: where intervals are counted from; the moment it is stored when None.
    """

    flow: str = SYNC_FLOW
    kind: Kind = "cron"
    cron: str = ""
    interval_seconds: float = 0.0
    timezone: str = "UTC"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True
    anchor: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScheduleWords:
    """A schedule for people: a sentence, and its next times in its own zone."""

    words: str
    times: tuple[datetime, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Each time as `Mon 23 Nov 2026, 06:00 EST (11:00 UTC)`."""
        return tuple(describe_time(time) for time in self.times)


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule that is stored. `words` and `next_times` are of `describe_schedule`; none when paused."""

    id: str
    spec: ScheduleSpec
    words: str
    next_times: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A flow that can be started. `next_runs` are the times a schedule has planned, soonest first."""

    id: str
    name: str
    flow: str
    description: str
    parameters: Mapping[str, Any]
    schedules: tuple[ScheduleView, ...]
    last_run: RunSummary | None
    next_runs: tuple[datetime, ...]
    paused: bool
    work_pool: str


def describe_time(time: datetime) -> str:
    """`Mon 23 Nov 2026, 06:00 EST (11:00 UTC)`; seconds where there are any."""
    clock = "%H:%M:%S" if time.second else "%H:%M"
    zone = time.tzname() or "UTC"
    here = time.strftime(f"%a %-d %b %Y, {clock}")
    return f"{here} UTC" if zone == "UTC" else f"{here} {zone} ({time.astimezone(UTC).strftime(clock)} UTC)"
