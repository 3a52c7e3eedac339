"""Writing an object so that it appears whole at the end, or not at all.

Folder: a temporary name beside the target, flushed to the disk, then one rename. What a killed writer
left there is removed by the next write to that folder a day later. What was there before is kept as an
earlier version.
Bucket: a resumable upload that is finished only at the end; until then there is no object.
Memory: the bytes are kept aside and put in place at the end.

The block that writes decides: leaving it cleanly publishes, leaving it by an exception discards.
Closing the file inside the block does neither, because Arrow's writers close what they are given.
"""

from __future__ import annotations

import io
import logging
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from lakeside.errors import NotFound
from lakeside.lake.errors import translated
from lakeside.lake.folder_versions import sync_folder
from lakeside.lake.keys import TEMPORARY_PREFIX
from lakeside.lake.storage import Kind, Storage
from lakeside.lake.upkeep import sweep_folder

logger = logging.getLogger(__name__)

FILE_BUFFER_BYTES = 1 << 20
UPLOAD_BLOCK_BYTES = 8 << 20  # a multiple of 256 KiB, as resumable uploads demand


class ObjectWriter(io.RawIOBase):
    """The binary file a writer gets. Its errors are ours; closing it does not publish the object."""

    def __init__(self, file: IO[bytes], url: str) -> None:
        super().__init__()
        self._file = file
        self._url = url
        self.size_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Write all bytes of a buffer."""
        if self.closed:
            raise ValueError(f"{self._url} is already closed.")
        with _translated(self._url):
            self._file.write(data)
        size_bytes = memoryview(data).nbytes
        self.size_bytes += size_bytes
        return size_bytes

    def tell(self) -> int:
        return self.size_bytes


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """As `translated`; what is missing while writing is not the object but the place for it."""
    try:
        with translated(url):
            yield
    except NotFound as error:
        raise NotFound(
            f"{url} cannot be written: its bucket or folder does not exist.",
            "Create the bucket, or change LAKESIDE_LAKE_URL.",
        ) from error


@contextmanager
def open_writer(storage: Storage, key: str, expected: str | None = None) -> Iterator[ObjectWriter]:
    """See `Lake.open_writer`. On a folder, `expected` is the version to be replaced; see `FolderVersions`."""
    url = storage.url_of(key)
    with _translated(url):
        target = _open_target(storage, key, expected)
    writer = ObjectWriter(target.file, url)
    try:
        yield writer
        writer.close()
    except BaseException:
        writer.close()
        target.discard()
        raise
    with _translated(url):
        target.commit()
    storage.mark.change()


def _open_target(
    storage: Storage, key: str, expected: str | None
) -> _FolderTarget | _UploadTarget | _MemoryTarget:
    if storage.kind is Kind.FOLDER:
        return _FolderTarget(storage, key, expected)
    if storage.kind is Kind.GS:
        return _UploadTarget(storage, key)
    return _MemoryTarget(storage, key)


class _FolderTarget:
    def __init__(self, storage: Storage, key: str, expected: str | None) -> None:
        self._path = path = Path(storage.path_of(key))
        self._replacing = storage.versions.replacing(key, path, expected)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(str(path))
        with suppress(OSError):  # tidying up after others must not stop a write
            sweep_folder(path.parent)
        self._temporary = path.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
        self.file = self._temporary.open("xb", buffering=FILE_BUFFER_BYTES)

    def commit(self) -> None:
        try:
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()
            with self._replacing:
                self._temporary.replace(self._path)
                sync_folder(self._path.parent)
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        with suppress(OSError):  # closing flushes, which fails again on a full disk
            self.file.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)


class _UploadTarget:
    def __init__(self, storage: Storage, key: str) -> None:
        self._url = storage.url_of(key)
        self.file = storage.filesystem.open(
            storage.path_of(key),
            "wb",
            block_size=UPLOAD_BLOCK_BYTES,
            content_type="application/vnd.apache.parquet" if key.endswith(".parquet") else None,
        )

    def commit(self) -> None:
        self.file.close()

    def discard(self) -> None:
        try:
            self.file.discard()
        except Exception as error:  # noqa: BLE001 - the first error matters; the upload expires by itself
            logger.warning("upload not cancelled", extra={"url": self._url, "error": str(error)})
        finally:
            self.file.closed = True  # else its finaliser would finish the upload


class _MemoryTarget:
    def __init__(self, storage: Storage, key: str) -> None:
        self._storage = storage
        self._path = storage.path_of(key)
        self.file = io.BytesIO()

    def commit(self) -> None:
        self._storage.filesystem.pipe_file(self._path, self.file.getvalue())

    def discard(self) -> None:
        self.file.close()
