"""`lakeside audit`: who did what, newest first."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, Misuse
from cli.output import Output
from cli.tables import format_seconds, format_table
from lakeside.errors import SettingsError

if TYPE_CHECKING:
    from lakeside.people.audit_reading import AuditEntry, AuditPage


def audit(
    who: Annotated[str, typer.Option(help="Only whose name has this text.", show_default=False)] = "",
    what: Annotated[
        str, typer.Option(help="Only this: runs.start, lake.restore, …", metavar="ACT", show_default=False)
    ] = "",
    day: Annotated[str, typer.Option(help="Only this day, UTC.", metavar="YYYY-MM-DD")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=1_000)] = 50,
    as_json: JsonOption = False,
) -> int:
    """Show the audit log: who did what in the console and on the command line, newest first."""
    from flows.opened import open_services
    from lakeside.people.audit_reading import AuditFilter, read_audit
    from lakeside.settings import load_settings

    wanted = AuditFilter(who, _read_act(what), day=_read_day(day))
    page = read_audit(open_services(load_settings()), wanted, limit)
    Output(as_json).show(_as_document(page), lambda: _describe(page))
    return 0


def _read_act(text: str) -> str:
    from lakeside.people.act import Act

    if text and text not in list(Act):
        raise Misuse(SettingsError(f"{text!r} is nothing that can be done.", f"Say one of {', '.join(Act)}."))
    return text


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Misuse(SettingsError(f"{text!r} is not a day.", "Write it as 2026-11-22.")) from error


def _as_document(page: AuditPage) -> dict[str, Any]:
    return {
        "entries": [asdict(entry) for entry in page.entries],
        "limit": page.limit,
        "truncated": page.truncated,
        "unreadable_lines": page.unreadable,
        "folder": str(page.folder),
    }


def _describe(page: AuditPage) -> str:
    titles = ("when (UTC)", "who", "role", "from", "what", "result", "took", "says")
    more = f"; there are more, the limit is {page.limit:,}" if page.truncated else ""
    broken = f"; {page.unreadable:,} lines cannot be read" if page.unreadable else ""
    lines = format_table(titles, [_row(entry) for entry in page.entries])
    return f"{lines}\n\n{len(page.entries):,} of the log in {page.folder}{more}{broken}"


def _row(entry: AuditEntry) -> tuple[str, ...]:
    took = "" if entry.elapsed_seconds is None else format_seconds(entry.elapsed_seconds)
    at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
    return at, entry.who, entry.role, entry.address, entry.what, entry.result, took, entry.detail
