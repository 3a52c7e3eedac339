"""Reading objects: as a seekable file, or one range at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from lakeside.errors import BackendUnavailable, LakesideError, NotFound
from lakeside.lake.content import HEAD_BYTES, name_content
from lakeside.lake.errors import translated
from lakeside.lake.listing import find_version, get_object
from lakeside.lake.objects import LakeObject
from lakeside.lake.storage import Kind, Storage

READ_BLOCK_BYTES = 4 << 20
THREADS = {Kind.GS: 16, Kind.FOLDER: 4, Kind.MEMORY: 1}  # short ranges read at once


class ObjectReader(io.RawIOBase):
    """A seekable binary file that counts what it reads and whose errors are ours."""

    def __init__(self, file: IO[bytes], url: str) -> None:
        super().__init__()
        self._file = file
        self._url = url
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes, all that follow when it is negative or None."""
        with translated(self._url):
            data = self._file.read(-1 if size is None else size)
        self.bytes_read += len(data)
        return data

    def readall(self) -> bytes:
        return self.read(-1)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def open_reader(storage: Storage, key: str) -> Iterator[ObjectReader]:
    """See `Lake.open_reader`."""
    url = storage.url_of(key)
    with translated(url):
        file = _open(storage, key)
    with ObjectReader(file, url) as reader:
        yield reader


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


def name_contents(storage: Storage, objects: Sequence[LakeObject]) -> dict[str, str | LakesideError]:
    """See `Lake.name_contents`."""

    def name_or_error(found: LakeObject) -> str | LakesideError:
        try:
            return name_content(read_range(storage, found, 0, min(HEAD_BYTES, found.size_bytes)))
        except LakesideError as error:
            return error

    with ThreadPoolExecutor(THREADS[storage.kind], thread_name_prefix="heads") as pool:
        return dict(zip([o.key for o in objects], pool.map(name_or_error, objects), strict=True))


def _open(storage: Storage, key: str) -> IO[bytes]:
    path = storage.path_of(key)
    if storage.kind is Kind.FOLDER:
        return Path(path).open("rb")
    if storage.kind is Kind.MEMORY:  # fsspec shares one position between all who open it
        return io.BytesIO(storage.filesystem.cat_file(path))
    return io.BufferedReader(_Generation(storage, get_object(storage, key)), READ_BLOCK_BYTES)


class _Generation(io.RawIOBase):
    """One generation of a bucket's object: ranges of two generations would make an object that never was."""

    def __init__(self, storage: Storage, found: LakeObject) -> None:
        super().__init__()
        self._storage = storage
        self._found = found
        self._position = 0

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

    def readall(self) -> bytes:
        """All that follows, by one request."""
        data = self._read(self._position, self._found.size_bytes)
        self._position += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        end = min(self._position + len(buffer), self._found.size_bytes)
        if end <= self._position:
            return 0
        data = self._read(self._position, end)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _read(self, start: int, end: int) -> bytes:
        try:
            return read_range(self._storage, self._found, start, end)
        except NotFound as error:
            url = self._storage.url_of(self._found.key)
            raise BackendUnavailable(
                f"{url} was replaced or removed while it was read.", "Try again."
            ) from error
