"""Listing objects and looking one up, on every kind of lake, without ever caching."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from lakeside.errors import NotFound
from lakeside.lake.errors import translated
from lakeside.lake.folder_versions import write_version
from lakeside.lake.keys import check_key, check_prefix, is_internal, is_valid_key
from lakeside.lake.layout import find_month
from lakeside.lake.objects import LakeObject, ObjectListing
from lakeside.lake.storage import Kind, Storage

logger = logging.getLogger(__name__)


def list_objects(storage: Storage, prefix: str, limit: int) -> ObjectListing:
    """The first `limit` objects whose key starts with `prefix`, sorted by key."""
    listed_at = datetime.now(UTC)
    check_prefix(prefix)
    limit = max(0, limit)
    with translated(storage.location.url):
        objects = list(islice(_walk_objects(storage, prefix, limit), limit + 1))
    return ObjectListing(objects[:limit], len(objects) > limit, listed_at)


def find_object(storage: Storage, key: str) -> LakeObject | None:
    """One object by its key, or None."""
    check_key(key)
    with translated(storage.url_of(key)):
        try:
            info = _stat(storage, key)
        except (FileNotFoundError, NotADirectoryError):
            return None
    return as_object(key, info) if info["type"] == "file" else None


def get_object(storage: Storage, key: str) -> LakeObject:
    """One object by its key; NotFound when it is not there."""
    found = find_object(storage, key)
    if found is None:
        raise NotFound(f"{storage.url_of(key)} does not exist.", "List the lake to see what is there.")
    return found


def as_object(key: str, info: Mapping[str, Any]) -> LakeObject:
    """A LakeObject from what fsspec says about a file."""
    dataset, month = find_month(key) or (None, None)
    modified_at, version = _date_and_version(info)
    metadata = {k: v for k, v in (info.get("metadata") or {}).items() if k.startswith("lakeside-")}
    size_bytes, replaced = int(info["size"]), info.get("timeDeleted")  # noncurrent generations have it
    replaced_at = datetime.fromisoformat(replaced) if replaced else None
    return LakeObject(key, size_bytes, modified_at, version, dataset, month, metadata, replaced_at)


def find_version(info: Mapping[str, Any]) -> str:
    """The version of a file as listings have it, from what fsspec says about it."""
    return _date_and_version(info)[1]


def _stat(storage: Storage, key: str) -> Mapping[str, Any]:
    path = storage.path_of(key)
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs import get_gcs_object

        return get_gcs_object(storage.filesystem, path)
    return dict(storage.filesystem.info(path))


def _date_and_version(info: Mapping[str, Any]) -> tuple[datetime, str]:
    if "generation" in info:  # Google Cloud Storage
        return datetime.fromisoformat(info["updated"]), str(info["generation"])
    if "mtime" in info:  # folder
        modified_at = datetime.fromtimestamp(info["mtime"], UTC)
        return modified_at, write_version(info["mtime"], info["size"], info["ino"])
    created = info["created"]  # memory: a datetime from info(), seconds from ls()
    created_at = created if isinstance(created, datetime) else datetime.fromtimestamp(created, UTC)
    return created_at, f"{created_at.timestamp():.6f}-{info['size']}"


def _walk_objects(storage: Storage, prefix: str, limit: int) -> Iterator[LakeObject]:
    for key, info in _walk(storage, prefix, limit):
        if is_internal(key) or not key.startswith(prefix):
            continue
        if not is_valid_key(key):
            logger.warning("an object's name cannot be a key, it is not listed", extra={"object": repr(key)})
            continue
        yield as_object(key, info)


def _walk(storage: Storage, prefix: str, limit: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs import walk_gcs

        return walk_gcs(storage.filesystem, storage.location.root, prefix, limit)
    folder = prefix.rpartition("/")[0]
    if folder:
        storage.path_of(folder)  # refuses a link that leads out of the lake
    return _walk_folder(storage, folder, prefix)


def _walk_folder(storage: Storage, folder: str, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Depth first in the order of keys, so that a limit stops the walk early."""
    root = storage.location.root
    path = os.path.join(root, folder) if folder else root  # noqa: PTH118
    try:
        entries = storage.filesystem.ls(path, detail=True)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.isfile(root):  # noqa: PTH113
            raise NotADirectoryError(root) from None
        return
    if len(entries) == 1 and entries[0]["name"] == path:
        if folder:  # an object lies where the prefix expects a folder
            return
        raise NotADirectoryError(path)
    named = [(_name_of(entry, folder), entry) for entry in entries]
    for key, entry in sorted(named, key=lambda pair: pair[0]):
        if entry["type"] == "file":
            yield key, entry
        elif entry["type"] == "directory" and (key.startswith(prefix) or prefix.startswith(key)):
            if is_internal(key):
                continue
            yield from _walk_folder(storage, key.rstrip("/"), prefix)
        elif entry.get("islink"):  # a link to a file is an object; a link to a folder may run in circles
            if not storage.holds(entry["name"]):
                logger.warning("a link leads out of the lake, it is not listed", extra={"object": repr(key)})
                continue
            with suppress(FileNotFoundError):
                target = storage.filesystem.info(entry["name"])
                if target["type"] == "file":
                    yield key, target


def _name_of(entry: Mapping[str, Any], folder: str) -> str:
    name = entry["name"].rpartition("/")[2]
    key = f"{folder}/{name}" if folder else name
    return f"{key}/" if entry["type"] == "directory" else key
