"""A small OpenID provider on loopback: discovery, authorization code with PKCE, RS256 tokens, JWKS, logout.

It knows people by the names on its page; each is a link, and a click logs in. What its tokens claim is
what the test says of the person.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "lakeside-console", "s3cret-of-the-client"


@dataclass
class IdentityProvider:
    """A running provider: its address, its people (name -> claims), and what it has been asked."""

    url: str
    people: Mapping[str, Mapping[str, Any]]
    key: RSAKey
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    logged_out: list[str] = field(default_factory=list)

    @property
    def metadata_url(self) -> str:
        """Where it describes itself."""
        return f"{self.url}/.well-known/openid-configuration"

    def describe(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 3."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def sign(self, request: Mapping[str, str]) -> str:
        """The ID token of the person who clicked; a person's own claims win over the usual ones."""
        now = int(time.time())
        person = request["person"]
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": f"id-of-{person}",
            "iat": now,
            "exp": now + 3600,
            "nonce": request.get("nonce", ""),
            **self.people[person],
        }
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


@contextmanager
def serve_identity(people: Mapping[str, Mapping[str, Any]]) -> Iterator[IdentityProvider]:
    """Provide for these people until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    key = RSAKey.generate_key(2048, {"kid": "test-key", "alg": "RS256", "use": "sig"})
    provider = IdentityProvider(f"http://127.0.0.1:{http.server_address[1]}", people, key)
    http.provider = provider  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    @property
    def _provider(self) -> IdentityProvider:
        return self.server.provider  # type: ignore[attr-defined,no-any-return]

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self._send_json(self._provider.describe())
        elif parts.path == "/jwks":
            self._send_json({"keys": [self._provider.key.as_dict(private=False)]})
        elif parts.path == "/authorize":
            self._authorize(query)
        elif parts.path == "/logout":
            self._provider.logged_out.append(query.get("id_token_hint", ""))
            self._redirect(query["post_logout_redirect_uri"])
        elif parts.path == "/favicon.ico":
            self._send(204, "image/png", b"")
        else:
            self._refuse(f"there is no {parts.path}", 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self._provider.codes.pop(form.get("code", ""), None)
        if asked is None or not self._is_our_client(form):
            self._refuse("unknown code or client", 400)
        elif _challenge(form.get("code_verifier", "")) != asked["code_challenge"]:
            self._refuse("the verifier does not fit the challenge", 400)
        elif form.get("redirect_uri") != asked["redirect_uri"]:
            self._refuse("another redirect_uri", 400)
        else:
            token = self._provider.sign(asked)
            self._send_json({"access_token": secrets.token_hex(), "token_type": "Bearer", "id_token": token})

    def _authorize(self, query: dict[str, str]) -> None:
        """The page with the people, and what a click on one of them leads to."""
        if query.get("client_id") != CLIENT_ID or query.get("code_challenge_method") != "S256":
            self._refuse("unknown client, or no PKCE", 400)
        elif "person" in query:
            code = secrets.token_urlsafe()
            self._provider.codes[code] = query
            self._redirect(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
        else:
            places = {p: html.escape(urlencode({**query, "person": p})) for p in self._provider.people}
            links = [f'<p><a href="/authorize?{place}">{p}</a></p>' for p, place in places.items()]
            self._send(200, "text/html", f"<h1>Who are you?</h1>{''.join(links)}".encode())

    def _is_our_client(self, form: Mapping[str, str]) -> bool:
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        if basic:
            return base64.b64decode(basic).decode() == f"{CLIENT_ID}:{CLIENT_SECRET}"
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def _refuse(self, why: str, status: int) -> None:
        self._provider.refused.append(why)
        self._send(status, "application/json", json.dumps({"error": "invalid_request"}).encode())

    def _redirect(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_json(self, document: Mapping[str, Any]) -> None:
        self._send(200, "application/json", json.dumps(document).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
