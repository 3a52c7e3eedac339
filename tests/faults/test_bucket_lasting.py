"""A bucket that says nothing, or a few bytes a second; whose login ends; in whose place another answers.

Unbounded, a slow answer would take days: the time limit of a test is the proof.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lakeside.errors import AccessDenied, BackendUnavailable
from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from tests.faults.whole import KEY
from tests.servers.fault_proxy import Fault, FaultProxy, run_fault_proxy
from tests.servers.tokens import TokenServer, open_login, serve_tokens
from tests.servers.versioned_gcs import VersionedBucket, run_versioned_gcs

pytestmark = pytest.mark.timeout(120)

FOR_EVER = 10_000
OLD, NEW = b"old" * 100, bytes(range(256)) * (9 << 12)  # 9 MB: two blocks
SESSION = r"/upload/.*upload_id"
Act = Callable[[Lake], object]


@pytest.fixture(scope="module")
def bucket() -> Iterator[VersionedBucket]:
    with run_versioned_gcs() as bucket:
        yield bucket


@pytest.fixture(scope="module")
def running(bucket: VersionedBucket) -> Iterator[FaultProxy]:
    with run_fault_proxy(bucket.url) as running:
        bucket.url = running.url  # it names itself in the address of an upload
        yield running


@pytest.fixture
def proxy(running: FaultProxy, bucket: VersionedBucket) -> Iterator[FaultProxy]:
    """The old object is there, and nothing is wrong yet."""
    running.clear()
    bucket.generations.clear()
    bucket.put(f"lake/{KEY}", OLD)
    yield running
    running.clear()


def open_lake(proxy: FaultProxy, login: Any = None, **bounds: float) -> Lake:
    settings = {"lake_url": "gs://versioned/lake", "storage_emulator_host": proxy.url, "bucket": bounds}
    return Lake.open(Settings.model_validate(settings), credentials=login)


def read(lake: Lake) -> bytes:
    with lake.open_reader(KEY) as file:
        return file.read()


def write(lake: Lake) -> None:
    with lake.open_writer(KEY) as file:
        file.write(NEW)


ACTS: dict[Act, tuple[str, str]] = {
    Lake.list_objects: ("GET", r"/o\?"),
    read: ("GET", "alt=media"),
    write: ("POST", SESSION),
}


def require_old(proxy: FaultProxy, bucket: VersionedBucket) -> None:
    """The bucket has the old object alone, and a lake shows it."""
    proxy.clear()
    assert [(g.name, g.content) for g in bucket.generations] == [(f"lake/{KEY}", OLD)]
    lake = open_lake(proxy)
    assert [found.key for found in lake.list_objects().objects] == [KEY]
    assert read(lake) == OLD


def list_errors(lake: Lake) -> list[str]:
    """What listing, reading and publishing end in, all three at once."""

    def find_error(act: Act) -> str:
        with pytest.raises(BackendUnavailable, match="gs://versioned/lake") as caught:
            act(lake)
        return str(caught.value)

    with ThreadPoolExecutor(len(ACTS)) as pool:
        return list(pool.map(find_error, ACTS))


def test_silence_is_given_up_after_three_tries(proxy: FaultProxy, bucket: VersionedBucket) -> None:
    released = threading.Event()
    for method, path in ACTS.values():
        proxy.add(Fault(method, path, call=lambda: released.wait(100), cut=True, times=FOR_EVER))
    errors = list_errors(open_lake(proxy, silent_seconds=0.3))
    released.set()
    for error in errors:
        assert "does not answer in time: nothing came for 0.3 s, 3 times in a row" in error
        assert "LAKESIDE_BUCKET__SILENT_SECONDS" in error
    assert sum(fault.hits for fault in proxy.faults) >= 3
    require_old(proxy, bucket)


def test_an_answer_a_few_bytes_at_a_time_is_given_up(proxy: FaultProxy, bucket: VersionedBucket) -> None:
    """Never silent for long, and never done."""
    for method, path in ACTS.values():
        proxy.add(Fault(method, path, status=200, answer=bytes(100_000), trickle=True, times=FOR_EVER))
    for error in list_errors(open_lake(proxy, call_seconds=2)):
        assert "does not answer in time: not done in 2 s (LAKESIDE_BUCKET__CALL_SECONDS)" in error
    assert any(fault.hits for fault in proxy.faults)
    require_old(proxy, bucket)


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with serve_tokens() as server:
        yield server


def test_a_login_that_ends_between_two_blocks_and_two_ranges_is_renewed(
    proxy: FaultProxy, tokens: TokenServer
) -> None:
    lake = open_lake(proxy, open_login(tokens))
    denied = b'{"error": {"code": 401, "message": "Invalid Credentials"}}'
    at_block = proxy.add(Fault("POST", SESSION, "token-0", skip=1, status=401, answer=denied, times=FOR_EVER))
    write(lake)
    at_range = proxy.add(
        Fault("GET", "alt=media", "token-1", skip=1, status=401, answer=denied, times=FOR_EVER)
    )
    with lake.open_reader(KEY) as file:
        assert b"".join(iter(lambda: file.read(1 << 20), b"")) == NEW
    assert (at_block.hits, at_range.hits) == (1, 1)
    assert tokens.given == ["token-0", "token-1", "token-2"]


def test_a_login_that_ends_and_cannot_be_renewed_leaves_the_old_object(
    proxy: FaultProxy, bucket: VersionedBucket, tokens: TokenServer
) -> None:
    def revoke() -> None:
        tokens.is_revoked = True

    proxy.add(Fault("*", SESSION, skip=1, status=401, reason="authError", call=revoke, times=FOR_EVER))
    with pytest.raises(AccessDenied, match=r"gs://versioned/lake/data.* may not be used") as caught:
        write(open_lake(proxy, open_login(tokens)))
    assert "gcloud auth" in caught.value.hint
    require_old(proxy, bucket)


def test_what_answers_in_the_buckets_place_is_not_believed(
    proxy: FaultProxy, bucket: VersionedBucket
) -> None:
    """A page that asks for a login of another kind: it is neither a listing, nor bytes, nor a thank you."""
    page = {"Content-Type": "text/html; charset=utf-8"}
    for method, path in ACTS.values():
        proxy.add(Fault(method, path, status=200, answer=b"<html>Log in", headers=page, times=FOR_EVER))
    listed, was_read, written = list_errors(open_lake(proxy))
    assert "cannot be reached: 12 bytes came where 300 were asked for" in was_read
    for error in (listed, written):
        assert "cannot be reached: what answers is not Google Cloud Storage but an HTML page" in error
    require_old(proxy, bucket)


def test_redirects_end_and_another_host_is_not_given_the_login(
    proxy: FaultProxy, bucket: VersionedBucket, tokens: TokenServer
) -> None:
    again = {"Location": f"{proxy.url}/storage/v1/b/versioned/o?again=1"}
    circle = proxy.add(Fault("GET", "/o", status=302, headers=again, times=FOR_EVER))
    with pytest.raises(BackendUnavailable, match=r"gs://versioned/lake.* it redirects without end"):
        open_lake(proxy).list_objects()
    assert circle.hits
    proxy.clear()
    with run_fault_proxy(bucket.url) as other:
        denied = other.add(Fault("*", "/", status=401, reason="required", times=FOR_EVER))
        there = {"Location": f"{other.url}/storage/v1/b/versioned/o"}
        proxy.add(Fault("GET", "/o", status=307, headers=there, times=FOR_EVER))
        with pytest.raises(AccessDenied, match=r"gs://versioned/lake.* may not be used"):
            open_lake(proxy, open_login(tokens)).list_objects()
        assert denied.hits
        assert (proxy.tokens, other.tokens) == (set(tokens.given), set())
    require_old(proxy, bucket)
