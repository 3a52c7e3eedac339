"""A run's log: narrowed, written to a file, and the tracebacks in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from flows.console import LogLine
from ui.formats import format_utc

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_TRACEBACK = "Traceback (most recent call last)"


def filter_logs(lines: Iterable[LogLine], level: str, words: str) -> list[LogLine]:
    """Lines at or above a level that contain the words, in any case."""
    floor = LEVELS.index(level)
    wanted = words.casefold()
    return [
        line
        for line in lines
        if (LEVELS.index(line.level) if line.level in LEVELS else 1) >= floor
        and wanted in line.message.casefold()
    ]


def write_logs(lines: Iterable[LogLine]) -> str:
    """The log as a text file."""
    return "".join(f"{format_utc(line.at)}  {line.level:<8}  {line.message}\n" for line in lines)


def find_tracebacks(lines: Iterable[LogLine]) -> list[str]:
    """The tracebacks of a log, each once, for those who want them."""
    return list(dict.fromkeys(line.message for line in lines if _TRACEBACK in line.message))
