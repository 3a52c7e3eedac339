"""Where a lake lies and the fsspec filesystem that reaches it, opened on first use."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lakeside.errors import AccessDenied, SettingsError
from lakeside.google_access import DEFAULT_ACCESS, GoogleAccess
from lakeside.lake.change_mark import ChangeMark
from lakeside.lake.errors import translated
from lakeside.lake.folder_versions import FolderVersions
from lakeside.lake.keys import check_key
from lakeside.lake.where.verdicts import Verdicts
from lakeside.settings import PROJECT_ROOT, BucketSettings, RetentionSettings

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


class Kind(StrEnum):
    """What a lake lies on."""

    FOLDER = "folder"
    MEMORY = "memory"  # one process, for tests
    GS = "gs"


@dataclass(frozen=True, slots=True)
class Location:
    """A parsed lake URL: `root` is the path without protocol and trailing slash, `url` is for people."""

    kind: Kind
    root: str
    url: str

    @classmethod
    def parse(cls, text: str) -> Location:
        """Read a folder, file://, gs://bucket/prefix or memory://name.

        Raises:
            SettingsError: another scheme, no bucket, or a host in a file:// URL.
        """
        if not text or "\0" in text:
            raise SettingsError(f"LAKESIDE_LAKE_URL: {text!r} is empty or not a path.", "Name a folder.")
        if "://" not in text:
            return cls._of_folder(_expand_user(text))
        scheme, _, rest = text.partition("://")
        if scheme == "file":
            return cls._of_file_url(text)
        if scheme not in (Kind.GS, Kind.MEMORY):
            raise SettingsError(
                f"LAKESIDE_LAKE_URL: {scheme}:// is not a place a lake can lie.",
                "Use a folder, file:///folder or gs://bucket/prefix.",
            )
        rest = rest.rstrip("/")
        if not rest or rest.startswith("/"):
            raise SettingsError(f"LAKESIDE_LAKE_URL: {text!r} names no bucket.", "Use gs://bucket/prefix.")
        check_key(rest)
        root = rest if scheme == Kind.GS else f"/{rest}"
        return cls(Kind(scheme), root, f"{scheme}://{rest}")

    @classmethod
    def _of_folder(cls, path: Path) -> Location:
        absolute = str(path if path.is_absolute() else (PROJECT_ROOT / path).resolve())
        root = absolute.rstrip("/") or "/"
        return cls(Kind.FOLDER, root, root)

    @classmethod
    def _of_file_url(cls, text: str) -> Location:
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
            raise SettingsError(
                f"LAKESIDE_LAKE_URL: {text!r} names another machine.",
                "Write three slashes: file:///srv/lake.",
            )
        return cls._of_folder(Path(unquote(parts.path)))


def _expand_user(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:  # ~someone who does not exist
        raise SettingsError(f"LAKESIDE_LAKE_URL: {text!r}: {error}", "Write the folder in full.") from error


class Storage:
    """A location and its filesystem. Threads share one; listings are never cached.

    `access` says how Google is reached (gs only).
    `kept` says how many earlier versions of an object a folder keeps, `mark` is what writes leave behind
    for those who keep listings. `bounds` are those of calls to a bucket.
    """

    def __init__(
        self,
        location: Location,
        access: GoogleAccess = DEFAULT_ACCESS,
        kept: RetentionSettings | None = None,
        mark: ChangeMark | None = None,
        bounds: BucketSettings | None = None,
    ) -> None:
        self.location = location
        self.mark = mark or ChangeMark(None)
        kept = kept or RetentionSettings(versions=0)
        self.versions = FolderVersions(Path(location.root), kept.versions, kept.lock_seconds)  # folders only
        self.access = access
        self.bounds = bounds or BucketSettings()
        self.verdicts = Verdicts()
        self._filesystem: AbstractFileSystem | None = None
        self._lock = threading.Lock()

    @property
    def kind(self) -> Kind:
        return self.location.kind

    @property
    def filesystem(self) -> AbstractFileSystem:
        """The filesystem, connected on first use.

        Raises:
            AccessDenied: no Google login is found (gs only).
        """
        with self._lock:
            if self._filesystem is None:
                with translated(self.location.url):
                    self._filesystem = _open_filesystem(self)
            return self._filesystem

    def path_of(self, key: str) -> str:
        """The filesystem's path of a key, for whoever is about to read or write there.

        Raises:
            SettingsError: the key is not valid.
            AccessDenied: a link on the way leads out of the lake's folder.
        """
        path = f"{self.location.root.rstrip('/')}/{check_key(key)}"
        if not self.holds(path):
            raise AccessDenied(
                f"{self.url_of(key)} lies behind a link that leads out of the lake.",
                "Put the file itself into the lake, or make a folder that holds both the lake.",
            )
        return path

    def holds(self, path: str) -> bool:
        """Whether a path of the lake is in it once links are followed; only a folder has links."""
        if self.kind is not Kind.FOLDER:
            return True
        root = os.path.realpath(self.location.root).rstrip("/")
        return os.path.realpath(path).startswith(f"{root}/")

    def url_of(self, key: str) -> str:
        """The key's URL or absolute path, for people and provenance."""
        return f"{self.location.url.rstrip('/')}/{check_key(key)}"


def _open_filesystem(storage: Storage) -> AbstractFileSystem:
    # Fresh instances without a directory cache: two lakes never share state, no listing is stale.
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs import open_gcs

        return open_gcs(storage.access, storage.bounds)
    if storage.kind is Kind.MEMORY:
        from fsspec.implementations.memory import MemoryFileSystem

        return MemoryFileSystem(skip_instance_cache=True, use_listings_cache=False)
    from fsspec.implementations.local import LocalFileSystem

    return LocalFileSystem(skip_instance_cache=True, use_listings_cache=False)
