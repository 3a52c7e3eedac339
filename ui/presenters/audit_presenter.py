"""The audit log as people read it: what is looked for, and a row each. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lakeside.people.audit_reading import AuditEntry, AuditFilter, AuditPage
from ui.formats import UNKNOWN, format_counted, format_duration, format_relative, format_utc
from ui.presenters.looks import Look, find_look
from ui.presenters.views import Column, Table, TableCell

RESULTS: dict[str, Look] = {
    "done": Look("✓", "done", "good"),
    "failed": Look("✕", "failed", "bad"),
    "refused": Look("⊘", "refused", "warn"),
    "begun": Look("▶", "begun, no end known", "info"),
}
_LONGEST = 160


def make_filter(who: str, what: str, result: str, day: date | None) -> AuditFilter:
    """What is chosen, as the log takes it."""
    return AuditFilter(who.strip(), what, result, day)


def present_audit(page: AuditPage, now: datetime) -> Table:
    """Newest first: when, who, what, with which parameters, from where, what became of it."""
    columns = [
        Column("Result"),
        Column("When"),
        Column("Who"),
        Column("What"),
        Column("With"),
        Column("From"),
        Column("Took", numeric=True),
        Column("Says"),
    ]
    return Table("What was done", columns, [_row(entry, now) for entry in page.entries])


def present_bounds(page: AuditPage) -> str:
    """How much of the log is shown, and where it lies."""
    counted = format_counted(len(page.entries), "line")
    shown = f"The newest {page.limit:,} of more" if page.truncated else counted
    broken = f" {page.unreadable:,} lines cannot be read and are left out." if page.unreadable else ""
    return f"{shown}, newest first; the whole log lies in {page.folder}.{broken}"


def _row(entry: AuditEntry, now: datetime) -> list[TableCell]:
    look = find_look(RESULTS, entry.result)
    role = f" ({entry.role})" if entry.role else ""
    return [
        TableCell(look.word, look=look),
        TableCell(format_relative(entry.at, now), title=format_utc(entry.at)),
        TableCell(f"{entry.who or UNKNOWN}{role}"),
        TableCell(entry.what),
        _tell(entry.parameters),
        TableCell(entry.address),
        TableCell(format_duration(entry.elapsed_seconds)),
        TableCell(_cut(entry.detail), title=entry.detail or None),
    ]


def _tell(parameters: Mapping[str, Any]) -> TableCell:
    words = "; ".join(
        f"{name} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in parameters.items()
    )
    return TableCell(_cut(words), title=words or None)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
