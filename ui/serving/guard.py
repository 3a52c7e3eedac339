"""Which requests the console takes: right Host, own Origin, nothing but looking, and no more than is allowed.

A stranger's page can make a browser on this machine send requests here. Its websocket or its `fetch`
carries its own Origin; a name that it makes resolve to this machine (DNS rebinding) stands in the Host. Both
are refused before Streamlit sees them, for every path alike. Streamlit 1.67 by itself takes any Host, looks
at no Origin of media and health, trusts every port of localhost, and asks a foreign server for this machine's
address before it judges a foreign Origin.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lakeside.errors import LimitExceeded
from lakeside.settings import ConsoleSettings
from ui.serving.bounds import Sessions, require_short

logger = logging.getLogger(__name__)

_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED = "refused a request: %s host=%r origin=%r path=%r"
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_MOST_LOGGED = 500  # characters of a path


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names the console may be called.

    `listed` come from the setting `console.allowed_hosts`. `any_address` is for a console that other machines
    reach: every IP address is right then, because rebinding needs a name.
    """

    listed: frozenset[str] = frozenset()
    any_address: bool = False

    def allow(self, host: str | None) -> bool:
        """Is this the Host of a request to us; `name:port`, `1.2.3.4:port` or `[::1]:port`."""
        name = _name_of(host)
        if name is None:
            return False
        if name == "localhost" or name in self.listed:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or self.any_address

    def allow_origin(self, origin: str | None, host: str | None) -> bool:
        """Is the page that asks from the very Host it asks, or of a listed name? Programs send no Origin."""
        if origin is None:
            return True
        scheme, _, authority = origin.partition("://")
        if scheme not in ("http", "https"):
            return False
        return authority.lower() == (host or "").lower() or _name_of(authority) in self.listed


def _name_of(host: str | None) -> str | None:
    """The name in a Host header, without port; None when it is not a plain `name[:port]`."""
    try:
        parts = urlsplit(f"//{host or ''}")
        _ = parts.port  # raises where it is no port
    except ValueError:
        return None
    if parts.netloc != host or parts.username is not None or not parts.hostname:
        return None
    return parts.hostname.lower().rstrip(".")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered; `status` is HTTP's."""

    status: int
    reason: str


class Guard:
    """ASGI middleware: refuses what is not for us, and puts the security headers on every answer."""

    def __init__(
        self, app: ASGIApp, names: Names, headers: Mapping[str, str], bounds: ConsoleSettings
    ) -> None:
        self._app = app
        self._names = names
        self._headers = headers
        self._link_characters = bounds.link_characters
        self._sessions = Sessions(bounds.sessions)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._find_refusal(scope)
        if scope["type"] == "websocket":
            await self._open_page(scope, receive, send, refusal)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        await (_answer(refusal) if refusal else self._app)(scope, receive, send_with_headers)

    async def _open_page(self, scope: Scope, receive: Receive, send: Send, refusal: Refusal | None) -> None:
        """The websocket of one page, for as long as it is open."""
        with ExitStack() as opened:
            if refusal is None:
                try:
                    opened.enter_context(self._sessions.enter())
                except LimitExceeded as error:
                    refusal = Refusal(503, str(error))
            if refusal is None:
                await self._app(scope, receive, send)
                return
        if refusal.status != 403 and "websocket.http.response" in scope.get("extensions", {}):
            await _answer(refusal)(scope, receive, send)
        else:  # which the server makes a 403 of
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": refusal.reason})

    def _find_refusal(self, scope: Scope) -> Refusal | None:
        """Why the request is refused; None when it is not."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host"), headers.get("origin")
        reason = ""
        if not self._names.allow(host) or len(headers.getlist("host")) != 1:
            reason = "This console is not called by that name; see console.allowed_hosts in docs/settings.md."
        elif not self._names.allow_origin(origin, host):
            reason = "The console does not answer pages of other origins."
        elif scope["type"] == "http" and scope["method"] not in _LOOKING:
            reason = "The console takes no uploads: GET and HEAD only."
        refusal = Refusal(403, reason) if reason else self._find_bound(scope, headers)
        if refusal:
            logger.warning(_REFUSED, refusal.reason, host, origin, scope["path"][:_MOST_LOGGED])
        return refusal

    def _find_bound(self, scope: Scope, headers: Headers) -> Refusal | None:
        """Which bound the request meets: the length of its address, or, of a page, that there is no room."""
        try:
            require_short(len(scope["raw_path"]) + len(scope["query_string"]), self._link_characters)
        except LimitExceeded as error:
            return Refusal(414, str(error))
        if scope["type"] == "http" and "text/html" in headers.get("accept", ""):
            try:
                self._sessions.require_room()  # so that a person reads why, which a websocket cannot say
            except LimitExceeded as error:
                return Refusal(503, str(error))
        return None


def _answer(refusal: Refusal) -> ASGIApp:
    later = {"retry-after": "60"} if refusal.status == 503 else None
    return PlainTextResponse(refusal.reason + "\n", status_code=refusal.status, headers=later)
