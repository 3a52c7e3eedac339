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
_RATE_REASONS = {"rateLimitExceeded", "jobRateLimitExceeded"}
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
        return _unavailable(error, place)
    if isinstance(error, google.NotFound):
        return NotFound(f"{place}: {text}", "Load a month first, or check project and dataset.")
    if isinstance(error, google.Forbidden | google.Unauthorized | auth.GoogleAuthError):
        return AccessDenied(
            f"{place} may not be used: {text}",
            "Run `gcloud auth application-default login`, or grant BigQuery Data Editor and Job User.",
        )
    if isinstance(error, google.ClientError):
        return QueryRejected(f"BigQuery refused it: {text}", "Check names, types and values.")
    if isinstance(error, requests.RequestException):  # redirects in a circle, a page that is not JSON
        return BackendUnavailable(
            f"{place}: what answers is not BigQuery: {text}",
            "Check what stands between here and Google: a proxy, or a page that asks for a login.",
        )
    return LakesideError(f"{place}: {text}", "")


def _unavailable(error: Exception, place: str) -> BackendUnavailable:
    """What may pass by itself; a refusal that stayed says for how long, and what there is to change."""
    last = _find_last(error)
    lasting = "" if last is error else ", again and again for LAKESIDE_WAREHOUSE__CALL_SECONDS."
    if isinstance(last, google.TooManyRequests) or _reasons(last) & _RATE_REASONS:
        hint = "Work on fewer months at once (LAKESIDE_INGEST__MONTHS_AT_ONCE), or try again in a while."
    else:
        hint = "Try again in a while."
    return BackendUnavailable(f"{place} does not answer: {_text(last)}{lasting}", hint)


def _find_last(error: Exception) -> Exception:
    """The last refusal of those that were tried again until time was up.

    Where a job is polled the client says only that the job's time is up, which it is not.
    """
    given_up = error.__context__ if isinstance(error, concurrent.futures.TimeoutError) else error
    last = getattr(given_up, "cause", None) if isinstance(given_up, google.RetryError) else None
    if isinstance(last, google.GoogleAPICallError | requests.RequestException | auth.TransportError):
        return last
    return error


def _text(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    line = str(message).strip().split("\n", 1)[0]
    return line.split("; reason:", 1)[0].split("prettyPrint=false: ", 1)[-1]


def _reasons(error: Exception) -> set[str]:
    return {
        str(item.get("reason")) for item in getattr(error, "errors", None) or [] if isinstance(item, dict)
    }
