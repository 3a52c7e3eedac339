"""The one place where what a lake's driver raises becomes one of our errors.

    FileNotFoundError, HTTP 404                     NotFound
    PermissionError, a read-only disk, HTTP 401
    and 403, no login                               AccessDenied
    a file where a folder should be, HTTP 400       SettingsError
    Arrow cannot make sense of the bytes            BadFile (`decoded`)
    connection, timeout, 408, 429, 5xx, disk full,
    bytes changed on the way to the bucket          BackendUnavailable (the only retryable one)

A full disk is BackendUnavailable: nothing is wrong with the file or the settings, a retry succeeds as
soon as there is room, and the half-written temporary file is gone by then. Anything not listed is a
defect of ours and passes unchanged, so that it is seen with its traceback. Driver classes are known by
the name of their module, so that a folder lake imports neither gcsfs nor google.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    BadFile,
    FileTooLarge,
    LakesideError,
    NotFound,
    SettingsError,
)

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NETWORK_MODULES = ("aiohttp", "requests", "urllib3", "httpx")
_LOGIN_HINT = "Log in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS."
_ACCESS_HINT = "Ask for read and write rights on this lake, or choose another with LAKESIDE_LAKE_URL."
MEMORY_HINT = "It is damaged, or larger than LAKESIDE_READERS__MEGABYTES allows: choose fewer columns."
_RETRY_HINT = "Try again; if it stays, check LAKESIDE_LAKE_URL and the connection."


@contextmanager
def translated(url: str) -> Iterator[None]:
    """Run a driver's call; what it raises about `url` leaves as a LakesideError."""
    try:
        yield
    except Exception as error:
        ours = translate(error, url)
        if ours is error:
            raise
        raise ours from error


@contextmanager
def decoded(url: str) -> Iterator[None]:
    """Let Arrow decode bytes that come through our own reader; what it cannot read leaves as BadFile.

    Inside, a plain OSError is Arrow's word for corrupt bytes ("Couldn't deserialize thrift"): errors of
    the disk or the network have been translated by the reader before they get here.
    """
    try:
        yield
    except MemoryError as error:  # Arrow's too; a damaged length asks for any amount
        raise FileTooLarge(
            f"{url} takes more memory to read than there is: {_one_line(error)}",
            MEMORY_HINT,
            limit="readers.megabytes",
        ) from error
    except (pa.ArrowException, OSError, ValueError, ArithmeticError, LookupError) as error:
        raise BadFile(
            f"{url} is cut, damaged or not parquet: {_one_line(error)}",
            "Ingest the month again with --force, or remove the object.",
        ) from error


def translate(error: Exception, url: str) -> Exception:
    """Our error for a driver's, or the same error when it is ours already or nobody's."""
    if isinstance(error, LakesideError):
        return error
    code = _find_http_code(error)
    if code is not None:
        return _translate_http(code, error, url)
    if isinstance(error, TimeoutError):  # fsspec's and aiohttp's are TimeoutErrors too
        bound = str(error) or str(error.__cause__ or "")  # fsspec's is empty, and raised from what it was
        why = f": {bound}" if bound else ""
        return BackendUnavailable(f"{url} does not answer in time{why}.", _RETRY_HINT)
    if _is_unavailable(error):
        return BackendUnavailable(f"{url} cannot be reached: {_one_line(error)}", _RETRY_HINT)
    if isinstance(error, OSError):
        return _translate_os(error, url)
    if type(error).__module__.startswith("google.auth"):
        return AccessDenied(f"{url} needs a Google login: {_one_line(error)}", _LOGIN_HINT)
    if isinstance(error, ValueError) and str(error).startswith("Bad Request"):  # gcsfs: HTTP 400
        return SettingsError(f"{url} is refused: {_one_line(error)}", "Check LAKESIDE_LAKE_URL.")
    return error


def _translate_os(error: OSError, url: str) -> Exception:
    if isinstance(error, FileNotFoundError):
        return _missing(url)
    is_forbidden = isinstance(error, PermissionError) or error.errno == errno.EROFS
    if is_forbidden or str(error).startswith("Forbidden"):  # gcsfs: bare OSError
        return AccessDenied(f"{url} may not be used: {_one_line(error)}", _ACCESS_HINT)
    if isinstance(error, (NotADirectoryError, FileExistsError, IsADirectoryError)):
        return SettingsError(
            f"{url} cannot be used: a folder stands where a file should be, or a file where a folder should.",
            "Choose another folder with LAKESIDE_LAKE_URL, or move what is in the way.",
        )
    if error.errno in _FULL:
        return BackendUnavailable(f"{url} cannot be written: the disk is full.", "Make room and try again.")
    return BackendUnavailable(f"{url} cannot be used: {_one_line(error)}", _RETRY_HINT)


def _translate_http(code: int, error: Exception, url: str) -> Exception:
    if code == 404:
        return _missing(url)
    if code in (401, 403):
        hint = _LOGIN_HINT if code == 401 else _ACCESS_HINT
        return AccessDenied(f"{url} may not be used: {_one_line(error)}", hint)
    if code in (408, 429) or code >= 500:
        return BackendUnavailable(f"{url} does not answer (HTTP {code}): {_one_line(error)}", _RETRY_HINT)
    return SettingsError(
        f"{url} is refused by the storage service (HTTP {code}): {_one_line(error)}",
        "Check LAKESIDE_LAKE_URL.",
    )


def _missing(url: str) -> NotFound:
    if re.fullmatch(r"gs://[^/]+", url):
        return NotFound(f"The bucket {url} does not exist.", "Create it, or change LAKESIDE_LAKE_URL.")
    return NotFound(f"{url} does not exist.", "List the lake to see what is there.")


def _find_http_code(error: Exception) -> int | None:
    """The status gcsfs (`code`) or aiohttp (`status`) attaches, sometimes as text."""
    if type(error).__module__.split(".")[0] not in ("gcsfs", "aiohttp"):
        return None
    code = str(getattr(error, "code", None) or getattr(error, "status", None))
    return int(code) if code.isdigit() else None


def _is_unavailable(error: Exception) -> bool:
    if isinstance(error, ConnectionError):
        return True
    name = type(error).__module__
    if type(error).__name__ == "ChecksumError":  # gcsfs: the service received other bytes than were sent
        return True
    if name.split(".")[0] in _NETWORK_MODULES:
        return True
    return name.startswith("google.auth") and type(error).__name__ == "TransportError"


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:297]}..."
