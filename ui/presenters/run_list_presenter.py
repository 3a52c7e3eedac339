"""Many runs as people read them: what is looked for, a row each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flows.console import RunFilter, RunSummary
from ui.formats import UNKNOWN, format_count, format_duration, format_relative, format_utc
from ui.presenters.looks import RUN, find_look
from ui.presenters.places import link_to_run
from ui.presenters.views import Column, Table, TableCell

STATES: dict[str, tuple[str, ...]] = {
    "running": ("RUNNING", "CANCELLING"),
    "waiting": ("SCHEDULED", "PENDING", "PAUSED"),
    "completed": ("COMPLETED",),
    "failed": ("FAILED",),
    "crashed": ("CRASHED",),
    "cancelled": ("CANCELLED",),
}
ANY = "any"
SINCE: dict[str, timedelta | None] = {
    ANY: None,
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}
SINCE_WORDS = {
    ANY: "At any time",
    "hour": "In the last hour",
    "day": "In the last 24 hours",
    "week": "In the last 7 days",
    "month": "In the last 30 days",
}
SILENT_SECONDS = 60.0  # beats come every 30 s


def make_filter(states: Sequence[str], dataset: str, since: str, words: str, now: datetime) -> RunFilter:
    """What is chosen, as the console takes it; times count from the whole minute."""
    span = SINCE.get(since)
    return RunFilter(
        states=tuple(kind for state in states for kind in STATES[state]),
        dataset=None if dataset == ANY else dataset,
        text=words.strip(),
        since=now.replace(second=0, microsecond=0) - span if span else None,
    )


def present_runs(runs: Iterable[RunSummary], now: datetime) -> Table:
    """The list: state, name, started, duration, by whom, what it says."""
    columns = [
        Column("State"),
        Column("Run"),
        Column("Started"),
        Column("Took", numeric=True),
        Column("By"),
        Column("Says"),
    ]
    return Table("Runs, newest first", columns, [_present_row(run, now) for run in runs])


def present_total(shown: int, total: int, page: int, page_rows: int, is_filtered: bool) -> str:
    """`Runs 26 to 50 of 137 that fit.`"""
    what = " that fit" if is_filtered else ""
    if not shown:
        return f"No run on this page; {format_count(total)} in all{what}."
    first = (page - 1) * page_rows + 1
    return f"Runs {format_count(first)} to {format_count(first + shown - 1)} of {format_count(total)}{what}."


def is_any_live(runs: Iterable[RunSummary]) -> bool:
    """Is there a run that has not ended."""
    return any(not run.is_over for run in runs)


def sign_of_runs(runs: Iterable[RunSummary]) -> tuple[object, ...]:
    """What has to change for the list to have changed."""
    return tuple((run.id, run.state, run.message) for run in runs)


def say_silence(run: RunSummary) -> str:
    """How long a run at work has not been heard of; empty when it was lately."""
    age = run.heartbeat_age_seconds
    if run.state_type not in ("RUNNING", "CANCELLING") or age is None or age < SILENT_SECONDS:
        return ""
    return f"no sign of life for {format_duration(age)}"


def say_duration(run: RunSummary) -> str:
    """How long it took, or takes so far."""
    return format_duration(run.elapsed_seconds) if run.started_at else UNKNOWN


def shorten(words: str, length: int = 80) -> str:
    """The first line, cut with an ellipsis."""
    line = words.strip().splitlines()[0] if words.strip() else ""
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _present_row(run: RunSummary, now: datetime) -> list[TableCell]:
    began = run.started_at or run.created_at
    says = run.message if run.is_over or not run.started_at else say_silence(run)
    return [
        TableCell("", look=find_look(RUN, run.state_type)),
        TableCell(run.name, href=link_to_run(run.id), title=run.id),
        TableCell(format_relative(began, now), title=format_utc(began)),
        TableCell(say_duration(run)),
        TableCell(run.started_by or UNKNOWN),
        TableCell(shorten(says), title=says or None),
    ]
