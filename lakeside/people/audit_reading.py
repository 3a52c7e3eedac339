"""Reading the audit log: newest first, by who, what and day, bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lakeside.errors import AccessDenied, BackendUnavailable
from lakeside.people.act import Act
from lakeside.people.audit_log import find_audit_folder, list_audit_files
from lakeside.services import Services

MOST_ENTRIES = 1_000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: part of a name, an act, a result, a day (UTC); empty for all."""

    who: str = ""
    what: str = ""
    result: str = ""
    day: date | None = None

    def admits(self, entry: AuditEntry) -> bool:
        """Is the entry wanted."""
        return (
            self.who.casefold() in entry.who.casefold()
            and self.what in ("", entry.what)
            and self.result in ("", entry.result)
            and self.day in (None, entry.at.date())
        )


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act or refusal. `result` is begun (no end is known), done, failed or refused.

    `elapsed_seconds` is None until the end is known. `detail` is what came out, or why not.
    """

    id: str
    at: datetime
    who: str
    role: str
    address: str
    what: str
    parameters: dict[str, Any]
    result: str
    detail: str = ""
    elapsed_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first; `truncated`: there are more than `limit`. `unreadable` lines are left out."""

    entries: list[AuditEntry]
    limit: int
    truncated: bool
    unreadable: int
    folder: Path


@dataclass
class _Reading:
    """What was met while reading backwards: ends come before what they end."""

    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    unreadable: int = 0


def read_audit(services: Services, wanted: AuditFilter, limit: int = 200) -> AuditPage:
    """The newest entries that are wanted, at most `limit`.

    Raises:
        AccessDenied: the caller may not read it, or the machine's user may not.
        BackendUnavailable: the disk does not answer.
    """
    services.gate.require(Act.READ_AUDIT)
    limit = max(1, min(limit, MOST_ENTRIES))
    folder, reading, found = find_audit_folder(services.settings), _Reading(), []
    for entry in _read_backwards(folder, reading):
        if wanted.admits(entry):
            found.append(entry)
            if len(found) > limit:
                break
    return AuditPage(found[:limit], limit, len(found) > limit, reading.unreadable, folder)


def _read_backwards(folder: Path, reading: _Reading) -> Iterator[AuditEntry]:
    for path in list_audit_files(folder):
        for line in reversed(_read_lines(path)):
            try:
                document = json.loads(line)
                if document["result"] in ("done", "failed"):
                    reading.ends[document["id"]] = document
                else:
                    yield _join(document, reading.ends.pop(document["id"], None))
            except (ValueError, KeyError, TypeError):
                reading.unreadable += 1


def _read_lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().split(b"\n") if line]
    except FileNotFoundError:
        return []  # put aside meanwhile
    except PermissionError as error:
        raise AccessDenied(f"{path} may not be read.", "It belongs to who runs the console.") from error
    except OSError as error:
        raise BackendUnavailable(f"{path} cannot be read: {error.strerror}.", "Look at the disk.") from error


def _join(begun: dict[str, Any], end: dict[str, Any] | None) -> AuditEntry:
    at = datetime.fromisoformat(begun["at"])
    last = end or begun
    elapsed = (datetime.fromisoformat(end["at"]) - at).total_seconds() if end else None
    return AuditEntry(
        id=str(begun["id"]),
        at=at,
        who=str(begun["who"]),
        role=str(begun["role"] or ""),
        address=str(begun["from"]),
        what=str(begun["what"]),
        parameters=dict(begun["parameters"]),
        result=str(last["result"]),
        detail=str(last.get("detail", "")),
        elapsed_seconds=elapsed,
    )
