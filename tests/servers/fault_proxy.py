"""An HTTP proxy before any real server, that fails on purpose: scripted faults by method and path.

    with run_fault_proxy(server.url) as proxy:
        proxy.add(Fault("POST", r"/upload/", status=503, times=2))        # answered here, never forwarded
        proxy.add(Fault("POST", r"/jobs", forwarded=True, cut=True))      # done there, its answer lost
        proxy.add(Fault("GET", r"/o/", cut_after_bytes=1000))             # begun, then cut
        Settings(storage_emulator_host=proxy.url)

Addresses of the server behind it in `Location` and in JSON become the proxy's own, so that no client
finds a way past it. `requests` has what was asked, in order.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "accept-encoding"}
TRICKLE_SECONDS = 0.1


@dataclass
class Fault:
    """What goes wrong with requests that match, `times` times after the first `skip` of them.

    Without `status`, `reply` or `cut`, the request is forwarded and answered as it should be: for `seconds`
    and `call` alone.
    """

    method: str
    path: str  # a regular expression searched for in path and query
    token: str = ""  # only requests that carry this login
    times: int = 1
    skip: int = 0
    seconds: float = 0.0  # pause before anything is done
    call: Callable[[], object] | None = None  # called then
    forwarded: bool = False  # the server behind does it, only its answer is lost or another
    status: int = 0  # this answer instead …
    reason: str = ""  # … with this reason, as Google's services write them
    answer: bytes | None = None  # … or this body
    reply: Callable[[bytes], bytes] | None = None  # … or what it makes of the request's body, with 200
    change: Callable[[bytes], bytes] | None = None  # the server's answer becomes another one
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # the connection is reset instead of an answer
    cut_after_bytes: int = 0  # the answer's body is cut after so many bytes
    trickle: bool = False  # … or arrives by one byte in a tenth of a second, until nobody listens
    hits: int = 0  # how often it has happened

    def takes(self, method: str, path: str, token: str) -> bool:
        """Whether it happens to this request; counts."""
        if self.method not in ("*", method) or not re.search(self.path, path):
            return False
        if self.token not in ("", token):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times <= 0:
            return False
        self.times -= 1
        self.hits += 1
        return True

    def write_body(self) -> bytes:
        """The body of the answer given here."""
        if self.answer is not None:
            return self.answer
        words = f"injected {self.status} {self.reason}".strip()
        error = {"code": self.status, "message": words, "errors": [{"reason": self.reason, "message": words}]}
        return json.dumps({"error": error}).encode()


@dataclass
class FaultProxy:
    """The running proxy."""

    target: str
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)  # logins that were shown to it
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault) -> Fault:
        """One more fault; of several that match, the first one added happens."""
        with self.lock:
            self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything pass, and forget what was asked."""
        with self.lock:
            self.faults.clear()
            self.requests.clear()
            self.tokens.clear()

    def find(self, method: str, path: str, token: str = "") -> Fault | None:
        """The fault of this request."""
        with self.lock:
            self.requests.append(f"{method} {path}")
            self.tokens |= {token} - {""}
            return next((fault for fault in self.faults if fault.takes(method, path, token)), None)


@contextmanager
def run_fault_proxy(target: str) -> Iterator[FaultProxy]:
    """Stand before `target` (http://host:port) on a free port of this machine until the block ends."""
    proxy = FaultProxy(target.rstrip("/"))
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = _Server(("127.0.0.1", 0), handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests, not news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def log_message(self, *_: object) -> None:
        """Nothing: `requests` has it."""

    def _handle(self) -> None:
        body = self._read_body()
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        fault = self.proxy.find(self.command, self.path, token)
        if fault is None:
            return self._send(*self._forward(body))
        time.sleep(fault.seconds)
        if fault.call is not None:
            fault.call()
        if fault.forwarded or not (fault.status or fault.cut or fault.reply):
            answer = self._forward(body)
        if fault.cut:
            return self._reset()
        if fault.reply is not None:
            return self._send(200, {"Content-Type": "application/json"}, fault.reply(body))
        if fault.status:
            kind = {"Content-Type": "application/json"}
            headers = {**kind, **fault.headers}
            return self._send(fault.status, headers, fault.write_body(), trickle=fault.trickle)
        if fault.change is not None:
            answer = (*answer[:2], fault.change(answer[2]))
        return self._send(*answer, cut_after_bytes=fault.cut_after_bytes, trickle=fault.trickle)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _handle  # noqa: N815 - http.server's names

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of the server behind."""
        target = urlsplit(self.proxy.target)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=300)
        headers = {name: text for name, text in self.headers.items() if name.lower() not in _HOP}
        try:
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        kept = {name: self._own(text) for name, text in response.getheaders() if name.lower() not in _HOP}
        if "json" in (response.getheader("Content-Type") or ""):
            content = self._own(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return response.status, kept, content

    def _own(self, text: str) -> str:
        return text.replace(self.proxy.target, self.proxy.url)

    def _send(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        cut_after_bytes: int = 0,
        trickle: bool = False,
    ) -> None:
        self.send_response_only(status)
        for name, text in headers.items():
            self.send_header(name, text)
        if status != 204 and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if trickle:
            self._trickle(body)
        elif self.command != "HEAD":
            self.wfile.write(body[: cut_after_bytes or len(body)])
        if cut_after_bytes and cut_after_bytes < len(body):
            self.wfile.flush()
            self._reset(with_answer=True)

    def _trickle(self, body: bytes) -> None:
        self.close_connection = True
        with suppress(OSError):
            for number in range(len(body)):
                self.wfile.write(body[number : number + 1])
                self.wfile.flush()
                time.sleep(TRICKLE_SECONDS)

    def _reset(self, with_answer: bool = False) -> None:
        """End the connection: at once, or after what was sent has arrived."""
        self.close_connection = True
        with suppress(OSError):
            if with_answer:
                self.connection.shutdown(socket.SHUT_WR)
            else:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
