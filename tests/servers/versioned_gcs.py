"""A bucket with Object Versioning over real HTTP, as far as the JSON API's reference documents it.

    with run_versioned_gcs() as bucket:
        Settings(lake_url="gs://versioned/lake", storage_emulator_host=bucket.url)

It exists because fake-gcs-server lists no old generations. What it answers is the reference's: noncurrent
generations only with `versions=true` and then with `timeDeleted`; generations of one name in order, pages
with tokens; `rewriteTo` in several calls with a `rewriteToken`; 412 where `ifGenerationMatch` does not hold.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c

BUCKET = "versioned"
_OBJECT = re.compile(rf"(?:/download)?/storage/v1/b/{BUCKET}/o/([^/]+)")
_REWRITE = re.compile(rf"/storage/v1/b/{BUCKET}/o/([^/]+)/rewriteTo/b/{BUCKET}/o/([^/]+)")


@dataclass
class Generation:
    """One generation of an object; `deleted_at` is when it became noncurrent."""

    name: str
    number: int
    content: bytes
    metadata: dict[str, str] = field(default_factory=dict)
    created_at: str = ""
    deleted_at: str | None = None

    def as_resource(self) -> dict[str, Any]:
        """The object's resource."""
        resource = {
            "kind": "storage#object",
            "name": self.name,
            "bucket": BUCKET,
            "generation": str(self.number),
            "size": str(len(self.content)),
            "timeCreated": self.created_at,
            "updated": self.created_at,
            "md5Hash": b64encode(md5(self.content).digest()).decode(),
            "crc32c": b64encode(google_crc32c.value(self.content).to_bytes(4, "big")).decode(),
            "metadata": self.metadata,
        }
        return resource | ({"timeDeleted": self.deleted_at} if self.deleted_at else {})


class Refused(Exception):
    """An answer that is an error; the argument is its HTTP status."""


@dataclass
class VersionedBucket:
    """The bucket's state. A test may set what it answers about itself, or be told of each rewrite."""

    url: str = ""
    resource: dict[str, Any] = field(default_factory=lambda: {"versioning": {"enabled": True}})
    resource_status: int = 200
    page_objects: int = 1_000
    rewrite_calls: int = 1
    lose_rewrite_answers: int = 0  # so many answers of done rewrites are 503 instead
    generations: list[Generation] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    uploads: dict[str, tuple[str, bytearray]] = field(default_factory=dict)
    finished: dict[str, Generation] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find_live(self, name: str) -> Generation | None:
        """The live generation of a name."""
        return next((g for g in self.generations if g.name == name and not g.deleted_at), None)

    def find(self, name: str, number: str | None) -> Generation:
        """One generation, or the live one; 404."""
        found = self.find_live(name) if number is None else None
        for one in self.generations if number else ():
            if one.name == name and str(one.number) == number:
                found = one
        if found is None:
            raise Refused(404)
        return found

    def put(self, name: str, content: bytes, metadata: dict[str, str] | None = None) -> Generation:
        """A new live generation; what was live becomes noncurrent."""
        self.remove(name)
        number = max([1_700_000_000_000_000, *(g.number for g in self.generations)]) + 1
        made = Generation(name, number, content, metadata or {}, _now())
        self.generations.append(made)
        return made

    def remove(self, name: str) -> None:
        """The live generation becomes noncurrent."""
        if live := self.find_live(name):
            live.deleted_at = _now()

    def list_page(self, query: dict[str, str]) -> dict[str, Any]:
        """One page of a listing."""
        every = query.get("versions") == "true"
        found = [g for g in self.generations if g.name.startswith(query.get("prefix", ""))]
        found = sorted((g for g in found if every or not g.deleted_at), key=lambda g: (g.name, g.number))
        start = int(query.get("pageToken", 0))
        end = start + min(self.page_objects, int(query.get("maxResults", 1_000)))
        page: dict[str, Any] = {
            "kind": "storage#objects",
            "items": [g.as_resource() for g in found[start:end]],
        }
        return page | ({"nextPageToken": str(end)} if end < len(found) else {})

    def rewrite(self, source: str, target: str, query: dict[str, str]) -> dict[str, Any]:
        """One call of a rewrite."""
        found = self.find(source, query.get("sourceGeneration"))
        live = self.find_live(target)
        if query.get("ifGenerationMatch", "any") not in ("any", str(live.number if live else 0)):
            raise Refused(412)
        call = int(query.get("rewriteToken", 0)) + 1
        size = str(len(found.content))
        if call < self.rewrite_calls:
            return {
                "kind": "storage#rewriteResponse",
                "done": False,
                "objectSize": size,
                "rewriteToken": str(call),
            }
        made = self.put(target, found.content, dict(found.metadata))
        if self.lose_rewrite_answers:
            self.lose_rewrite_answers -= 1
            raise Refused(503)
        return {"kind": "storage#rewriteResponse", "done": True, "resource": made.as_resource()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class _Handler(BaseHTTPRequestHandler):
    bucket: VersionedBucket

    def _answer(self) -> None:
        body = self._read_body()
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.bucket.lock:
            self.bucket.requests.append(f"{self.command} {self.path}")
            try:
                self._route(parts.path, query, body)
            except Refused as refused:
                self._send(refused.args[0], {"error": {"code": refused.args[0], "message": "refused"}})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names http.server asks for

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _route(self, path: str, query: dict[str, str], body: bytes) -> None:
        bucket = self.bucket
        if path.startswith("/upload/"):
            self._upload(query, body)
        elif path == f"/storage/v1/b/{BUCKET}":
            if bucket.resource_status != 200:
                raise Refused(bucket.resource_status)
            self._send(200, bucket.resource)
        elif path == f"/storage/v1/b/{BUCKET}/o":
            self._send(200, bucket.list_page(query))
        elif match := _REWRITE.fullmatch(path):
            self._send(200, bucket.rewrite(*map(unquote, match.groups()), query))
        elif match := _OBJECT.fullmatch(path):
            self._object(unquote(match[1]), query, body)
        else:
            raise Refused(404)

    def _object(self, name: str, query: dict[str, str], body: bytes) -> None:
        found = self.bucket.find(name, query.get("generation"))
        if self.command == "DELETE":
            if query.get("ifGenerationMatch", str(found.number)) != str(found.number):
                raise Refused(412)
            self.bucket.remove(name)
            self._send(204, b"")
        elif self.command == "PATCH":
            found.metadata.update(json.loads(body)["metadata"])
            self._send(200, found.as_resource())
        elif query.get("alt") == "media":
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "bytes=0-")
            assert wanted is not None
            end = int(wanted[2]) + 1 if wanted[2] else len(found.content)
            self._send(206 if "Range" in self.headers else 200, found.content[int(wanted[1]) : end])
        else:
            self._send(200, found.as_resource())

    def _upload(self, query: dict[str, str], body: bytes) -> None:
        """One request with both parts, or a session that takes blocks."""
        if query.get("uploadType") == "multipart":
            boundary = self.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
            _, told, content, _ = body.split(b"--" + boundary, 3)
            document = json.loads(told.partition(b"\n\n")[2])
            made = self.bucket.put(
                document["name"], content.partition(b"\n\n")[2][:-1], document.get("metadata")
            )
            self._send(200, made.as_resource())
        elif "upload_id" not in query:
            session = str(len(self.bucket.uploads))
            self.bucket.uploads[session] = (json.loads(body)["name"], bytearray())
            self._send(200, b"", Location=f"{self.bucket.url}/upload/session?upload_id={session}")
        elif self.command == "DELETE":
            self._send(499, b"")
        else:
            self._take_block(query["upload_id"], body)

    def _take_block(self, session: str, body: bytes) -> None:
        """A block again is the same block; what was finished is answered as it was ("Resumable uploads")."""
        name, taken = self.bucket.uploads[session]
        place = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", self.headers["Content-Range"])
        assert place is not None
        if session in self.bucket.finished:
            return self._send(200, self.bucket.finished[session].as_resource())
        if place[1] is not None:
            taken[int(place[1]) :] = body
        if place[2] == "*" or len(taken) < int(place[2]):
            return self._send(308, b"", Range=f"bytes=0-{len(taken) - 1}")
        made = self.bucket.finished[session] = self.bucket.put(name, bytes(taken))
        return self._send(200, made.as_resource())

    def _send(self, status: int, answer: bytes | dict[str, Any], **headers: str) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        kind = "application/octet-stream" if isinstance(answer, bytes) else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: `requests` has it."""


@contextmanager
def run_versioned_gcs() -> Iterator[VersionedBucket]:
    """Serve an empty bucket named `versioned` on a free port until the block ends."""
    bucket = VersionedBucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        bucket.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield bucket
        finally:
            server.shutdown()
            thread.join()
