"""A loopback token endpoint and a made-up service account whose key names it: a login without Google."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class TokenServer:
    """A running endpoint: the key that leads to it, and the tokens it gave out."""

    key: dict[str, Any]
    given: list[str] = field(default_factory=list)
    is_revoked: bool = False  # the key is known no more


@contextmanager
def serve_tokens() -> Iterator[TokenServer]:
    """Answer OAuth's JWT exchange with a new token each time, until the block ends."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    state = TokenServer(_make_key(f"http://127.0.0.1:{http.server_address[1]}/token"))
    http.state = state  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _make_key(token_uri: str) -> dict[str, Any]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": "test",
        "private_key_id": "made-up-key-id",
        "private_key": pem.decode(),
        "client_email": "lakeside@test.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": token_uri,
    }


def open_login(server: TokenServer) -> Any:
    """Credentials of google-auth's by that key."""
    from google.oauth2.service_account import Credentials

    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    return Credentials.from_service_account_info(server.key, scopes=scopes)  # type: ignore[no-untyped-call]


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        state: TokenServer = self.server.state  # type: ignore[attr-defined]
        body: dict[str, Any]
        if state.is_revoked:
            body = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        else:
            state.given.append(f"token-{len(state.given)}")
            body = {"access_token": state.given[-1], "expires_in": 3600, "token_type": "Bearer"}
        document = json.dumps(body).encode()
        self.send_response(400 if state.is_revoked else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)
