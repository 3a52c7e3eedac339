"""Which requests the console takes: right Host, own Origin, and nothing but looking.

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
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED = "refused a request: %s host=%r origin=%r path=%r"
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1


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


class Guard:
    """ASGI middleware: refuses what is not for us, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, names: Names, headers: Mapping[str, str]) -> None:
        self._app = app
        self._names = names
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        reason = self._find_reason(scope)
        if scope["type"] == "websocket":
            if reason:
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})
            else:
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
            await send(message)

        app = PlainTextResponse(reason + "\n", status_code=403) if reason else self._app
        await app(scope, receive, send_with_headers)

    def _find_reason(self, scope: Scope) -> str:
        """Why the request is refused; empty when it is not."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host"), headers.get("origin")
        reason = ""
        if not self._names.allow(host) or len(headers.getlist("host")) != 1:
            reason = "This console is not called by that name; see console.allowed_hosts in docs/settings.md."
        elif not self._names.allow_origin(origin, host):
            reason = "The console does not answer pages of other origins."
        elif scope["type"] == "http" and scope["method"] not in _LOOKING:
            reason = "The console takes no uploads: GET and HEAD only."
        if reason:
            logger.warning(_REFUSED, reason, host, origin, scope["path"])
        return reason
