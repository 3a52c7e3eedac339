"""Google Cloud Storage through gcsfs: how it is opened, and the calls where fsspec says too little.

Imported only for gs:// lakes. Login is what was given, else Application Default Credentials; an emulator
needs none.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from typing import Any

# gcsfs reads this at import. Its default asks every bucket over gRPC whether it is zonal, which an
# emulator and many firewalls do not answer: each operation would wait a minute.
os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")

import aiohttp
from gcsfs.core import GCSFileSystem
from gcsfs.retry import HttpError, retry_request

from lakeside.google_access import GoogleAccess, renew_login
from lakeside.settings import BucketSettings

# gcsfs logs every failure with its traceback before it raises; ours are raised, translated, and logged once.
logging.getLogger("gcsfs").setLevel(logging.CRITICAL)

# A refused connection is known after 4 s, a service that accepts and then keeps silent after 50 s.
ATTEMPTS = 3  # pauses of 1-2 s and 2-3 s between them
CONNECT_SECONDS = 10
PAGE_OBJECTS = 1_000  # the service's own maximum
_REQUEST_ONCE = GCSFileSystem._request.__wrapped__  # without gcsfs's own six tries
_FIELDS = "name,size,updated,generation,metadata"


class BoundedGCSFileSystem(GCSFileSystem):  # type: ignore[misc]
    """gcsfs with bounds: three tries instead of six, and seconds for all of them together.

    Files read nothing ahead unless asked: gcsfs's own default starts background tasks that outlive the
    files Arrow leaves open, and complain at the end of the process.
    """

    async def _request(self, *arguments: Any, **named: Any) -> Any:
        """One call, its further tries included; TimeoutError says which bound it met."""
        bounds = self.requests_timeout
        try:
            async with asyncio.timeout(bounds.total):
                return await self._tries(*arguments, **named)
        except aiohttp.ServerTimeoutError as error:
            silence = f"nothing came for {bounds.sock_read:g} s, {ATTEMPTS} times in a row"
            raise TimeoutError(f"{silence} (LAKESIDE_BUCKET__SILENT_SECONDS)") from error
        except TimeoutError as error:
            raise TimeoutError(f"not done in {bounds.total:g} s (LAKESIDE_BUCKET__CALL_SECONDS)") from error

    @retry_request(retries=ATTEMPTS)  # type: ignore[untyped-decorator]  # gcsfs has no types
    async def _tries(self, *arguments: Any, **named: Any) -> Any:
        """The call; where the service refuses a login that was good a moment ago, with a new one."""
        refused = getattr(self.credentials.credentials, "token", None)
        try:
            answer = await _REQUEST_ONCE(self, *arguments, **named)
        except HttpError as error:
            if str(error.code) != "401" or not await asyncio.to_thread(self._renew_login, refused):
                raise
            answer = await _REQUEST_ONCE(self, *arguments, **named)
        except aiohttp.TooManyRedirects as error:
            raise ConnectionError("it redirects without end") from error
        if named.get("alt") != "media" and answer[1].get("Content-Type", "").startswith("text/html"):
            raise ConnectionError("what answers is not Google Cloud Storage but an HTML page")
        return answer

    def _renew_login(self, refused: str | None) -> bool:
        """Whether there is another token than the one that was refused; several threads ask for one."""
        login = self.credentials.credentials
        with self.credentials.lock:
            if refused is None or login is None or login.token != refused:
                return bool(login)
            return renew_login(login)

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        return super()._open(path, mode, **{"cache_type": "none", **options})


def open_gcs(access: GoogleAccess, bounds: BucketSettings) -> BoundedGCSFileSystem:
    """A filesystem of its own, without caches; raises google.auth's errors when there is no login."""
    default = "anon" if access.endpoint else "google_default"
    return BoundedGCSFileSystem(
        token=default if access.credentials is None else access.credentials,
        endpoint_url=access.endpoint,
        skip_instance_cache=True,
        use_listings_cache=False,
        requests_timeout=aiohttp.ClientTimeout(
            total=bounds.call_seconds, sock_connect=CONNECT_SECONDS, sock_read=bounds.silent_seconds
        ),
        consistency="md5",  # what the service received is compared with what was sent
    )


def walk_gcs(
    filesystem: GCSFileSystem, root: str, prefix: str, limit: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(key, resource) of the objects under a prefix, in the order of names, a page at a time."""
    bucket, _, folder = root.partition("/")
    base = f"{folder}/" if folder else ""
    token = None
    while True:
        page = filesystem.call(
            "GET",
            "b/{}/o",
            bucket,
            json_out=True,
            prefix=f"{base}{prefix}",
            maxResults=min(PAGE_OBJECTS, limit + 1),
            pageToken=token,
            fields=f"nextPageToken,items({_FIELDS})",
        )
        for item in page.get("items", []):
            if not item["name"].endswith("/"):  # the empty objects consoles make for folders
                yield item["name"].removeprefix(base), item
        token = page.get("nextPageToken")
        if not token:
            return


def get_gcs_object(filesystem: GCSFileSystem, path: str) -> Mapping[str, Any]:
    """One object's resource; FileNotFoundError when there is none."""
    bucket, _, name = path.partition("/")
    resource = filesystem.call("GET", "b/{}/o/{}", bucket, name, json_out=True, fields=_FIELDS)
    return {"type": "file", **resource}


def read_gcs_range(filesystem: GCSFileSystem, path: str, generation: str, span: tuple[int, int]) -> bytes:
    """Bytes of one generation.

    Raises:
        FileNotFoundError: it has been replaced.
        ConnectionError: other bytes came than were asked for, as from a page that asks for a login.
    """
    bucket, _, name = path.partition("/")
    start, end = span
    if end <= start:
        return b""
    _, content = filesystem.call(
        "GET",
        "b/{}/o/{}",
        bucket,
        name,
        alt="media",
        generation=generation,
        headers={"Range": f"bytes={start}-{end - 1}"},
    )
    if len(content) != end - start:
        raise ConnectionError(f"{len(content):,} bytes came where {end - start:,} were asked for")
    return bytes(content)


def set_gcs_metadata(filesystem: GCSFileSystem, path: str, metadata: Mapping[str, str]) -> None:
    """Add to an object's custom metadata; what is there under other names stays."""
    bucket, _, name = path.partition("/")
    filesystem.call("PATCH", "b/{}/o/{}", bucket, name, json={"metadata": dict(metadata)})


def find_gcs_rights(filesystem: GCSFileSystem, bucket: str) -> list[str] | None:
    """Which of the rights a lake needs we have on a bucket that exists; None when the service cannot say."""
    wanted = [f"storage.objects.{verb}" for verb in ("create", "delete", "get", "list")]
    try:
        answer = filesystem.call("GET", "b/{}/iam/testPermissions", bucket, json_out=True, permissions=wanted)
    except FileNotFoundError:  # emulators do not know the call
        return None
    return list(answer.get("permissions", []))
