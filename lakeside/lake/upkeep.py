"""What a lake needs besides reading and writing: removing, metadata, sweeping, a health probe."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path

from lakeside.lake.errors import translated
from lakeside.lake.folder_versions import sync_folder
from lakeside.lake.keys import TEMPORARY_PREFIX
from lakeside.lake.objects import LakeObject
from lakeside.lake.storage import Kind, Storage

logger = logging.getLogger(__name__)

DAY_SECONDS = 86_400.0


def remove_object(storage: Storage, key: str) -> None:
    """See `Lake.remove_object`."""
    path = storage.path_of(key)
    with translated(storage.url_of(key)):
        if storage.kind is Kind.FOLDER:  # spares a command that only ingests the import of fsspec
            _remove_file(storage, key, Path(path))
        else:
            storage.filesystem.rm_file(path)
    storage.mark.change()


def remove_version(storage: Storage, found: LakeObject) -> None:
    """Remove exactly this version for good, live or not; a versioned bucket keeps what was live.

    Raises:
        NotFound: it is not there any more. PlanMoved: something else has taken its place.
    """
    path = storage.path_of(found.key)
    with translated(storage.url_of(found.key)):
        if storage.kind is Kind.GS:
            from lakeside.lake.gcs_versions import delete_generation

            delete_generation(storage.filesystem, path, found.version)
        elif storage.kind is Kind.FOLDER:
            storage.versions.drop_version(found.key, Path(path), found.version, found.is_live)
        else:
            storage.filesystem.rm_file(path)
    storage.mark.change()


def _remove_file(storage: Storage, key: str, path: Path) -> None:
    path.lstat()  # where there is nothing to remove, nothing is made either
    with storage.versions.replacing(key, path):
        path.unlink()
        sync_folder(path.parent)


def set_metadata(storage: Storage, key: str, metadata: Mapping[str, str]) -> None:
    """See `Lake.set_metadata`."""
    path = storage.path_of(key)
    if storage.kind is not Kind.GS:
        return
    from lakeside.lake.gcs import set_gcs_metadata

    with translated(storage.url_of(key)):
        set_gcs_metadata(storage.filesystem, path, metadata)
    storage.mark.change()


def sweep_temporary(storage: Storage, older_than_seconds: float) -> int:
    """See `Lake.sweep_temporary`."""
    if storage.kind is not Kind.FOLDER:
        return 0
    with translated(storage.location.url):
        folders = (Path(parent) for parent, _, _ in os.walk(storage.location.root))
        return sum(sweep_folder(folder, older_than_seconds) for folder in folders)


def sweep_folder(folder: Path, older_than_seconds: float = DAY_SECONDS) -> int:
    """Remove what dead writers left in one folder, and not below it; how many files."""
    oldest = time.time() - older_than_seconds
    stale = [path for path in folder.glob(f"{TEMPORARY_PREFIX}*") if _modified(path) <= oldest]
    for path in stale:
        path.unlink(missing_ok=True)
        logger.info("removed an unfinished write", extra={"path": str(path)})
    return len(stale)


def probe(storage: Storage) -> tuple[bool, bool | None]:
    """(exists, writable); writable is None when the service does not say. See `Lake.check_ready`."""
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs import find_gcs_rights, walk_gcs

        next(walk_gcs(storage.filesystem, storage.location.root, "", 0), None)
        rights = find_gcs_rights(storage.filesystem, storage.location.root.partition("/")[0])
        return True, None if rights is None else "storage.objects.create" in rights
    if storage.kind is Kind.MEMORY:
        return True, True
    folder = Path(storage.location.root)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(str(folder))
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    return folder.exists(), nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # its writer has just finished
        return float("inf")
