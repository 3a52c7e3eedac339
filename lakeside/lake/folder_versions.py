"""What the objects of a folder lake were before they were replaced or removed.

They lie in `.versions/<key>/<when it was replaced>_<version>`, as hard links: keeping one costs no copy,
and it is there before the object is replaced, so that a process killed in between loses nothing. One
lock per lake (a file, for milliseconds) makes sure that of two writers neither loses the other's object.
Their names do not end with `.parquet` and their folder is hidden, so that no glob over the lake meets them.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lakeside.errors import BackendUnavailable, PlanMoved
from lakeside.lake.keys import TEMPORARY_PREFIX, VERSIONS_FOLDER

logger = logging.getLogger(__name__)

_LOCK_NAME = VERSIONS_FOLDER  # inside the folder; no key can have it
_LOCK_PAUSE_SECONDS = 0.01
_NAME = re.compile(r"(?P<micros>[0-9]{20})_(?P<version>[0-9.]+-[0-9]+-[0-9]+)")
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A file in `.versions`: the version it was, when it stopped being the object, and its size."""

    path: Path
    version: str
    replaced_at: datetime
    size_bytes: int
    modified_at: datetime


def write_version(modified: float, size_bytes: int, inode: int) -> str:
    """The version of a file; the inode changes with every replacement, even within a clock tick."""
    return f"{modified:.6f}-{size_bytes}-{inode}"


def name_version(stat: os.stat_result) -> str:
    """The version of a file as listings have it."""
    return write_version(stat.st_mtime, stat.st_size, stat.st_ino)


class FolderVersions:
    """The earlier versions of one folder lake, at most `number` of each object. All raise OSError.

    `lock_seconds` is how long to wait for another process that keeps or drops a version.
    """

    def __init__(self, root: Path, number: int, lock_seconds: float = 30.0) -> None:
        self._lock_seconds = lock_seconds
        self._lake = root
        self._root = root / VERSIONS_FOLDER
        self.number = number

    @contextmanager
    def replacing(self, key: str, path: Path, expected: str | None = None) -> Iterator[None]:
        """Keep what lies at `path`, then let the block replace or remove it while no other process does.

        With `expected`, the version that should be there (empty: none), it is a restoration: nothing
        that is kept is dropped.

        Raises:
            PlanMoved: another version is there.
            BackendUnavailable: another process held the lock too long.
        """
        if not self.number and expected is None:
            yield
            return
        with self.locked():
            if expected is not None:
                _require(path, expected)
            kept = self.number > 0 and self._keep(key, path)
            yield
            if kept and expected is None:
                with suppress(OSError):  # too many versions are no reason to fail what has been done
                    self.drop(self.list_versions(key)[self.number :])

    def list_versions(self, key: str) -> list[KeptVersion]:
        """What is kept of a key, last replaced first."""
        try:
            entries = sorted(os.scandir(self._root / key), key=lambda entry: entry.name, reverse=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        return [kept for entry in entries if (kept := _read_entry(entry))]

    def find_path(self, key: str, version: str) -> Path:
        """The file of a version that is kept; FileNotFoundError when it is not."""
        for kept in self.list_versions(key):
            if kept.version == version:
                return kept.path
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), f"{key} {version}")

    def walk(self) -> Iterator[tuple[str, list[KeptVersion]]]:
        """Every key of which something is kept, in order, with what is kept."""
        for parent, folders, files in os.walk(self._root):
            folders.sort()
            key = Path(parent).relative_to(self._root).as_posix()
            if key != "." and any(_NAME.fullmatch(name) for name in files):
                yield key, self.list_versions(key)

    def drop(self, versions: list[KeptVersion]) -> None:
        """Remove kept versions for good, and the folders that are empty then."""
        for kept in versions:
            kept.path.unlink(missing_ok=True)
            for folder in kept.path.parents:
                if folder == self._root:
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break

    def drop_version(self, key: str, path: Path, version: str, is_live: bool) -> None:
        """Remove one version for good: what lies at `path` when it is the live one, else what is kept.

        Raises:
            PlanMoved: another version is live by now.
            FileNotFoundError: it is not kept any more.
        """
        with self.locked():
            if is_live:
                _require(path, version)
                path.unlink()
            else:
                kept = self.find_path(key, version)
                self.drop([one for one in self.list_versions(key) if one.path == kept])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """As long as the block lasts no other process keeps or drops a version."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / _LOCK_NAME).open("a") as lock:
            self._acquire(lock.fileno())
            yield

    def _acquire(self, descriptor: int) -> None:
        """Take the lock; it goes with the file, however the process ends."""
        deadline = time.monotonic() + self._lock_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise self._say_held(descriptor) from error
                time.sleep(_LOCK_PAUSE_SECONDS)
            except OSError as error:  # some network file systems know no locks; two writers must not meet
                context = {"lake": str(self._lake), "error": str(error)}
                logger.warning("the lake cannot be locked", extra=context)
                return
            else:
                return

    def _say_held(self, descriptor: int) -> BackendUnavailable:
        holder = _find_holder(descriptor)
        who = "another process" if holder is None else f"process {holder}"
        return BackendUnavailable(
            f"{self._lake} is being written by {who}, which did not finish within {self._lock_seconds:g} s.",
            f"Try again; if it stays, end what holds {self._root / _LOCK_NAME}, or raise "
            "LAKESIDE_RETENTION__LOCK_SECONDS.",
        )

    def _keep(self, key: str, path: Path) -> bool:
        """Whether something lay at `path`; it has a second name in `.versions` then."""
        source = Path(os.path.realpath(path))  # what a link stands for, not the link
        try:
            version = name_version(source.stat())
        except (FileNotFoundError, NotADirectoryError):
            return False
        if source.is_dir():
            raise IsADirectoryError(str(path))
        already = self.list_versions(key)
        if any(kept.version == version for kept in already):  # a process died right after it had kept it
            return True
        last = int(already[0].path.name[:20]) if already else 0
        folder = self._root / key
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        _link(source, folder / f"{max(time.time_ns() // 1000, last + 1):020d}_{version}")
        sync_folder(folder)
        for parent in folder.parents if is_new else ():
            sync_folder(parent)
            if parent == self._lake:
                break
        return True


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _find_holder(descriptor: int) -> int | None:
    """The process that holds a lock on this file, where the system tells (Linux: proc(5), /proc/locks)."""
    stat = os.fstat(descriptor)
    place = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    with suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()  # 1: FLOCK ADVISORY WRITE 4711 00:2d:1234 0 EOF; a waiting one has `->`
            if len(words) >= 6 and words[1] == "FLOCK" and words[5] == place:
                return int(words[4])
    return None


def _require(path: Path, expected: str) -> None:
    try:
        present = name_version(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        present = ""
    if present != expected:
        raise PlanMoved(
            f"{path} was {'replaced' if present and expected else 'written' if present else 'removed'} "
            "meanwhile; nothing was changed.",
            "Look at its versions again.",
        )


def _read_entry(entry: os.DirEntry[str]) -> KeptVersion | None:
    match = _NAME.fullmatch(entry.name)
    if match is None or not entry.is_file(follow_symlinks=False):  # no version of ours is a link
        return None
    try:
        stat = entry.stat()
    except FileNotFoundError:  # dropped meanwhile
        return None
    return KeptVersion(
        path=Path(entry.path),
        version=match["version"],
        replaced_at=datetime.fromtimestamp(int(match["micros"]) / 1e6, UTC),
        size_bytes=stat.st_size,
        modified_at=datetime.fromtimestamp(stat.st_mtime, UTC),
    )


def _link(source: Path, target: Path) -> None:
    """Give a file a second name; a copy with the same dates where the file system knows no hard links."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        temporary = target.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
        try:
            shutil.copy2(source, temporary)
            with temporary.open("rb") as copied:
                os.fsync(copied.fileno())
            temporary.replace(target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
