"""How a month's line on the board changes as its work goes on, and how far a run is. Imports no Prefect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from flows.runs import MonthLine
from lakeside.progress import MonthResult, MonthState, Progress, Stage

# Share of a month's time at the start of each stage, as seen on whole months; refined by bytes where known.
_STAGE_SHARE = {Stage.FETCH: 0.0, Stage.CONFORM: 0.05, Stage.WRITE: 0.6, Stage.LOAD: 0.7, Stage.CHECK: 0.95}
_BY_BYTES = (Stage.FETCH, Stage.CONFORM, Stage.WRITE)


def running_line(line: MonthLine, progress: Progress) -> MonthLine:
    """The line of a month at work; figures a stage does not give keep their last value.

    The speed is that of fetching: while a month is loaded and checked no more bytes come.
    """
    fetching = progress.stage in _BY_BYTES
    speed = round(progress.megabytes_per_second, 3) if fetching else 0.0
    return replace(
        line,
        state="running",
        stage=progress.stage.value,
        rows=progress.rows or line.rows,
        bytes_read=progress.bytes_read or line.bytes_read,
        bytes_total=progress.bytes_total or line.bytes_total,
        megabytes_per_second=speed or line.megabytes_per_second,
        elapsed_seconds=round(progress.elapsed_seconds, 3) or line.elapsed_seconds,
    )


def finished_line(line: MonthLine, result: MonthResult) -> MonthLine:
    """The line of a month that is over; rows and bytes seen on the way stay where the result has none."""
    return replace(
        line,
        state=result.state.value,
        stage="" if result.error is None else line.stage,
        rows=line.rows if result.rows_read is None else result.rows_read,
        bytes_read=line.bytes_read if result.bytes_read is None else result.bytes_read,
        elapsed_seconds=round(result.elapsed_seconds, 3),
        source=result.source or line.source,
        rows_written=result.rows_written,
        rows_rejected=result.rows_rejected,
        warehouse_rows=result.warehouse_rows,
        lake_path=result.lake_path,
        error=result.error,
    )


def read_result(line: MonthLine) -> MonthResult:
    """What a finished line says; a month that was cut off counts as failed."""
    over = line.state in {state.value for state in MonthState}
    cut = {"kind": "Cancelled", "message": f"{line.month} ended as {line.state}.", "hint": "Start it again."}
    return MonthResult(
        dataset=line.dataset,
        month=line.month,
        source=line.source,
        state=MonthState(line.state) if over else MonthState.FAILED,
        rows_read=line.rows,
        rows_written=line.rows_written,
        rows_rejected=line.rows_rejected,
        lake_path=line.lake_path,
        warehouse_rows=line.warehouse_rows,
        bytes_read=line.bytes_read,
        elapsed_seconds=line.elapsed_seconds,
        error=dict(line.error) if line.error else None if over else cut,
    )


def fraction_done(lines: Iterable[MonthLine]) -> float:
    """How much of a run is done, 0 to 1: the mean of its months."""
    shares = [_month_share(line) for line in lines]
    return sum(shares) / len(shares) if shares else 0.0


def _month_share(line: MonthLine) -> float:
    if line.is_over:
        return 1.0
    if not line.stage:
        return 0.0
    start = _STAGE_SHARE[Stage(line.stage)]
    if line.bytes_total and line.stage in _BY_BYTES:
        return max(start, 0.7 * min(1.0, line.bytes_read / line.bytes_total))
    return start


def read_line(values: Mapping[str, Any]) -> MonthLine:
    """A line as the table artifact holds it; what a newer version added is left out."""
    known = {f.name for f in fields(MonthLine)}
    return MonthLine(**{name: value for name, value in values.items() if name in known})


def settle_line(line: MonthLine, run_state: str) -> MonthLine:
    """The line of a run that has ended: what was still queued or at work when it ended was cut off there."""
    if line.is_over or run_state not in ("CANCELLED", "CRASHED", "FAILED", "COMPLETED"):
        return line
    if run_state == "CANCELLED":
        return replace(line, state="cancelled")
    error = {
        "kind": "Crashed",
        "message": "The run's process ended before this month was done.",
        "hint": "Start it again; nothing half-written is left behind.",
    }
    return replace(line, state="failed", error=error)
