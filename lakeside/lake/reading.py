"""Reading objects: as a seekable file, or the first bytes of many."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lakeside.errors import LakesideError
from lakeside.lake.content import HEAD_BYTES, name_content
from lakeside.lake.errors import translated
from lakeside.lake.listing import get_object
from lakeside.lake.objects import LakeObject
from lakeside.lake.storage import Kind, Storage
from lakeside.lake.version_file import SeekableFile, VersionFile, read_range

READ_BLOCK_BYTES = 4 << 20
THREADS = {Kind.GS: 16, Kind.FOLDER: 4, Kind.MEMORY: 1}  # short ranges read at once


class ObjectReader(SeekableFile):
    """A seekable binary file that counts what it reads and whose errors are ours."""

    def __init__(self, file: IO[bytes], url: str) -> None:
        super().__init__()
        self._file = file
        self._url = url
        self.bytes_read = 0

    def read(self, size: int | None = -1) -> bytes:
        with translated(self._url):
            data = self._file.read(-1 if size is None else size)
        self.bytes_read += len(data)
        return data

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
    return io.BufferedReader(VersionFile(storage, get_object(storage, key)), READ_BLOCK_BYTES)
