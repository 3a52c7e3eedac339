"""Requests to a source over HTTP: retried where that may help, every failure translated.

The standard library's client is used on purpose: the command's start-up counts (httpx costs 0.15 s of
import more), a source needs two requests a month, and `readinto` hands bytes over without a copy.
It honours `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.
"""

from __future__ import annotations

import base64
import http.client
import logging
import random
import ssl
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from lakeside import __version__
from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    BadFile,
    LakesideError,
    LimitExceeded,
    SourceMissing,
)
from lakeside.settings import SourceSettings
from lakeside.shown import hide_secrets

logger = logging.getLogger(__name__)

_MAXIMUM_PAUSE_SECONDS = 60.0
_PASSING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(slots=True)
class HttpResponse:
    """An answer whose body is still to be read."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: http.client.HTTPResponse

    @property
    def size_bytes(self) -> int | None:
        """Content-Length, where the server says it."""
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isdigit() else None

    @property
    def last_modified(self) -> datetime | None:
        """Last-Modified as UTC, where the server says it."""
        return _parse_date(self.headers.get("Last-Modified"))

    @property
    def strong_etag(self) -> str | None:
        """The ETag, unless it is a weak one: only a strong one promises the same bytes."""
        etag = self.headers.get("ETag")
        return etag if etag and not etag.startswith("W/") else None

    @property
    def strong_date(self) -> str | None:
        """Last-Modified, unless the file was written in the second of the answer or the one before.

        Only an older one promises the same bytes (RFC 9110, 8.8.2.2).
        """
        modified, answered = self.last_modified, _parse_date(self.headers.get("Date"))
        if modified is None or answered is None or (answered - modified).total_seconds() < 1:
            return None
        return self.headers.get("Last-Modified")

    @property
    def tells_its_end(self) -> bool:
        """Whether a body that was cut can be told from one that ended."""
        return self.size_bytes is not None or bool(self.body.chunked)


class HttpClient:
    """Opens URLs, trying again with back-off and full jitter on what may pass."""

    def __init__(self, settings: SourceSettings) -> None:
        self.settings = settings
        self._opener = urllib.request.build_opener(
            _Http(settings.connect_seconds, settings.read_seconds),
            _Https(settings.connect_seconds, settings.read_seconds),
            _Redirects(settings.redirects),
        )

    def open(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Send a request; the caller closes `body`.

        Raises:
            SourceMissing: 404 or 410, at once.
            AccessDenied: 401 or 403, at once.
            BadFile: an HTML page came instead of a file, or a redirect leaves the web.
            TooManyRedirects: there are more than `sources.redirects`.
            BackendUnavailable: no answer, or one that may pass (5xx, 429), after every attempt; at once
                and not to be tried again where the server's certificate is refused.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._open_once(url, method, headers or {})
            except _Passing as failure:
                if attempt >= self.settings.attempts:
                    raise BackendUnavailable(
                        f"{url} cannot be fetched after {attempt} attempts: {failure}.",
                        "Try again later; if it stays, check the URL template and the network.",
                    ) from failure.__cause__
                self.pause(attempt, failure.retry_after)
                logger.info("source.retry url=%s attempt=%s reason=%s", hide_secrets(url), attempt, failure)

    def pause(self, attempt: int, at_least: float = 0.0) -> None:
        """Sleep before the next attempt: anything up to the doubled back-off, never less than asked."""
        ceiling = min(self.settings.backoff_seconds * 2 ** (attempt - 1), _MAXIMUM_PAUSE_SECONDS)
        time.sleep(min(at_least + random.uniform(0, ceiling), _MAXIMUM_PAUSE_SECONDS))

    def _open_once(self, url: str, method: str, headers: Mapping[str, str]) -> HttpResponse:
        request = _make_request(url, method)
        for name, value in {**_HEADERS, **headers}.items():
            request.add_header(name, value)
        try:
            body = self._opener.open(request)
        except HTTPError as error:
            error.close()
            raise _translate_status(url, error) from error
        except (URLError, OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise _distrust(url, reason) from error
            raise _Passing(_describe(reason)) from error
        answer = HttpResponse(url, body.status, body.headers, body)
        if answer.headers.get("Content-Type", "").lower().startswith("text/html"):
            body.close()
            raise BadFile(f"{url} is an HTML page, not a data file.", "Check the URL template of the source.")
        return answer


_HEADERS = {"User-Agent": f"lakeside/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}


def _make_request(url: str, method: str) -> urllib.request.Request:
    """A user and password in the URL go into a header (RFC 7617), which no redirect takes elsewhere."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=place)), method=method)
    if at:
        token = base64.b64encode(unquote(user).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    return request


class _Passing(Exception):
    """A failure that may pass; never leaves this module."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def _translate_status(url: str, error: HTTPError) -> LakesideError | _Passing:
    if error.code in (404, 410):
        return SourceMissing(
            f"{url} does not exist (HTTP {error.code}).",
            "The month may not be published there yet; else check the URL template.",
        )
    if error.code in (401, 403):
        return AccessDenied(
            f"{url} is refused (HTTP {error.code}).",
            "TLC's server answers 403 for months it has not published; otherwise check your access.",
        )
    if error.code in _PASSING:
        return _Passing(f"HTTP {error.code}", _retry_after(error.headers.get("Retry-After")))
    if 300 <= error.code < 400:
        return BadFile(
            f"{url} redirects to nowhere (HTTP {error.code}).", "Check the URL template of the source."
        )
    return HttpRefused(error.code, f"{url} cannot be fetched (HTTP {error.code}).", "Check the URL template.")


class HttpRefused(BackendUnavailable):
    """A status that trying again does not mend (405, 416, …); `status` says which."""

    retryable = False

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status

    def __reduce__(self) -> tuple[type[LakesideError], tuple[Any, ...]]:
        return type(self), (self.status, self.message, self.hint)


class TooManyRedirects(LimitExceeded, BadFile):
    """The address is sent on and on: it is in a circle, or the limit is small."""


class ServerUntrusted(BackendUnavailable):
    """The server's certificate is refused; trying again does not mend that."""

    retryable = False


def _distrust(url: str, error: ssl.SSLCertVerificationError) -> ServerUntrusted:
    return ServerUntrusted(
        f"The server of {url} cannot be trusted: its certificate is refused ({error.verify_message}).",
        "Check the address and this machine's clock; SSL_CERT_FILE names an authority of your own.",
    )


def _retry_after(text: str | None) -> float:
    """Seconds a Retry-After asks for: a number or a date; 0 when it says nothing."""
    if not text:
        return 0.0
    if text.strip().isdigit():
        return float(text)
    when = _parse_date(text)
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when else 0.0


def _parse_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except (TypeError, ValueError):
        return None


def _describe(error: object) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects within the web and keeps HEAD a HEAD (the standard library makes it a GET).

    Another host is followed, because releases on GitHub lie on one; another scheme is not, but for http
    that becomes https.
    """

    max_repeats = max_redirections = 1_000  # theirs count addresses apart; ours come first

    def __init__(self, most: int) -> None:
        self._most = most

    def http_error_302(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
    ) -> Any:
        target = urljoin(req.full_url, headers.get("Location") or headers.get("URI") or "")
        steps = (urlsplit(req.full_url).scheme, urlsplit(target).scheme)
        if steps not in (("http", "http"), ("https", "https"), ("http", "https")):
            fp.close()
            raise BadFile(
                f"{req.full_url} redirects to {target}, which is not followed.",
                "Only http(s):// is, and never from https to http; check the URL template of the source.",
            )
        if sum(getattr(req, "redirect_dict", {}).values()) >= self._most:
            fp.close()
            raise TooManyRedirects(
                f"{req.full_url} redirects without end, or more than {self._most} times.",
                "Check the URL template of the source.",
                limit="sources.redirects",
            )
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None:
            request.method = req.get_method()
        return request


class _Http(urllib.request.HTTPHandler):
    """Plain HTTP with one bound on connecting and another on waiting for bytes."""

    def __init__(self, connect_seconds: float, read_seconds: float) -> None:
        super().__init__()
        self._bounds = connect_seconds, read_seconds

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_bounded(http.client.HTTPConnection, *self._bounds), req)


class _Https(urllib.request.HTTPSHandler):
    """HTTPS with the same bounds and the system's certificates."""

    def __init__(self, connect_seconds: float, read_seconds: float) -> None:
        super().__init__()
        self._bounds = connect_seconds, read_seconds

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_bounded(http.client.HTTPSConnection, *self._bounds), req)


def _bounded(base: type[http.client.HTTPConnection], connect_seconds: float, read_seconds: float) -> Any:
    class Connection(base):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            self.timeout = connect_seconds
            super().connect()
            self.sock.settimeout(read_seconds)

    return Connection
