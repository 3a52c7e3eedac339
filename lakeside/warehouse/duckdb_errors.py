"""The one place where DuckDB's exceptions become ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import duckdb

from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    BadFile,
    LakesideError,
    LimitExceeded,
    QueryRejected,
)

# What DuckDB says while somebody else has the file open in another way: from another process,
# and from another thread of this one.
_BUSY = ("Could not set lock on file", "different configuration", "already attached", "file handle conflict")


class FileBusy(Exception):
    """Somebody else holds the file; the caller waits and tries again."""


@contextlib.contextmanager
def duckdb_errors(place: str) -> Iterator[None]:
    """Translate what DuckDB raises inside the block; `place` is the file, for the message.

    Raises:
        FileBusy: another process or thread holds the file in a way that excludes us.
        LakesideError: everything else, see `translate`.
    """
    try:
        yield
    except duckdb.Error as error:
        if any(words in str(error) for words in _BUSY):
            raise FileBusy(str(error)) from error
        raise translate(error, place) from error


def translate(error: duckdb.Error, place: str) -> LakesideError:
    """The LakesideError a DuckDB exception stands for."""
    text = first_line(error)
    if isinstance(error, duckdb.InterruptException):
        return LimitExceeded(f"The work on {place} was interrupted.", "Ask for less, or allow more seconds.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return LimitExceeded(f"{place}: {text}", "Ask for fewer rows or columns, or aggregate first.")
    if isinstance(error, duckdb.PermissionException) or "Permission denied" in text:
        return AccessDenied(f"{place} may not be used: {text}", "Check who owns the file and its folder.")
    if "not a valid DuckDB database" in text or isinstance(
        error, duckdb.SerializationException | duckdb.FatalException
    ):
        return BadFile(
            f"{place} is not a readable DuckDB file: {text}",
            "Move the file away; loading the months again builds a new one from the lake.",
        )
    if isinstance(error, duckdb.OperationalError):
        return BackendUnavailable(f"{place}: {text}", "Check the disk and try again.")
    return QueryRejected(f"DuckDB refused it: {text}", "Check names and types.")


def first_line(error: BaseException) -> str:
    """The sentence of a driver's message, without class, position drawing and advice."""
    line = str(error).strip().split("\n", 1)[0]
    return line.split(" Error: ", 1)[-1]
