"""What a run consists of: tasks with their tries, artifacts, and who asked for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flows.console import ArtifactLine, RunSummary, TaskLine
from flows.names import TABLE_KEY
from ui.formats import UNKNOWN, format_count, format_duration, format_relative, format_utc, short_id
from ui.presenters.looks import TASK, find_look
from ui.presenters.run_list_presenter import shorten
from ui.presenters.views import Column, Table, TableCell


def present_tasks(tasks: Iterable[TaskLine], now: datetime) -> Table:
    """A row per task; a try that failed is named with its error."""
    columns = [
        Column("Task"),
        Column("State"),
        Column("Tries", numeric=True),
        Column("Began"),
        Column("Took", numeric=True),
        Column("What failed tries ended in"),
    ]
    return Table("Tasks of the run", columns, [_present_task(task, now) for task in tasks])


def _present_task(task: TaskLine, now: datetime) -> list[TableCell]:
    errors = [f"{n}. {words}" for n, words in enumerate(dict.fromkeys(task.errors), 1)]
    return [
        TableCell(task.name),
        TableCell("", look=find_look(TASK, task.state.upper())),
        TableCell(format_count(task.attempts)),
        TableCell(format_relative(task.started_at, now), title=format_utc(task.started_at)),
        TableCell(format_duration(task.elapsed_seconds) if task.started_at else UNKNOWN),
        TableCell(shorten(" ".join(errors), 120) or "none failed", title="\n".join(errors) or None),
    ]


def present_artifacts(artifacts: Iterable[ArtifactLine], now: datetime) -> Table:
    """A row per artifact: what it is and what it holds now."""
    columns = [Column("Artifact"), Column("Kind"), Column("Holds"), Column("Updated"), Column("Describes")]
    rows = [
        [
            TableCell(line.key or short_id(line.id), title=line.id),
            TableCell(line.kind),
            TableCell(_say_data(line), title=str(line.data)[:400]),
            TableCell(format_relative(line.updated_at, now), title=format_utc(line.updated_at)),
            TableCell(shorten(line.description)),
        ]
        for line in artifacts
    ]
    return Table("Artifacts of the run", columns, rows)


def _say_data(line: ArtifactLine) -> str:
    if line.kind == "progress" and isinstance(line.data, int | float):
        return f"{line.data:.0f} %"
    if line.kind == "table" and line.key == TABLE_KEY:
        return "the months above"
    return shorten(str(line.data), 60)


def present_origin(run: RunSummary) -> list[tuple[str, str]]:
    """Who asked for the run, from which plan, and its ids."""
    pairs = [
        ("started by", run.started_by),
        ("schedule", run.schedule),
        ("plan", run.plan_token),
        ("flow", run.flow),
        ("run id", run.id),
    ]
    return [(name, value) for name, value in pairs if value]
