"""A bucket that refuses, cuts, loses answers and changes, behind the real client and a proxy that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lakeside.errors import AccessDenied, BackendUnavailable, LakesideError
from lakeside.lake.lake import Lake
from lakeside.services import Services, open_services
from lakeside.settings import Settings, SourceSettings
from tests.faults.whole import GREEN, KEY, MONTH, Whole, look, require_equal, run, write_csv
from tests.servers.fault_proxy import Fault, FaultProxy, run_fault_proxy
from tests.servers.versioned_gcs import VersionedBucket, run_versioned_gcs

OLD_ROWS, NEW_ROWS = 300, 2_000
SESSION = r"/upload/.*upload_id"  # blocks of a resumable upload
LARGE = bytes(range(256)) * (9 << 12)  # 9 MB: two blocks


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
def proxy(running: FaultProxy, bucket: VersionedBucket) -> FaultProxy:
    running.clear()
    bucket.generations.clear()
    return running


@pytest.fixture
def lake(proxy: FaultProxy) -> Lake:
    return Lake.open(Settings(lake_url="gs://versioned/lake", storage_emulator_host=proxy.url))


@pytest.fixture
def services(proxy: FaultProxy, tmp_path: Path) -> Services:
    """A published month whose source has another file now."""
    settings = Settings(
        home=tmp_path / "home",
        lake_url="gs://versioned/lake",
        storage_emulator_host=proxy.url,
        sources=SourceSettings(archive_url=f"file://{tmp_path}/{{dataset}}-{{year}}-{{month}}.csv"),
    )
    services = open_services(settings)
    (tmp_path / "green-2020-10.csv").write_bytes(write_csv(OLD_ROWS, 1))
    run(services, load=False)
    (tmp_path / "green-2020-10.csv").write_bytes(write_csv(NEW_ROWS, 2))
    proxy.requests.clear()
    return services


def write(lake: Lake, key: str, content: bytes) -> None:
    with lake.open_writer(key) as file:
        file.write(content)


def read(lake: Lake, key: str) -> bytes:
    with lake.open_reader(key) as file:
        return file.read()


def test_an_upload_that_is_interrupted_at_every_step_arrives_once(
    lake: Lake, proxy: FaultProxy, bucket: VersionedBucket
) -> None:
    """429 at its begin, the answer to a block lost, and the last answer too."""
    faults = [
        proxy.add(Fault("POST", "uploadType=resumable", status=429, reason="rateLimitExceeded")),
        proxy.add(Fault("POST", SESSION, forwarded=True, cut=True)),
        proxy.add(Fault("POST", SESSION, skip=1, forwarded=True, status=503)),
    ]
    write(lake, KEY, LARGE)
    assert [fault.hits for fault in faults] == [1, 1, 1]
    assert read(lake, KEY) == LARGE
    assert [g.name for g in bucket.generations] == [f"lake/{KEY}"]


@pytest.mark.parametrize(
    ("fault", "error", "retryable"),
    [
        (Fault("POST", SESSION, status=503, times=9), BackendUnavailable, True),
        (Fault("POST", SESSION, status=403, reason="forbidden", times=9), AccessDenied, False),
        (Fault("POST", SESSION, status=401, reason="authError", times=9), AccessDenied, False),
    ],
    ids=["503", "403", "login expired"],
)
def test_an_upload_that_fails_for_good_leaves_the_old_object(
    lake: Lake, proxy: FaultProxy, fault: Fault, error: type[LakesideError], retryable: bool
) -> None:
    write(lake, KEY, b"old")
    proxy.add(fault)
    with pytest.raises(error, match="gs://versioned/lake/data") as caught:
        write(lake, KEY, LARGE)
    assert caught.value.retryable is retryable
    proxy.clear()
    assert read(lake, KEY) == b"old"
    assert [found.key for found in lake.list_objects().objects] == [KEY]
    write(lake, KEY, LARGE)
    assert read(lake, KEY) == LARGE


def test_a_month_whose_object_does_not_arrive_keeps_the_rows_set_aside_of_the_old_one(
    services: Services, proxy: FaultProxy
) -> None:
    """The quarantine comes first; what the old object says of it stays true."""
    before = look(services.lake)
    refused = proxy.add(Fault("POST", "/upload/.*name=lake/data/", status=403, reason="forbidden", times=9))
    with pytest.raises(AccessDenied):
        run(services, load=False)
    assert refused.hits
    assert any("/upload/" in asked and "name=lake/quarantine/" in asked for asked in proxy.requests)
    proxy.clear()
    assert look(services.lake) == before
    result = run(services)
    assert (result.warehouse_rows, result.rows_rejected) == (NEW_ROWS, 2)
    assert look(services.lake, services.warehouse).rows == NEW_ROWS
    require_equal(services)


def test_metadata_that_cannot_be_set_does_not_fail_a_month_that_is_written(
    services: Services, proxy: FaultProxy
) -> None:
    refused = proxy.add(Fault("PATCH", KEY.rpartition("/")[2], status=403, reason="forbidden", times=9))
    assert run(services, load=False).rows_written == NEW_ROWS
    assert refused.hits
    assert run(services, load=False).state == "unchanged"


@pytest.mark.parametrize("keeps_generations", [True, False], ids=["versioned", "not versioned"])
def test_an_object_replaced_between_two_ranges_is_never_a_mixture(
    lake: Lake, proxy: FaultProxy, bucket: VersionedBucket, keeps_generations: bool
) -> None:
    new = LARGE[::-1]
    write(lake, KEY, LARGE)

    def replace() -> None:
        with bucket.lock:
            bucket.put(f"lake/{KEY}", new)
            if not keeps_generations:
                bucket.generations[:] = [g for g in bucket.generations if not g.deleted_at]

    proxy.add(Fault("GET", "alt=media", skip=1, call=replace))
    if keeps_generations:
        assert read_in_parts(lake) == LARGE
    else:
        with pytest.raises(BackendUnavailable, match="replaced or removed while it was read"):
            read_in_parts(lake)
    assert read_in_parts(lake) == new


def read_in_parts(lake: Lake) -> bytes:
    with lake.open_reader(KEY) as file:
        return b"".join(iter(lambda: file.read(1 << 20), b""))


def test_a_month_replaced_while_duckdb_loads_it_is_refused_and_loaded_the_next_time(
    services: Services, proxy: FaultProxy, bucket: VersionedBucket
) -> None:
    run(services)
    old = next(g for g in bucket.generations if g.name.endswith(KEY))

    def replace() -> None:
        with bucket.lock:
            bucket.put(old.name, old.content)
            bucket.generations[:] = [g for g in bucket.generations if not g.deleted_at]

    before = look(services.lake, services.warehouse)
    proxy.add(Fault("GET", rf"{KEY.rpartition('/')[2]}.*alt=media", call=replace))
    with pytest.raises(BackendUnavailable, match="while it was"):
        services.warehouse.publish_month(GREEN, MONTH, services.lake, KEY)
    after = Whole(before.objects, *table_of(services))
    assert (after.rows, after.content_id) == (before.rows, before.content_id)
    assert services.warehouse.publish_month(GREEN, MONTH, services.lake, KEY).rows == OLD_ROWS


def table_of(services: Services) -> tuple[int | None, str | None]:
    publication = services.warehouse.list_publications()[("green", MONTH)]
    return services.warehouse.count_months()[("green", MONTH)], publication.content_id


def test_a_cut_within_what_is_read_is_read_again(lake: Lake, proxy: FaultProxy) -> None:
    write(lake, KEY, LARGE)
    cut = proxy.add(Fault("GET", "alt=media", cut_after_bytes=100_000))
    assert read(lake, KEY) == LARGE
    assert cut.hits == 1
