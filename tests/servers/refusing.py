"""An HTTP server that gives every request the same answer, to see what real clients make of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Refuse(BaseHTTPRequestHandler):
    """Answers in the shape of Google's JSON errors."""

    status = 500

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"error": {"code": self.status, "message": f"refused {self.status}"}}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _refuse  # noqa: N815 - names http.server asks for

    def log_message(self, *_: object) -> None:
        """Nothing: a refusal is what the test wants."""


@contextmanager
def run_refusing_server(status: int) -> Iterator[str]:
    """A server that answers `status` to everything; gives its URL."""
    handler = type("Refuse", (_Refuse,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
