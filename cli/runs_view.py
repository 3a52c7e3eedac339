"""Runs as the command prints them: as documents, and as lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli.tables import format_bytes, format_seconds, format_table

if TYPE_CHECKING:
    from flows.runs import LogLine, MonthLine, RunDetail, RunSummary
    from lakeside.settings import Settings

_RUN_TITLES = ("run", "name", "state", "started", "time")
_MONTH_TITLES = (
    "month",
    "state",
    "stage",
    "source",
    "read",
    "written",
    "rejected",
    "table",
    "fetched",
    "time",
)


def find_run_url(settings: Settings, api_url: str, run_id: str) -> str:
    """The run's page in the console of the running stack, else in Prefect's own pages."""
    from flows.stack import read_stack

    stack = read_stack(settings)
    if stack is not None and stack.prefect_api_url.rstrip("/") == api_url:
        return f"{stack.console_url.rstrip('/')}/runs?run={run_id}"
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.removesuffix('/api')}/runs/flow-run/{run_id}"


def run_document(run: RunSummary, url: str) -> dict[str, Any]:
    """A run as one object; its id is called `run_id` in every document."""
    values = asdict(run)
    return {"run_id": values.pop("id"), "state": values.pop("state"), "url": url, **values}


def detail_document(detail: RunDetail, url: str) -> dict[str, Any]:
    """A run with its months."""
    return {
        **run_document(detail.summary, url),
        "fraction_done": detail.fraction_done,
        "months": [line.as_dict() for line in detail.months],
    }


def log_document(line: LogLine) -> dict[str, Any]:
    """A log line as an object."""
    return {"at": line.at, "level": line.level, "message": line.message}


def describe_runs(runs: Sequence[RunSummary], total: int) -> str:
    """A table of runs, newest first, and how many there are."""
    if not runs:
        return "No run fits." if total == 0 else f"No run on this page; {total:,} in all."
    table = format_table(_RUN_TITLES, [_run_row(run) for run in runs])
    return table if len(runs) == total else f"{table}\n\n{len(runs):,} of {total:,} runs."


def describe_detail(detail: RunDetail, url: str) -> str:
    """The run, its months, and each month's error."""
    run = detail.summary
    head = (
        f"{run.name}  {run.state}  {detail.fraction_done:.0%}  {format_seconds(run.elapsed_seconds)}\n{url}"
    )
    parts = [f"{head}\n{run.message}" if run.message else head]
    if detail.months:
        parts.append(format_table(_MONTH_TITLES, [_month_row(line) for line in detail.months]))
    for line in detail.months:
        if line.error:
            hint = f"\n  {line.error['hint']}" if line.error.get("hint") else ""
            parts.append(f"{line.dataset} {line.month} failed: {line.error.get('message', '')}{hint}")
    return "\n\n".join(parts)


def describe_log(lines: Sequence[LogLine]) -> str:
    """The log, a line each."""
    if not lines:
        return "The log is empty."
    return "\n".join(f"{line.at:%Y-%m-%d %H:%M:%S} {line.level:<8} {line.message}" for line in lines)


def _run_row(run: RunSummary) -> tuple[object, ...]:
    started = f"{run.started_at:%Y-%m-%d %H:%M:%S}" if run.started_at else ""
    return (run.id, run.name, run.state, started, format_seconds(run.elapsed_seconds))


def _month_row(line: MonthLine) -> tuple[object, ...]:
    return (
        f"{line.dataset} {line.month}",
        line.state,
        line.stage,
        line.source,
        line.rows,
        line.rows_written,
        line.rows_rejected,
        line.warehouse_rows,
        format_bytes(line.bytes_read),
        format_seconds(line.elapsed_seconds),
    )
