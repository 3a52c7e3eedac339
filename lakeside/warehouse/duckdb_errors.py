"""The one place where DuckDB's exceptions become ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import duckdb
import pyarrow as pa

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


_FULL = ("No space left on device", "Disk quota exceeded")
_FORBIDDEN = ("Permission denied", "Read-only file system")
_NEWER = "we can only read storage version"
_DAMAGED = (
    "not a valid DuckDB database",
    "Corrupt database file",
    "Could not read enough bytes from file",
    "Is a directory",
)


# How its messages begin, of those whose class says what to do; all others are the query's own fault.
_CLASSES: dict[str, type[duckdb.Error]] = {
    "INTERRUPT": duckdb.InterruptException,
    "Out of Memory": duckdb.OutOfMemoryException,
    "IO": duckdb.IOException,
    "INTERNAL": duckdb.InternalException,
    "FATAL": duckdb.FatalException,
}


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


@contextlib.contextmanager
def streamed_errors() -> Iterator[None]:
    """Read a stream of rows inside: of an error after the first ones Arrow passes on the words alone.

    Raises:
        duckdb.Error: what it was to DuckDB.
    """
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        kind = str(error).partition(" Error: ")[0]
        raise _CLASSES.get(kind, duckdb.InvalidInputException)(str(error)) from error


@contextlib.contextmanager
def folder_errors(place: str) -> Iterator[None]:
    """Translate what the operating system says of the warehouse's own folders."""
    try:
        yield
    except OSError as error:
        raise _translate_os(error, place) from error


def translate(error: duckdb.Error, place: str) -> LakesideError:
    """The LakesideError a DuckDB exception stands for."""
    text = first_line(error)
    if is_disk_full(error):
        return disk_full(place)
    if isinstance(error, duckdb.InterruptException):
        hint = "Ask for less, or allow more seconds."
        return LimitExceeded(f"The work on {place} was interrupted.", hint, limit="limits.query_seconds")
    if isinstance(error, duckdb.OutOfMemoryException):
        return out_of_memory(f"The work on {place}", error, "Ask for fewer rows or columns.")
    if isinstance(error, duckdb.PermissionException) or any(words in text for words in _FORBIDDEN):
        return AccessDenied(f"{place} may not be used: {text}", "Check who owns the file and its folder.")
    if _NEWER in text:
        return BadFile(
            f"{place} was written by a newer DuckDB than this one ({duckdb.__version__}): {text}",
            "Use the Lakeside that wrote it; or move the file away, and load the months again from the lake.",
        )
    if any(words in text for words in _DAMAGED) or isinstance(
        error, duckdb.SerializationException | duckdb.FatalException
    ):
        return BadFile(
            f"{place} is not a readable DuckDB file: {text}",
            "Move the file away; loading the months again builds a new one from the lake.",
        )
    if isinstance(error, duckdb.OperationalError):
        return BackendUnavailable(f"{place}: {text}", "Check the disk and try again.")
    return QueryRejected(f"DuckDB refused it: {text}", "Check names and types.")


def _translate_os(error: OSError, place: str) -> LakesideError:
    """The LakesideError for what the operating system says of the warehouse's folder."""
    if is_disk_full(error):
        return disk_full(place)
    text = error.strerror or str(error)
    if isinstance(error, PermissionError) or text in _FORBIDDEN:
        return AccessDenied(f"{place} may not be used: {text}.", "Check who owns the file and its folder.")
    return BackendUnavailable(f"{place} cannot be used: {text}.", "Check the disk and try again.")


def is_disk_full(error: BaseException) -> bool:
    """Whether there was no room for what was to be written."""
    return any(words in str(error) for words in _FULL)


def disk_full(place: str) -> BackendUnavailable:
    """The error for it; nothing is wrong with the file, and with room the same succeeds."""
    return BackendUnavailable(
        f"{place} cannot be written: the disk is full.",
        "Make room and try again; what was published before is untouched.",
    )


def out_of_memory(subject: str, error: duckdb.OutOfMemoryException, hint: str) -> LimitExceeded:
    """Which of the two bounds was met: DuckDB takes disk where its memory does not suffice."""
    disk = "max_temp_directory_size" in str(error)
    bound = "disk" if disk else "memory"
    return LimitExceeded(
        f"{subject} needs too much {bound}: {first_line(error)}",
        hint,
        limit="limits.query_disk_megabytes" if disk else "limits.query_megabytes",
    )


def first_line(error: BaseException) -> str:
    """The sentence of a driver's message, without class, position drawing and advice."""
    line = str(error).strip().split("\n", 1)[0]
    return line.split(" Error: ", 1)[-1]
