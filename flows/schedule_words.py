"""What a schedule means: checked, put into words, and its next times, by the code Prefect's server uses."""

from __future__ import annotations

import re
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel

from flows.names import CHECK_FLOW, INGEST_FLOW, LOAD_FLOW, SYNC_FLOW
from flows.parameters import (
    CheckParameters,
    IngestParameters,
    LoadParameters,
    SyncParameters,
    check_parameters,
)
from flows.schedule_views import ScheduleSpec, ScheduleWords
from lakeside.errors import SettingsError

SHORTEST_SECONDS = 60  # a run takes seconds to start, and runs must not pile up
LONGEST_SECONDS = 366 * 86400
MODELS: dict[str, type[BaseModel]] = {
    INGEST_FLOW: IngestParameters,
    LOAD_FLOW: LoadParameters,
    SYNC_FLOW: SyncParameters,
    CHECK_FLOW: CheckParameters,
}

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMED = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0"}
_NAMED |= {"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def describe_schedule(spec: ScheduleSpec, n: int = 5, now: datetime | None = None) -> ScheduleWords:
    """A sentence and the next `n` times (at most 100) of a schedule. Asks no server.

    Raises:
        SettingsError: the cron expression, the interval or the time zone cannot be; names it.
    """
    start = now or datetime.now(UTC)
    schedule = build_schedule(spec, start)
    times = _finish(schedule.get_dates(n=max(1, min(n, 100)), start=start + timedelta(microseconds=1)))
    zone = ZoneInfo(spec.timezone)
    plain = tuple(datetime.fromtimestamp(time.timestamp(), UTC).astimezone(zone) for time in times)
    return ScheduleWords(find_words(spec), plain)


def check_spec(spec: ScheduleSpec) -> dict[str, Any]:
    """The parameters of a schedule as its flow takes them.

    Raises:
        SettingsError: the flow does not exist, a parameter is out of range, or the times cannot be.
    """
    if spec.flow not in MODELS:
        known = ", ".join(MODELS)
        raise SettingsError(f"{spec.flow!r} is not a flow that can be scheduled.", f"Choose one of {known}.")
    build_schedule(spec, datetime.now(UTC))
    return check_parameters(MODELS[spec.flow], dict(spec.parameters))


def build_schedule(spec: ScheduleSpec, now: datetime) -> Any:
    """Prefect's schedule for a spec; raises SettingsError as `describe_schedule` does."""
    from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule

    if spec.timezone not in _list_timezones():
        raise SettingsError(f"{spec.timezone!r} is not a time zone.", "Write it like America/New_York.")
    if spec.kind == "interval":
        seconds = spec.interval_seconds
        if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
            raise SettingsError(
                f"An interval of {seconds:g} s cannot be.", "It is a minute at least and a year at most."
            )
        every = timedelta(seconds=seconds)
        return IntervalSchedule(interval=every, anchor_date=spec.anchor or now, timezone=spec.timezone)
    cron = spec.cron.strip()
    if cron not in _NAMED and len(cron.split()) != 5:
        raise _not_cron(spec.cron)
    try:
        return CronSchedule(cron=cron, timezone=spec.timezone)
    except ValueError as error:
        raise _not_cron(spec.cron) from error


def find_words(spec: ScheduleSpec) -> str:
    """A schedule as a sentence; a cron expression that has no simple words is quoted."""
    zone = "" if spec.timezone == "UTC" and spec.kind == "interval" else f" ({spec.timezone})"
    if spec.kind == "interval":
        return f"every {_count_units(spec.interval_seconds)}{zone}"
    return f"{_describe_cron(_NAMED.get(spec.cron.strip(), spec.cron.strip()))}{zone}"


def _describe_cron(cron: str) -> str:
    minute, hour, day, month, weekday = cron.split()
    when = _describe_clock(minute, hour)
    if when is None or month != "*" or (day != "*" and weekday != "*"):
        return f"by the cron expression {cron}"
    if day == "*" and weekday == "*":
        return when if when.startswith("every") else f"every day at {when}"
    if day != "*":
        which = f"on day {day} of every month" if re.fullmatch(r"\d+(,\d+)*", day) else None
    else:
        which = _describe_weekdays(weekday)
    if which is None:
        return f"by the cron expression {cron}"
    return f"{which}, {when}" if when.startswith("every") else f"{which} at {when}"


def _describe_clock(minute: str, hour: str) -> str | None:
    if minute.isdigit() and hour.isdigit():
        return f"{int(hour):02d}:{int(minute):02d}"
    if minute.isdigit() and hour == "*":
        return f"every hour at minute {int(minute)}"
    if minute.isdigit() and (step := _read_step(hour)):
        return f"every {step} hours at minute {int(minute)}"
    if hour == "*" and (step := 1 if minute == "*" else _read_step(minute)):
        return "every minute" if step == 1 else f"every {step} minutes"
    return None


def _describe_weekdays(weekday: str) -> str | None:
    if weekday.casefold() in ("1-5", "mon-fri"):
        return "Monday to Friday"
    short = {name[:3].casefold(): number for number, name in enumerate(_DAYS[:7])}
    numbers = [int(d) if d.isdigit() else short.get(d.casefold(), 99) for d in weekday.split(",")]
    if any(number > 7 for number in numbers):
        return None
    return "every " + " and ".join(_DAYS[number] for number in numbers)


def _read_step(text: str) -> int | None:
    match = re.fullmatch(r"\*/(\d+)", text)
    return int(match[1]) if match else None


def _count_units(seconds: float) -> str:
    for name, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return name if count == 1 else f"{count} {name}s"
    return f"{seconds:g} seconds"


def _finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The answer of a coroutine that waits for nothing, in threads with an event loop and without."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("the times of a schedule were waited for")


@cache
def _list_timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def _not_cron(text: str) -> SettingsError:
    return SettingsError(
        f"{text!r} is not a cron expression.",
        "Write minute, hour, day, month and weekday, for example `0 6 * * *` for every day at six.",
    )
