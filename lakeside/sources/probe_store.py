"""What the sources last said of each month: a small SQLite file under the home, shared by all processes.

Whoever asks a source (a plan, an ingest) leaves the answer here, so that coverage can tell more than the
calendar without asking anybody. It is a memory, not a truth: a file that cannot be used is noted in the log
and counts as empty. A source that did not answer has said nothing, so that is not remembered.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from lakeside.errors import SettingsError
from lakeside.month import Month
from lakeside.sources.probe import FileFormat, SourceName, SourceProbe

logger = logging.getLogger(__name__)

FILE_NAME = "probes.sqlite"
_WAIT_SECONDS = 5.0
_TABLE = """
    CREATE TABLE IF NOT EXISTS answers (
        dataset TEXT, month TEXT, source TEXT, asked_at TEXT, is_there INTEGER, url TEXT, format TEXT,
        size_bytes INTEGER, etag TEXT, last_modified TEXT, accepts_ranges INTEGER,
        PRIMARY KEY (dataset, month, source)
    )
"""
_KEEP = """
    INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        asked_at = excluded.asked_at, is_there = excluded.is_there, url = excluded.url,
        format = excluded.format, size_bytes = excluded.size_bytes, etag = excluded.etag,
        last_modified = excluded.last_modified, accepts_ranges = excluded.accepts_ranges
    WHERE excluded.asked_at >= answers.asked_at
"""
_LIST = "SELECT * FROM answers ORDER BY asked_at DESC"


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What a source said when it was last asked; `probe` None: that it does not have the month."""

    dataset: str
    month: Month
    source: SourceName
    asked_at: datetime
    probe: SourceProbe | None = None


Answers = Mapping[tuple[str, Month], tuple[ProbeAnswer, ...]]


class ProbeStore:
    """The last answer of each source about each month; `path` is created with the first one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def remember(self, answer: ProbeAnswer) -> None:
        """Keep an answer in place of the source's last one about the month, unless that is newer."""
        probe = answer.probe
        row = (
            answer.dataset,
            str(answer.month),
            answer.source.value,
            answer.asked_at.astimezone(UTC).isoformat(timespec="microseconds"),
            probe is not None,
            probe.url if probe else None,
            probe.format if probe else None,
            probe.size_bytes if probe else None,
            probe.etag if probe else None,
            probe.last_modified.isoformat() if probe and probe.last_modified else None,
            probe.accepts_ranges if probe else None,
        )
        try:
            with self._open() as connection:
                connection.execute(_KEEP, row)
        except (sqlite3.Error, OSError) as error:
            self._note(error)

    def list_answers(self) -> Answers:
        """(dataset, month) -> the last answer of each source that was asked, the newest first."""
        found: dict[tuple[str, Month], tuple[ProbeAnswer, ...]] = {}
        if not self.path.exists():
            return found
        try:
            with self._open() as connection:
                answers = [_read(row) for row in connection.execute(_LIST)]
        except (sqlite3.Error, OSError, ValueError, SettingsError) as error:
            self._note(error)
            return found
        for answer in answers:
            place = (answer.dataset, answer.month)
            found[place] = (*found.get(place, ()), answer)
        return found

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work, committed at its end."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS)) as connection, connection:
            # What is lost with the power is asked again some time.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_TABLE)
            connection.row_factory = sqlite3.Row
            yield connection

    def _note(self, error: Exception) -> None:
        logger.warning("probes.unusable path=%s error=%s", self.path, error)


def _read(row: Any) -> ProbeAnswer:
    month, source = Month.parse(row["month"]), SourceName(row["source"])
    asked_at = datetime.fromisoformat(row["asked_at"])
    if not row["is_there"]:
        return ProbeAnswer(row["dataset"], month, source, asked_at)
    modified = row["last_modified"]
    probe = SourceProbe(
        dataset=row["dataset"],
        month=month,
        source=source,
        url=row["url"],
        format=cast(FileFormat, row["format"]),
        size_bytes=row["size_bytes"],
        etag=row["etag"],
        last_modified=datetime.fromisoformat(modified) if modified else None,
        accepts_ranges=bool(row["accepts_ranges"]),
        probed_at=asked_at,
    )
    return ProbeAnswer(row["dataset"], month, source, asked_at, probe)
