"""What a key may look like. Keys are relative to the lake's root, use `/` and never climb out of it."""

from __future__ import annotations

import re

from lakeside.errors import SettingsError

TEMPORARY_PREFIX = ".lakeside-tmp-"
VERSIONS_FOLDER = ".versions"  # of a folder lake: what objects were before they were replaced or removed
MAXIMUM_KEY_BYTES = 1024  # Google Cloud Storage, "Object name requirements"
MAXIMUM_NAME_BYTES = 255  # NAME_MAX of the file systems a folder lake lies on

# What nearly all keys are, told in one look: short segments of letters, digits and plain signs, no dot first.
_USUAL = re.compile(r"(?:[A-Za-z0-9_=-][A-Za-z0-9_=.-]{0,200}/){0,4}[A-Za-z0-9_=-][A-Za-z0-9_=.-]{0,200}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def check_key(key: str) -> str:
    """The key itself, when it names an object inside the lake.

    Raises:
        SettingsError: the key is empty, too long, absolute, climbs (`..`), has an empty segment, a
            backslash or a control character, or is one of the lake's own names; the message says which.
    """
    _refuse(key, _find_fault(key))
    return key


def check_prefix(prefix: str) -> str:
    """The prefix itself, when keys can begin with it; the empty one begins every key.

    Raises:
        SettingsError: no key of the lake can begin so, for what `check_key` would say of it.
    """
    if prefix and not is_valid_key(prefix):
        _refuse(prefix, _find_fault(f"{prefix}x"))
    return prefix


def is_valid_key(key: str) -> bool:
    """Whether `check_key` would let the key pass."""
    return _find_fault(key) is None


def is_temporary(name: str) -> bool:
    """Whether a key or file name is one of the lake's own temporary names."""
    return TEMPORARY_PREFIX in name and any(s.startswith(TEMPORARY_PREFIX) for s in name.split("/"))


def is_internal(name: str) -> bool:
    """Whether a key, folder or file name is the lake's own: unfinished, or an earlier version."""
    return is_temporary(name) or (VERSIONS_FOLDER in name and VERSIONS_FOLDER in name.split("/"))


def _refuse(key: str, reason: str | None) -> None:
    if reason:
        raise SettingsError(
            f"{key!r} is not the name of a lake object: {reason}.",
            "Names are relative to the lake, for example data/green/green_tripdata_2020-10.parquet.",
        )


def _find_fault(key: str) -> str | None:
    if _USUAL.fullmatch(key):
        return None
    segments = key.split("/")
    faults = (
        (not key, "it is empty"),
        (key.startswith("/"), "it is absolute"),
        ("" in segments, "it has an empty segment"),
        (bool({".", ".."} & set(segments)), "it climbs with . or .."),
        ("\\" in key, "it has a backslash"),
        (bool(_CONTROL.search(key)), "it has a control character"),
        (not _is_encodable(key), "it is not valid Unicode"),
        (_is_too_long(segments), "it is too long"),
        (is_temporary(key), f"{TEMPORARY_PREFIX} is reserved for unfinished writes"),
        (VERSIONS_FOLDER in segments, f"{VERSIONS_FOLDER} is reserved for earlier versions"),
    )
    return next((reason for broken, reason in faults if broken), None)


def _is_encodable(key: str) -> bool:
    # A file name on Linux is bytes; what does not decode arrives as lone surrogates.
    return not any("\ud800" <= character <= "\udfff" for character in key)


def _is_too_long(segments: list[str]) -> bool:
    sizes = [len(segment.encode("utf-8", "surrogatepass")) for segment in segments]
    return max(sizes) > MAXIMUM_NAME_BYTES or sum(sizes) + len(sizes) > MAXIMUM_KEY_BYTES
