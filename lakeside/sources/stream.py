"""A month's bytes, in order, counted and hashed on the way, resumed when a download drops."""

from __future__ import annotations

import hashlib
import http.client
import logging
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lakeside.errors import BackendUnavailable, LimitExceeded
from lakeside.shown import hide_secrets
from lakeside.sources.http import HttpClient, HttpRefused, HttpResponse
from lakeside.sources.probe import SourceProbe

logger = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 20
_PIECE_BYTES = 1 << 16  # what arrived of a piece when a download drops is lost with it


class Body(Protocol):
    """What bytes are read from: a local file or a resumable download."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill the buffer from its start; how many bytes, 0 at the end."""

    def close(self) -> None:
        """Let go of the file or connection."""


class SourceStream:
    """The bytes of one file, read once.

    Iterating gives memoryviews of up to 1 MiB; each is valid only until the next is asked for.
    `bytes_read` grows on the way; `sha256` is that of the whole file once it has been read to its end.
    `tells_its_end` is False where the bytes would just stop if they were cut.

    Raises (while iterating):
        BackendUnavailable: the source stopped answering, or the file changed in the middle.
        LimitExceeded: the file is larger than `maximum_bytes`, or takes longer than `maximum_seconds`.
    """

    def __init__(
        self,
        url: str,
        body: Body,
        maximum_bytes: float,
        tells_its_end: bool = True,
        maximum_seconds: float = math.inf,
    ) -> None:
        self.url = url
        self.tells_its_end = tells_its_end
        self.bytes_read = 0
        self._body = body
        self._maximum_bytes = maximum_bytes
        self._maximum_seconds = maximum_seconds
        self._started = time.monotonic()
        self._hash = hashlib.sha256()
        self._buffer = memoryview(bytearray(CHUNK_BYTES))

    def __iter__(self) -> Iterator[memoryview]:
        while chunk := self._read():
            # hashlib lets go of the interpreter lock, so parsing goes on in the other threads.
            self._hash.update(chunk)
            self.bytes_read += len(chunk)
            if self.bytes_read > self._maximum_bytes:
                raise too_large(self.url, self._maximum_bytes)
            yield chunk

    def _read(self) -> memoryview:
        """A full chunk, or what is left."""
        filled = 0
        while filled < CHUNK_BYTES and (size := self._body.readinto(self._buffer[filled:])):
            filled += size
            if time.monotonic() - self._started > self._maximum_seconds:
                raise LimitExceeded(
                    f"{self.url} did not arrive within {self._maximum_seconds:,g} s: "
                    f"{self.bytes_read + filled:,} bytes had.",
                    "Try again when the source is quicker.",
                    limit="sources.download_seconds",
                )
        return self._buffer[:filled]

    @property
    def sha256(self) -> str:
        """Hash of the bytes read so far, in hexadecimal."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Let go of the file or connection."""
        self._body.close()


class FileBody:
    """A local file, which must not change while it is read.

    Raises:
        BackendUnavailable: at its end it is not what it was at its beginning.
    """

    tells_its_end = True

    def __init__(self, path: Path, url: str) -> None:
        self._url = url
        self._file = path.open("rb", buffering=0)
        self._begun = self._describe()

    def readinto(self, buffer: memoryview, /) -> int:
        size = self._file.readinto(buffer) or 0
        if not size and self._describe() != self._begun:
            raise BackendUnavailable(f"{self._url} changed while it was read.", "Try again.")
        return size

    def close(self) -> None:
        self._file.close()

    def _describe(self) -> tuple[int, int]:
        stat = os.fstat(self._file.fileno())
        return stat.st_size, stat.st_mtime_ns


class HttpBody:
    """A download that goes on where it dropped, as long as the server still has the same file.

    A drop is answered by `Range` with `If-Range` (strong ETag, else Last-Modified). A server that sends
    the whole file again is read past what is already there if its strong ETag is the same. What the
    server says of the part it sends is compared too: some do not know `If-Range`.
    """

    def __init__(self, client: HttpClient, probe: SourceProbe) -> None:
        self._client, self._url = client, probe.address
        self._position = 0
        self._failures = 0
        self._failed_at = 0
        self._response = client.open(self._url)
        said = self._response.size_bytes
        self._size = said if said is not None or self._response.body.chunked else probe.size_bytes
        self._etag = self._response.strong_etag
        self._modified = self._response.strong_date
        if _differs(probe.etag, self._response.headers.get("ETag")) or _differs(probe.size_bytes, said):
            self.close()
            raise BackendUnavailable(f"{self._url} changed while it was being looked at.", "Try again.")

    @property
    def tells_its_end(self) -> bool:
        """Whether a body that was cut can be told from one that ended."""
        return self._size is not None or self._response.tells_its_end

    def readinto(self, buffer: memoryview, /) -> int:
        while True:
            try:
                size = self._response.body.readinto(buffer[:_PIECE_BYTES])
                if size or self._size is None or self._position == self._size:
                    self._position += size
                    return size
                self._resume(f"the connection closed {self._size - self._position} bytes early")
            except http.client.IncompleteRead:  # of chunks; its words count only what is left of one
                self._resume("the connection closed before the end")
            except (OSError, http.client.HTTPException) as error:
                self._resume(str(error) or type(error).__name__)

    def close(self) -> None:
        self._response.body.close()

    def _resume(self, reason: str) -> None:
        self._failures = 1 if self._position > self._failed_at else self._failures + 1
        self._failed_at = self._position
        self.close()
        logger.info("source.drop url=%s bytes=%s reason=%s", hide_secrets(self._url), self._position, reason)
        if self._failures >= self._client.settings.attempts:
            raise self._lost(f"{reason}, {self._failures} times in a row")
        if self._position and not (self._etag or self._modified):
            raise self._lost(f"{reason}, and the server gives nothing to recognise the file by")
        self._client.pause(self._failures)
        self._response = self._reopen(reason)

    def _reopen(self, reason: str) -> HttpResponse:
        if not self._position:
            return self._client.open(self._url)
        validator = self._etag or self._modified or ""
        try:
            response = self._client.open(
                self._url, headers={"Range": f"bytes={self._position}-", "If-Range": validator}
            )
        except HttpRefused as error:
            raise self._lost(f"{reason}, and going on is refused (HTTP {error.status})") from error
        if response.status == 206:
            fault = self._find_fault(response)
            if fault is None:
                return response
            response.body.close()
            raise self._lost(f"{reason}, and the server {fault}")
        if self._etag and response.strong_etag == self._etag:
            return self._skip(response)
        response.body.close()
        raise self._lost(f"{reason}, and the server now has another file or cannot go on in the middle")

    def _find_fault(self, response: HttpResponse) -> str | None:
        """Why a part is not the rest of the file that was begun; None where it is."""
        place, _, total = response.headers.get("Content-Range", "").partition("/")
        if not place.startswith(f"bytes {self._position}-"):
            return "went on at another place"
        is_other = _differs(self._etag, response.strong_etag) or (
            self._etag is None and _differs(self._modified, response.headers.get("Last-Modified"))
        )
        return "now has another file" if is_other or _differs(self._size, total) else None

    def _skip(self, response: HttpResponse) -> HttpResponse:
        left = self._position
        while left:
            size = len(response.body.read(min(left, CHUNK_BYTES)))
            if not size:
                break  # The next read finds the connection closed and counts it as a drop.
            left -= size
        return response

    def _lost(self, reason: str) -> BackendUnavailable:
        of = f" of {self._size}" if self._size is not None else ""
        return BackendUnavailable(
            f"The download of {self._url} broke off after {self._position}{of} bytes: {reason}.", "Try again."
        )


def _differs(before: object, now: object) -> bool:
    """Whether two sayings of one thing differ; what is not said (None, empty, `*`) does not."""
    return bool(before and now and now != "*" and str(before) != str(now))


def too_large(url: str, maximum_bytes: float) -> LimitExceeded:
    """The error for a file above the set bound."""
    return LimitExceeded(
        f"{url} is larger than {maximum_bytes / 1e9:g} GB.",
        "Raise LAKESIDE_SOURCES__MAXIMUM_FILE_GIGABYTES if that is meant.",
        limit="sources.maximum_file_gigabytes",
    )
