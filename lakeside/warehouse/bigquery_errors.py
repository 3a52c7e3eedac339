"""The one place where Google's exceptions become ours."""

from __future__ import annotations

import concurrent.futures
import contextlib
from collections.abc import Iterator

import requests
from google.api_core import exceptions as google
from google.auth import exceptions as auth

from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    LakesideError,
    LimitExceeded,
    NotFound,
    QueryRejected,
)

# Reasons BigQuery gives with 403 and 400 that say more than the code (BigQuery docs, "Error messages").
_PASSING_REASONS = {
    "rateLimitExceeded",
    "jobRateLimitExceeded",
    "backendError",
    "internalError",
    "jobBackendError",
}
_SPENT_REASONS = {"bytesBilledLimitExceeded", "quotaExceeded", "resourcesExceeded", "responseTooLarge"}
_CONFLICT_WORDS = ("concurrent update", "could not serialize", "aborted due to concurrent")

_PASSING = (
    google.ServerError,
    google.TooManyRequests,
    google.RetryError,
    google.Aborted,
    auth.TransportError,
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    concurrent.futures.TimeoutError,
)


class TransactionConflict(BackendUnavailable):
    """Another transaction changed the same table; the caller tries again."""


@contextlib.contextmanager
def google_errors(place: str) -> Iterator[None]:
    """Translate what Google's client raises inside the block; `place` is for the message."""
    try:
        yield
    except (google.GoogleAPIError, auth.GoogleAuthError, requests.RequestException) as error:
        raise translate(error, place) from error
    except concurrent.futures.TimeoutError as error:
        raise translate(error, place) from error


def translate(error: Exception, place: str) -> LakesideError:
    """The LakesideError an exception of Google's client stands for."""
    text, reasons = _text(error), _reasons(error)
    if any(words in text.casefold() for words in _CONFLICT_WORDS):
        return TransactionConflict(f"{place}: {text}", "Try again.")
    if reasons & _SPENT_REASONS or "bytes billed" in text:
        return LimitExceeded(f"{place}: {text}", "Ask for fewer months or columns, or raise the limit.")
    if isinstance(error, _PASSING) or reasons & _PASSING_REASONS:
        return BackendUnavailable(f"{place} does not answer: {text}", "Try again in a while.")
    if isinstance(error, google.NotFound):
        return NotFound(f"{place}: {text}", "Load a month first, or check project and dataset.")
    if isinstance(error, google.Forbidden | google.Unauthorized | auth.GoogleAuthError):
        return AccessDenied(
            f"{place} may not be used: {text}",
            "Run `gcloud auth application-default login`, or grant BigQuery Data Editor and Job User.",
        )
    if isinstance(error, google.ClientError):
        return QueryRejected(f"BigQuery refused it: {text}", "Check names, types and values.")
    return LakesideError(f"{place}: {text}", "")


def _text(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    line = str(message).strip().split("\n", 1)[0]
    return line.split("; reason:", 1)[0].split("prettyPrint=false: ", 1)[-1]


def _reasons(error: Exception) -> set[str]:
    return {
        str(item.get("reason")) for item in getattr(error, "errors", None) or [] if isinstance(item, dict)
    }
