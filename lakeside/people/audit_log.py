"""The audit log: who did what, when, from where, and what became of it. Lines are added, never changed.

One JSON object a line in `audit.jsonl`, shared by every process of a home. An act that changes something
has a line before it begins and a line when it has ended, with the same `id`; a refusal has one. A line is
written whole (one write, under a lock, then fsync; what a full disk cut short is taken back).
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lakeside.errors import BackendUnavailable
from lakeside.people.act import Act
from lakeside.people.caller import Caller
from lakeside.settings import Settings
from lakeside.shown import hide_secrets

log = logging.getLogger(__name__)

FILE_NAME = "audit.jsonl"
_LOCK_NAME = "audit.lock"
_MOST_LETTERS = 1_000


class AuditLog:
    """Writes lines. Cheap to make; nothing is opened until a line is written.

    Args:
        settings: folder, size of a file and number of files.
    """

    def __init__(self, settings: Settings) -> None:
        self.folder = find_audit_folder(settings)
        self._most_bytes = int(settings.audit.megabytes * 1e6)
        self._most_files = settings.audit.files
        self._to_stderr = settings.audit.to_stderr

    def begin(self, caller: Caller, act: Act, parameters: Mapping[str, Any]) -> str:
        """Write that somebody begins to do something; the id that `end` takes.

        Raises:
            BackendUnavailable: the line cannot be written, so it must not be done.
        """
        entry = uuid.uuid4().hex
        self._write({"id": entry, **_tell(caller, act), "parameters": dict(parameters), "result": "begun"})
        return entry

    def end(self, entry: str, result: str, detail: str = "") -> None:
        """Write what became of it: `done` with what came out, or `failed` with why.

        That it was begun is on the disk already: a failure here is only said in the process's own log.
        """
        line = {"id": entry, "at": _now(), "result": result, "detail": hide_secrets(detail)[:_MOST_LETTERS]}
        try:
            self._write(line)
        except BackendUnavailable:
            log.exception("The end of act %s was not recorded", entry)

    def refuse(self, caller: Caller, act: Act, parameters: Mapping[str, Any], reason: str) -> None:
        """Write that somebody was not let; they are refused even where this cannot be written."""
        told = {"id": uuid.uuid4().hex, **_tell(caller, act), "parameters": dict(parameters)}
        try:
            self._write({**told, "result": "refused", "detail": hide_secrets(reason)[:_MOST_LETTERS]})
        except BackendUnavailable:
            log.exception("A refusal was not recorded")

    def _write(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=True, allow_nan=False, default=str) + "\n"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self.folder / _LOCK_NAME):
                self._make_room()
                _append(self.folder / FILE_NAME, text.encode())
        except OSError as error:
            raise BackendUnavailable(
                f"The audit log in {self.folder} cannot be written: {error.strerror or error}.",
                "Nothing was done. Make room there, or name another folder with LAKESIDE_AUDIT__FOLDER.",
            ) from error
        if self._to_stderr:
            sys.stderr.write(text)
            sys.stderr.flush()

    def _make_room(self) -> None:
        """Put a full file aside, named after the time, and remove the oldest beyond the number kept."""
        current = self.folder / FILE_NAME
        if not current.exists() or current.stat().st_size < self._most_bytes:
            return
        current.rename(self.folder / f"audit-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.jsonl")
        for old in list_audit_files(self.folder)[self._most_files :]:
            old.unlink()


def find_audit_folder(settings: Settings) -> Path:
    """Where the log is: the setting, else `audit` in the home."""
    folder = settings.audit.folder or settings.home_folder / "audit"
    return folder if folder.is_absolute() else settings.home_folder / folder


def list_audit_files(folder: Path) -> list[Path]:
    """The log's files, newest first; the one that is written to leads."""
    aside = sorted(folder.glob("audit-*.jsonl"), reverse=True)
    current = folder / FILE_NAME
    return [current, *aside] if current.exists() else aside


def _tell(caller: Caller, act: Act) -> dict[str, Any]:
    role = caller.role.value if caller.role else None
    return {"at": _now(), "who": caller.name, "role": role, "from": caller.address, "what": act.value}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _append(path: Path, line: bytes) -> None:
    """Add a whole line, or nothing."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # a process died, or the machine did, within the line before
        try:
            written = os.write(descriptor, line)
            if written != len(line):
                raise OSError(0, f"only {written} of {len(line)} bytes were taken")
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
