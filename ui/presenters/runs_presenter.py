"""One run as people read it: state, progress, facts and a line per month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.console import MonthLine, RunDetail, RunSummary
from flows.names import MONTH_FLOWS, OBJECT_FLOW, SYNC_FLOW
from lakeside.lake.layout import data_key, quarantine_key
from lakeside.month import Month
from lakeside.progress import Stage
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_duration,
    format_relative,
    format_rows,
    format_share,
    format_speed,
    format_utc,
)
from ui.presenters.looks import MONTH, RUN, Look, Tone, find_look
from ui.presenters.places import link_to_checks, link_to_object, link_to_table
from ui.presenters.run_list_presenter import say_duration, say_silence
from ui.presenters.run_parts_presenter import present_origin
from ui.presenters.views import Fact, Link

STAGES = tuple(stage.value for stage in Stage)
ENDED_BADLY = ("FAILED", "CRASHED", "CANCELLED")
LOG_SETTLES = timedelta(seconds=15)  # Prefect hands in the last lines of a log after the run's end


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage of a month: `done`, `now`, `failed` or `` (still to come)."""

    name: str
    progress: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One month of a run."""

    month: str
    source: str
    look: Look
    stages: Sequence[StageView]
    figures: Sequence[tuple[str, str]]
    result: str
    href: str | None
    error: str
    hint: str
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True)
class RunView:
    """One run, whole. `ended_at` is when it was over; None while it is not, or when nobody knows."""

    id: str
    title: str
    look: Look
    is_over: bool
    can_cancel: bool
    percent: float
    progress_tone: Tone
    progress_words: str
    facts: Sequence[Fact]
    lines: Sequence[LineView]
    parameters: Sequence[tuple[str, str]]
    message: str
    silence: str = ""
    can_retry: bool = False
    can_repeat: bool = False
    links: Sequence[Link] = ()
    sign: object = None
    ended_at: datetime | None = None
    log_may_grow: bool = True


def present_run(detail: RunDetail, now: datetime) -> RunView:
    """Heading, progress, months and parameters of one run."""
    run = detail.summary
    look = find_look(RUN, run.state_type)
    over = [line for line in detail.months if line.is_over]
    failed = sum(line.state == "failed" for line in over)
    share = 1.0 if run.state_type == "COMPLETED" else detail.fraction_done
    words = "" if run.started_at or run.is_over else "waiting for a worker to take it · "
    if detail.months:
        words += f"{len(over)} of {format_counted(len(detail.months), 'month')} done"
    else:
        words = run.message if run.state_type == "COMPLETED" else words.removesuffix(" · ")
    return RunView(
        id=run.id,
        title=run.name,
        look=look,
        is_over=run.is_over,
        can_cancel=not run.is_over and run.state_type != "CANCELLING",
        percent=100 * min(max(share, 0.0), 1.0),
        progress_tone=look.tone,
        progress_words=words + (f", {failed} failed" if failed else ""),
        facts=present_facts(detail, now),
        lines=[present_line(line) for line in detail.months],
        parameters=[*((name, _say(value)) for name, value in run.parameters.items()), *present_origin(run)],
        message="" if failed or run.state_type not in ENDED_BADLY else run.message,
        silence=present_silence(run),
        can_retry=run.is_over and failed > 0 and run.flow in MONTH_FLOWS,
        can_repeat=run.is_over and run.flow in MONTH_FLOWS,
        links=present_run_links(run),
        sign=(run.state, run.message, tuple(_sign(line) for line in detail.months)),
        ended_at=run.ended_at if run.is_over else None,
        log_may_grow=may_log_grow(run.is_over, run.ended_at, now),
    )


def may_log_grow(is_over: bool, ended_at: datetime | None, now: datetime) -> bool:
    """May lines still come: the run is at work, or ended a moment ago by either machine's clock."""
    return not is_over or (ended_at is not None and abs(now - ended_at) < LOG_SETTLES)


def present_run_links(run: RunSummary) -> list[Link]:
    """What a run without months worked on: its object, and its table once it is there."""
    if run.flow != OBJECT_FLOW:
        return []
    links = [Link("object", link_to_object(str(run.parameters.get("lake_object", ""))))]
    if run.state_type == "COMPLETED":
        links.append(Link("table", link_to_table(str(run.parameters.get("table", "")))))
    return links


def present_silence(run: RunSummary) -> str:
    """What it means that a run at work was not heard of for long; empty when it was lately."""
    silence = say_silence(run)
    return (
        f"Its process gives {silence}; without one it is marked crashed within two minutes."
        if silence
        else ""
    )


def _sign(line: MonthLine) -> tuple[object, ...]:
    """What has to change for a month to have moved."""
    return (line.state, line.stage, line.rows, line.bytes_read)


def present_facts(detail: RunDetail, now: datetime) -> list[Fact]:
    """Started, took, rows and bytes of the run."""
    run = detail.summary
    began = run.started_at or run.created_at
    rows = sum(line.rows_written if line.rows_written is not None else line.rows for line in detail.months)
    size = sum(line.bytes_read or 0 for line in detail.months)
    rejected = sum(line.rows_rejected or 0 for line in detail.months)
    facts = [
        Fact(
            "Started" if run.started_at else "Asked for",
            format_relative(began, now),
            format_utc(began) + (f" by {run.started_by}" if run.started_by else ""),
        ),
        Fact("Took" if run.is_over else "Running for", say_duration(run), "wall clock"),
    ]
    if run.flow not in (*MONTH_FLOWS, SYNC_FLOW):
        return facts  # nothing comes from a source
    return [
        *facts,
        Fact(
            "Rows",
            format_count(rows),
            f"{format_count(rejected)} set aside" if rejected else "none set aside",
        ),
        Fact("Read", format_bytes(size), "from the source"),
    ]


def present_line(line: MonthLine) -> LineView:
    """One month: stages, figures, result or error."""
    error = line.error or {}
    rows = line.rows_written if line.rows_written is not None else line.rows
    return LineView(
        month=line.month,
        source="lake and table" if line.state == "checked" else line.source or "source not chosen yet",
        look=find_look(MONTH, line.state),
        stages=present_stages(line),
        figures=[
            ("rows", format_count(rows) if rows else UNKNOWN),
            ("read", present_bytes(line)),
            ("speed", format_speed(line.megabytes_per_second)),
            present_time(line),
        ],
        result=present_result(line),
        href=link_to_object(data_key(line.dataset, Month.parse(line.month))) if line.lake_path else None,
        error=error.get("message", ""),
        hint=error.get("hint", ""),
        links=present_links(line),
    )


def present_time(line: MonthLine) -> tuple[str, str]:
    """What is left of reading, by the bytes so far; else the time since its beginning."""
    read, total = line.bytes_read, line.bytes_total
    if line.state == "running" and total and 0 < read < total and line.elapsed_seconds:
        return "left to read", f"≈ {format_duration(line.elapsed_seconds * (total - read) / read)}"
    return "elapsed", format_duration(line.elapsed_seconds) if line.elapsed_seconds else UNKNOWN


def present_links(line: MonthLine) -> list[Link]:
    """Where its rows are: the object, the table, what was set aside."""
    month = Month.parse(line.month)
    links = []
    if line.lake_path:
        links.append(Link("object", link_to_object(data_key(line.dataset, month))))
    if line.warehouse_rows is not None:
        links.append(Link("table", link_to_table(line.dataset)))
    if line.state == "checked" or line.stage == Stage.CHECK:
        links.append(Link("checks", link_to_checks(line.dataset, month)))
    if line.rows_rejected:
        links.append(Link("rejected rows", link_to_object(quarantine_key(line.dataset, month))))
    return links


def present_bytes(line: MonthLine) -> str:
    """`1.2 MB`, or `12 %` of a known size while it runs."""
    if not line.bytes_read:
        return UNKNOWN
    if line.state == "running" and line.bytes_total and line.bytes_read < line.bytes_total:
        return f"{format_bytes(line.bytes_read)} · {format_share(line.bytes_read, line.bytes_total)}"
    return format_bytes(line.bytes_read)


def present_stages(line: MonthLine) -> list[StageView]:
    """fetch -> conform -> write -> load -> check, and how far the month is."""
    last = STAGES.index(line.stage) if line.stage in STAGES else 0 if line.state == "failed" else -1
    if line.state == "checked":
        return [StageView(Stage.CHECK.value, "done")]
    finished = {"published": 5, "unchanged": 5, "written": 3}.get(line.state)
    views = []
    for position, name in enumerate(STAGES):
        if finished is not None:
            progress = "done" if position < finished else ""
        elif line.state in ("failed", "cancelled") and position == last:
            progress = "failed"
        elif line.state == "running" and position == last:
            progress = "now"
        else:
            progress = "done" if position < last else ""
        views.append(StageView(name, progress))
    return views


def present_result(line: MonthLine) -> str:
    """What became of the month, in a sentence; empty while it runs."""
    if line.state == "unchanged":
        return f"Source and contract are as before; {format_rows(line.rows_written)} stay as they are."
    if line.state == "checked":
        return f"Every error-check of {format_rows(line.warehouse_rows)} passed."
    if line.state not in ("published", "written"):
        return ""
    read = format_count((line.rows_written or 0) + (line.rows_rejected or 0))
    written, rejected = format_count(line.rows_written), format_count(line.rows_rejected)
    words = f"{read} rows read = {written} written + {rejected} set aside"
    if line.state == "published" and line.warehouse_rows is not None:
        sign = "=" if line.warehouse_rows == line.rows_written else "≠"
        words += f"; lake {written} {sign} warehouse {format_count(line.warehouse_rows)}"
    return words + "."


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={v}" for k, v in value.items())
    return str(value)
