"""A real HTTP server over a folder, with the faults real sources have.

    with serve_folder(folder) as server:
        server.url                                   # http://127.0.0.1:PORT
        server.faults["/green/x.csv.gz"] = Faults(drop_after_bytes=100_000, drop_times=2)

It speaks ETag, Last-Modified, HEAD, Range and If-Range; with `certificate` (a PEM file with the key) over
TLS. Run as a program it serves until it is killed:
`python -m tests.servers.files FOLDER` prints its URL on the first line.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

PIECE_BYTES = 1 << 18


@dataclass
class Faults:
    """What goes wrong at one path. Counters count down, so a fault passes after its times."""

    drop_after_bytes: int = 0  # the connection is cut after so many bytes of a body …
    drop_times: int = 0  # … so many times
    when_cut: Callable[[], object] | None = None  # called before it is
    fail_times: int = 0  # so many answers are `fail_status`
    fail_status: int = 503
    retry_after: str | None = None  # sent with those
    content_length_off: int = 0  # added to the Content-Length that is told
    seconds_per_piece: float = 0.0  # pause before each 256 KB
    etag_changes: bool = False  # another ETag in every answer
    etag: bool = True
    last_modified: bool = True
    ranges: bool = True
    head: bool = True  # False: HEAD is answered 405
    length: bool = True  # False: no Content-Length, the end of the body is the end of the connection
    chunked: bool = False  # the body comes in chunks, which have an end of their own
    ignores_if_range: bool = False  # a part is sent whatever it is to be a part of
    stall_after_bytes: int = 0  # no byte more after so many, until the client hangs up …
    stall_times: int = 0  # … so many times
    redirect_to: str | None = None
    content_type: str = "application/octet-stream"


@dataclass
class FileServer:
    """A running server: its address, its faults by path, and what it was asked."""

    url: str
    faults: dict[str, Faults] = field(default_factory=dict)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, path, Range
    secrets: list[tuple[str | None, str]] = field(default_factory=list)  # Authorization, query


@contextmanager
def serve_folder(folder: Path, certificate: Path | None = None) -> Iterator[FileServer]:
    """Serve a folder on a free port of 127.0.0.1 until the block ends."""
    http = _Server(("127.0.0.1", 0), _Handler)
    http.folder = folder.resolve()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    http.state = FileServer(f"{scheme}://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield http.state
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    folder: Path
    state: FileServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests, not news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    answers = 0

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        faults = self.server.state.faults.get(path, Faults())
        self.server.state.secrets.append((self.headers.get("Authorization"), urlsplit(self.path).query))
        self.server.state.requests.append((self.command, path, self.headers.get("Range")))
        if faults.redirect_to:
            return self._refuse(302, {"Location": faults.redirect_to})
        if faults.fail_times > 0:
            faults.fail_times -= 1
            return self._refuse(faults.fail_status, {"Retry-After": faults.retry_after})
        if not with_body and not faults.head:
            return self._refuse(405, {"Allow": "GET"})
        file = (self.server.folder / path.lstrip("/")).resolve()
        if not file.is_relative_to(self.server.folder) or not file.is_file():
            return self._refuse(404, {})
        return self._send_file(file, faults, with_body)

    def _refuse(self, status: int, headers: dict[str, str | None]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_file(self, file: Path, faults: Faults, with_body: bool) -> None:
        size, start = file.stat().st_size, 0
        headers = self._validators(file, faults)
        wanted = self.headers.get("Range")
        fits = faults.ignores_if_range or self.headers.get("If-Range") in (None, *headers.values())
        if wanted and faults.ranges and fits:
            start_text, _, end_text = wanted.removeprefix("bytes=").partition("-")
            start, end = int(start_text), int(end_text) + 1 if end_text else size
            if start >= size:
                return self._refuse(416, {"Content-Range": f"bytes */{size}"})
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        else:
            end = size
            self.send_response(200)
        headers["Content-Type"] = faults.content_type
        if faults.chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif faults.length:
            headers["Content-Length"] = str(end - start + faults.content_length_off)
        if faults.ranges:
            headers["Accept-Ranges"] = "bytes"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            with suppress(ConnectionError):
                self._send_body(file, (start, end), faults)
        return None

    def _validators(self, file: Path, faults: Faults) -> dict[str, str]:
        status = file.stat()
        headers = {}
        if faults.etag:
            _Handler.answers += 1
            salt = _Handler.answers if faults.etag_changes else 0
            text = f"{file}{status.st_size}{status.st_mtime_ns}{salt}"
            headers["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
        if faults.last_modified:
            headers["Last-Modified"] = formatdate(status.st_mtime, usegmt=True)
        return headers

    def _send_body(self, file: Path, span: tuple[int, int], faults: Faults) -> None:
        start, end = span
        stall = faults.stall_times > 0 and faults.stall_after_bytes > 0
        drop = faults.drop_times > 0 and faults.drop_after_bytes > 0
        if drop or stall:
            faults.drop_times -= drop
            faults.stall_times -= stall
            end = min(end, start + (faults.stall_after_bytes if stall else faults.drop_after_bytes))
        with file.open("rb") as source:
            source.seek(start)
            while start < end:
                time.sleep(faults.seconds_per_piece)
                piece = source.read(min(PIECE_BYTES, end - start))
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if faults.chunked else piece)
                start += len(piece)
        if drop and faults.when_cut is not None:
            faults.when_cut()
        if stall:
            self.connection.recv(1)  # until the client hangs up
        elif faults.chunked and not drop:
            self.wfile.write(b"0\r\n\r\n")
        if drop or stall or faults.content_length_off or not (faults.length or faults.chunked):
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)


def main() -> None:
    with serve_folder(Path(sys.argv[1])) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
