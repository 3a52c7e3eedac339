"""A synchronous client of Prefect's API with bounded waits, and the one place its errors are translated.

Imported late: it brings Prefect along, which takes seconds. One client serves all threads of a process.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound, PrefectException

from lakeside.errors import AccessDenied, BackendUnavailable, LakesideError, NotFound, SettingsError

START_HINT = "Start it with `lakeside up`."
_LATE_HINT = "Try again; LAKESIDE_PREFECT__ANSWER_SECONDS allows it more. If it stays so, start it again."
CONNECT_SECONDS = 5.0  # one that refuses says so at once; this is for a machine that is busy or away
_BUSY = (429, 502, 503)
_BUSY_PAUSES_SECONDS = (0.3, 1.0)


class _BoundedTransport(httpx.HTTPTransport):
    """Raises our error at once where Prefect's own client would go on trying for a minute.

    A request is sent again when the connection it was to reuse had been closed by the other side, and
    twice more, after a pause, when the server says it is busy.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for pause in _BUSY_PAUSES_SECONDS:
            response = self._send(request)
            if response.status_code not in _BUSY:
                return response
            response.close()
            time.sleep(pause)
        response = self._send(request)
        if response.status_code in _BUSY:
            raise BackendUnavailable(
                f"The Prefect server at {request.url.host}:{request.url.port} is busy "
                f"(HTTP {response.status_code}).",
                "Try again in a moment.",
            )
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return super().handle_request(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            pass
        except httpx.TransportError as error:
            raise _unreachable(request, error) from error
        try:
            return super().handle_request(request)
        except httpx.TransportError as error:
            raise _unreachable(request, error) from error


def open_client(api_url: str, seconds: float) -> SyncPrefectClient:
    """A client of this API. Opens no connection yet and never starts a server of its own.

    Args:
        api_url: as `http://127.0.0.1:4200/api`.
        seconds: how long each answer is waited for.
    """
    timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=20)
    settings = {"transport": _BoundedTransport(limits=limits), "timeout": timeout}
    return SyncPrefectClient(api_url, httpx_settings=settings)


@contextmanager
def translated_errors(subject: str) -> Iterator[None]:
    """Turn whatever the client raises into Lakeside's errors; `subject` is what was asked for."""
    try:
        yield
    except LakesideError:
        raise
    except ObjectNotFound as error:
        raise NotFound(f"{subject}: Prefect does not know it.", "It may have been deleted.") from error
    except httpx.HTTPStatusError as error:
        raise _refusal(subject, error) from error
    except (httpx.HTTPError, PrefectException) as error:
        raise BackendUnavailable(f"{subject}: {type(error).__name__}: {error}.", START_HINT) from error


def is_late(error: BaseException) -> bool:
    """Whether the server took the question and had not answered when patience ended."""
    return isinstance(error.__cause__, httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout)


def _unreachable(request: httpx.Request, error: httpx.TransportError) -> BackendUnavailable:
    address = f"The Prefect server at {request.url.host}:{request.url.port}"
    if not isinstance(error, httpx.TimeoutException):
        return BackendUnavailable(f"{address} does not answer.", START_HINT)
    seconds = request.extensions["timeout"]["read"]
    return BackendUnavailable(f"{address} did not answer in time ({seconds:g} s).", _LATE_HINT)


def _refusal(subject: str, error: httpx.HTTPStatusError) -> LakesideError:
    code, detail = error.response.status_code, _read_detail(error)
    if code in (401, 403):
        return AccessDenied(
            f"{subject}: the Prefect server refuses us ({detail}).", "Check PREFECT_API_AUTH_STRING."
        )
    if code == 404:
        return NotFound(f"{subject}: Prefect does not know it.", "It may have been deleted.")
    if code in (400, 409, 422):
        return SettingsError(f"{subject}: {detail}", "Nothing was changed; mend the request and try again.")
    return BackendUnavailable(
        f"{subject}: the Prefect server failed (HTTP {code}: {detail}).", "Try again in a moment."
    )


def _read_detail(error: httpx.HTTPStatusError) -> str:
    try:
        detail = error.response.json().get("detail", "")
    except (ValueError, AttributeError):
        detail = error.response.text[:200]
    return str(detail or error.response.reason_phrase)
