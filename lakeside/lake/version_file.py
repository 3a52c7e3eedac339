"""One version of a bucket's object as a file: nobody can replace it meanwhile, and parts come in parallel.

Arrow asks for one small range after the other, each a round trip of tens of milliseconds to a bucket.
Whoever knows which parts will be asked for fetches them ahead, all at once.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from lakeside.lake.objects import LakeObject
from lakeside.lake.reading import read_range
from lakeside.lake.storage import Storage

FETCH_THREADS = 16

Span = tuple[int, int]


class VersionFile(io.RawIOBase):
    """A seekable binary file over ranges of one generation; `bytes_read` counts what was fetched."""

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

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._found.size_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes, all that follow when it is negative or None."""
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
        content = read_range(self._storage, self._found, *span)
        self.bytes_read += len(content)
        return content
