"""One version of an object, by ranges: two versions would make an object that never was.

Arrow asks for one small range after the other, each a round trip of tens of milliseconds to a bucket.
Whoever knows which parts will be asked for fetches them ahead, all at once.
"""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lakeside.errors import BackendUnavailable, NotFound
from lakeside.lake.errors import translated
from lakeside.lake.listing import find_version
from lakeside.lake.objects import LakeObject
from lakeside.lake.storage import Kind, Storage

FETCH_THREADS = 16

Span = tuple[int, int]


def read_range(storage: Storage, found: LakeObject, start: int, end: int) -> bytes:
    """Bytes start to end (exclusive) of exactly the version that was found; NotFound when it is gone."""
    with translated(storage.url_of(found.key)):
        if storage.kind is Kind.GS:
            from lakeside.lake.gcs import read_gcs_range

            return read_gcs_range(storage.filesystem, storage.path_of(found.key), found.version, (start, end))
        if found.is_live:
            path = storage.path_of(found.key)
            data = bytes(storage.filesystem.cat_file(path, start=start, end=end))
            # It was opened by its name. If that still means the version that was found, so did it before.
            if storage.kind is Kind.FOLDER and find_version(storage.filesystem.info(path)) != found.version:
                raise FileNotFoundError(path)
            return data
        with storage.versions.find_path(found.key, found.version).open("rb") as file:
            file.seek(start)
            return file.read(max(0, end - start))


class SeekableFile(io.RawIOBase):
    """A binary file to read that is made of `read`, `seek` and `tell`; all that follows is one `read`."""

    @abstractmethod
    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes, all that follow when it is negative or None."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


class VersionFile(SeekableFile):
    """One generation of a bucket's object as a file; `bytes_read` counts what was fetched.

    Nobody can replace it meanwhile; where the bucket keeps no generations, BackendUnavailable says so.
    """

    def __init__(self, storage: Storage, found: LakeObject) -> None:
        super().__init__()
        self._storage = storage
        self._found = found
        self._position = 0
        self._parts: list[tuple[int, bytes]] = []
        self.bytes_read = 0

    @property
    def version(self) -> str:
        """The one that is read."""
        return self._found.version

    def fetch_ahead(self, spans: Sequence[Span]) -> None:
        """Fetch (start, end) spans at once and keep them in place of those fetched before.

        Their sum is the caller's to bound.
        """
        with ThreadPoolExecutor(FETCH_THREADS, thread_name_prefix="fetch-ahead") as pool:
            contents = list(pool.map(self._fetch, spans))
        self._parts = [(start, content) for (start, _), content in zip(spans, contents, strict=True)]

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._found.size_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        start, size_bytes = self._position, self._found.size_bytes
        end = size_bytes if size is None or size < 0 else min(size_bytes, start + size)
        if end <= start:
            return b""
        kept = self._find_kept(start, end)
        content = kept if start + len(kept) == end else kept + self._fetch((start + len(kept), end))
        self._position = start + len(content)
        return content

    def _find_kept(self, start: int, end: int) -> bytes:
        """As much from `start` on as one part fetched ahead holds."""
        for first, content in self._parts:
            if first <= start < first + len(content):
                return content[start - first : end - first]
        return b""

    def _fetch(self, span: Span) -> bytes:
        try:
            content = read_range(self._storage, self._found, *span)
        except NotFound as error:
            url = self._storage.url_of(self._found.key)
            raise BackendUnavailable(
                f"{url} was replaced or removed while it was read.", "Try again."
            ) from error
        self.bytes_read += len(content)
        return content
