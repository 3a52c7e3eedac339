"""Generations of an object in a bucket, by the JSON API.

Facts from Google's reference of storage.objects: a listing with `versions=true` has noncurrent objects too,
sorted by name and then by generation; only they have `timeDeleted`, the time they became noncurrent.
`rewriteTo` copies inside the service, in as many calls as it wants, each answering with a token until `done`;
`ifGenerationMatch=0` means that there must be no live object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gcsfs.core import GCSFileSystem

from lakeside.errors import AccessDenied, LakesideError, PlanMoved
from lakeside.lake.errors import translate
from lakeside.lake.gcs import PAGE_OBJECTS

_FIELDS = "name,size,updated,timeCreated,timeDeleted,generation,metadata"
_MAXIMUM_PAGES = 10  # of 1,000; objects whose longer names begin with this one's are listed too
_MAXIMUM_CALLS = 1_000


def list_generations(
    filesystem: GCSFileSystem, path: str, limit: int
) -> tuple[list[Mapping[str, Any]], bool]:
    """(resources, truncated): the live generation first, then the newest `limit` noncurrent ones."""
    bucket, _, name = path.partition("/")
    found: list[Mapping[str, Any]] = []
    token = None
    for _ in range(_MAXIMUM_PAGES):
        page = filesystem.call(
            "GET",
            "b/{}/o",
            bucket,
            json_out=True,
            prefix=name,
            versions="true",
            maxResults=PAGE_OBJECTS,
            pageToken=token,
            fields=f"nextPageToken,items({_FIELDS})",
        )
        items = page.get("items", [])
        found += [item for item in items if item["name"] == name]
        token = page.get("nextPageToken")
        if not token or any(item["name"] > name for item in items):
            token = None
            break
    newest = sorted(found, key=lambda one: ("timeDeleted" not in one, int(one["generation"])), reverse=True)
    return newest[:limit], len(newest) > limit or token is not None


def rewrite_generation(filesystem: GCSFileSystem, path: str, generation: str, replacing: str) -> None:
    """Copy a generation to a new live one, if `replacing` (0: none) is the live one now.

    Raises:
        PlanMoved: it is not; nothing was changed.
    """
    bucket, _, name = path.partition("/")
    wanted = {"sourceGeneration": generation, "ifGenerationMatch": replacing}
    token = None
    for _ in range(_MAXIMUM_CALLS):
        place = (bucket, name, bucket, name)
        try:
            answer = filesystem.call(
                "POST", "b/{}/o/{}/rewriteTo/b/{}/o/{}", *place, json_out=True, rewriteToken=token, **wanted
            )
        except FileExistsError as error:  # gcsfs: HTTP 412, the precondition does not hold
            if _has_content(filesystem, path, generation):
                return
            raise PlanMoved(
                f"gs://{path} was replaced or removed meanwhile; nothing was changed.",
                "Look at its versions again.",
            ) from error
        if answer.get("done"):
            return
        token = answer["rewriteToken"]
    raise LakesideError(
        f"gs://{path} could not be restored in {_MAXIMUM_CALLS:,} calls; nothing was changed."
    )


def _has_content(filesystem: GCSFileSystem, path: str, generation: str) -> bool:
    """Whether the live object holds what a generation holds: the copy was made and only its answer lost."""
    bucket, _, name = path.partition("/")
    options = {"json_out": True, "fields": "size,crc32c"}
    try:
        live = filesystem.call("GET", "b/{}/o/{}", bucket, name, **options)
        wanted = filesystem.call("GET", "b/{}/o/{}", bucket, name, generation=generation, **options)
    except FileNotFoundError:
        return False
    return "crc32c" in live and all(live.get(name) == wanted.get(name) for name in ("size", "crc32c"))


def delete_generation(filesystem: GCSFileSystem, path: str, generation: str) -> None:
    """Remove an object if this generation is the live one; with Object Versioning it becomes noncurrent.

    Raises:
        PlanMoved: another generation is live by now.
    """
    bucket, _, name = path.partition("/")
    try:
        filesystem.call("DELETE", "b/{}/o/{}", bucket, name, ifGenerationMatch=generation)
    except FileExistsError as error:
        raise PlanMoved(f"gs://{path} was replaced meanwhile; it was not removed.") from error


def read_bucket(filesystem: GCSFileSystem, bucket: str) -> Mapping[str, Any] | None:
    """Versioning, lifecycle and soft delete of a bucket; None where we may not look."""
    try:
        resource: Mapping[str, Any] = filesystem.call(
            "GET", "b/{}", bucket, json_out=True, fields="versioning,lifecycle,softDeletePolicy"
        )
    except Exception as error:
        if isinstance(translate(error, f"gs://{bucket}"), AccessDenied):
            return None
        raise
    return resource
