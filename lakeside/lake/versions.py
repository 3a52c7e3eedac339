"""What an object is and was: its versions, one of them by name, and bringing an old one back.

A folder keeps them in `.versions`, a versioned bucket as generations, memory not at all. Versions of one
object are LakeObjects of one key; footers and ranges are read of exactly the version that is handed over.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from lakeside.errors import NotFound, SettingsError
from lakeside.lake.errors import translated
from lakeside.lake.folder_versions import KeptVersion
from lakeside.lake.layout import find_month
from lakeside.lake.listing import as_object, find_object, get_object
from lakeside.lake.objects import LakeObject, VersionListing
from lakeside.lake.storage import Kind, Storage
from lakeside.lake.writing import open_writer

LIVE = "live"
_COPY_BYTES = 4 << 20
_LONGEST_POSITION = 4  # digits; generations and the versions of a folder are longer


def list_versions(storage: Storage, key: str, limit: int) -> VersionListing:
    """See `Lake.list_versions`."""
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs_versions import list_generations

        with translated(storage.url_of(key)):
            resources, truncated = list_generations(storage.filesystem, storage.path_of(key), limit)
        return VersionListing(key, [as_object(key, one) for one in resources], truncated)
    live = find_object(storage, key)
    kept: list[KeptVersion] = []
    if storage.kind is Kind.FOLDER:
        with translated(storage.url_of(key)):
            kept = storage.versions.list_versions(key)
    # A process that died right after it had kept the live object leaves it in both places.
    earlier = [as_earlier(key, one) for one in kept if live is None or one.version != live.version]
    versions = [*([live] if live else []), *earlier]
    return VersionListing(key, versions[:limit], len(versions) > limit)


def as_earlier(key: str, kept: KeptVersion) -> LakeObject:
    """A version that a folder keeps, as a LakeObject."""
    dataset, month = find_month(key) or (None, None)
    return LakeObject(
        key,
        kept.size_bytes,
        kept.modified_at,
        kept.version,
        dataset=dataset,
        month=month,
        replaced_at=kept.replaced_at,
    )


def get_version(listing: VersionListing, name: str) -> LakeObject:
    """A version by its name, the beginning of one, `live`, or its place: 1 is the newest earlier one.

    Raises:
        NotFound: there is none; SettingsError: several begin so.
    """
    hint = f"`lakeside versions {listing.key}` lists them."
    if name == LIVE:
        if listing.live is None:
            raise NotFound(f"{listing.key} is not in the lake any more.", hint)
        return listing.live
    if name.isdecimal() and len(name) <= _LONGEST_POSITION:
        if not 1 <= int(name) <= len(listing.earlier):
            raise NotFound(f"{listing.key} has {len(listing.earlier)} earlier versions, not {name}.", hint)
        return listing.earlier[int(name) - 1]
    found = [one for one in listing.versions if one.version == name]
    found = found or [one for one in listing.versions if name and one.version.startswith(name)]
    if not found:
        raise NotFound(f"{listing.key} has no version {name}.", hint)
    if len(found) > 1:
        raise SettingsError(f"{len(found)} versions of {listing.key} begin with {name}.", hint)
    return found[0]


def restore_version(storage: Storage, version: LakeObject, replacing: str) -> LakeObject:
    """See `Lake.restore_version`."""
    url = storage.url_of(version.key)
    if storage.kind is Kind.GS:
        from lakeside.lake.gcs_versions import rewrite_generation

        with translated(url):
            path = storage.path_of(version.key)
            rewrite_generation(storage.filesystem, path, version.version, replacing or "0")
        storage.mark.change()
    elif storage.kind is Kind.FOLDER:
        with translated(url):
            source = storage.versions.find_path(version.key, version.version)
        _copy(storage, source, version.key, replacing)
    else:
        raise NotFound(f"{url} has no earlier versions: memory keeps none.")
    return get_object(storage, version.key)


def _copy(storage: Storage, source: Path, key: str, replacing: str) -> None:
    with open_writer(storage, key, replacing) as target, translated(str(source)), source.open("rb") as old:
        shutil.copyfileobj(old, target, _COPY_BYTES)
