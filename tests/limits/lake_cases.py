"""Looking at the lake: listings, pages of rows, profiles, charts, downloads, readers."""

from __future__ import annotations

import fcntl
import os
import threading
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.apart.pool import ReaderPool
from lakeside.charts.spec import Aggregate, ChartSpec, Grain
from lakeside.errors import BackendUnavailable
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Format, RowsWanted
from lakeside.settings import LimitSettings, ReaderSettings, Settings
from lakeside.warehouse.lake_chart import chart_objects
from lakeside.warehouse.lake_profile import Profile, profile_object
from tests.limits.world import GREEN, GROUPS, World, meets
from tests.servers.fault_proxy import Fault, FaultProxy, run_fault_proxy
from tests.servers.versioned_gcs import run_versioned_gcs

JOBS = "tests.unit.apart.jobs:"


@meets("limits.preview_rows")
def meet_preview_rows(world: World) -> None:
    page = world.open({"limits.preview_rows": 7}).lake.preview_object(GREEN, limit=100)
    assert (page.rows.num_rows, page.truncated) == (7, True)


@meets("limits.preview_megabytes")
def meet_preview_megabytes(world: World) -> None:
    lake = world.open_empty({"limits.preview_megabytes": 0.2}).lake
    with lake.open_writer("one-group.parquet") as file:  # of numbers that no codec makes smaller
        numbers = [number * 0x9E3779B97F4A7C15 % (1 << 63) for number in range(200_000)]
        pq.write_table(pa.table({"n": numbers}), file, use_dictionary=False)
    assert lake.preview_object("one-group.parquet").rows.num_rows == 100
    lake.preview_object("one-group.parquet", offset=199_000)


@meets("limits.preview_seconds")
def meet_preview_seconds(world: World) -> None:
    lake = world.open({"limits.preview_seconds": 1e-9}).lake
    assert lake.preview_object(GROUPS, where="n in (5, 555, 995)").seconds_limited
    lake.preview_rows(GROUPS, RowsWanted(sort="n", descending=True))


def _profile(world: World, **limits: float) -> Profile:
    bounds = LimitSettings.model_validate(limits)
    return profile_object(world.open().lake, GREEN, bounds)


@meets("limits.profile_seconds")
def meet_profile_seconds(world: World) -> None:
    profile = _profile(world, profile_seconds=1e-9)
    assert all("Not measured" in (column.reason or "") for column in profile.columns)


@meets("limits.profile_columns")
def meet_profile_columns(world: World) -> None:
    profile = _profile(world, profile_columns=2, profile_seconds=600)
    left_out = [column for column in profile.columns if "Not measured" in (column.reason or "")]
    assert len(left_out) == len(profile.columns) - 2


@meets("limits.profile_megabytes")
def meet_profile_megabytes(world: World) -> None:
    lake, bounds = world.open().lake, LimitSettings(profile_seconds=600)
    whole = lake.read_figures(GROUPS).columns[0].group_bytes
    half = bounds.model_copy(update={"profile_megabytes": sum(whole) / 2e6})
    (column,) = profile_object(lake, GROUPS, half).columns
    assert "sample" in str(column)


@meets("limits.chart_megabytes")
def meet_chart_megabytes(world: World) -> None:
    bounds = LimitSettings(chart_megabytes=1e-5)
    chart_objects(world.open().lake, [GREEN], ChartSpec("VendorID", Grain.VALUES, Aggregate.ROWS), bounds)


@meets("limits.footer_megabytes")
def meet_footer_megabytes(world: World) -> None:
    world.open({"limits.footer_megabytes": 0.0001}).lake.read_footer(GREEN)


@meets("limits.listed_objects")
def meet_listed_objects(world: World) -> None:
    listing = world.open({"limits.listed_objects": 1}).lake.list_objects()
    assert (len(listing.objects), listing.truncated) == (1, True)


@meets("limits.counted_footers")
def meet_counted_footers(world: World) -> None:
    lake = world.open({"limits.counted_footers": 1}).lake
    counts = lake.count_rows(lake.list_objects().objects)
    assert (counts.looked_at, counts.limit) == (1, "number")


@meets("limits.counting_seconds")
def meet_counting_seconds(world: World) -> None:
    lake = world.open({"limits.counting_seconds": 1e-12}).lake
    counts = lake.count_rows(lake.list_objects().objects)
    assert (counts.looked_at, counts.limit) == (0, "seconds")


@meets("limits.sorted_rows")
def meet_sorted_rows(world: World) -> None:
    lake = world.open({"limits.sorted_rows": 100}).lake
    assert lake.preview_rows(GREEN, RowsWanted(sort="fare_amount", limit=100)).rows.num_rows == 100
    lake.preview_rows(GREEN, RowsWanted(sort="fare_amount", offset=1, limit=100))


@meets("limits.sorted_megabytes")
def meet_sorted_megabytes(world: World) -> None:
    lake = world.open({"limits.sorted_megabytes": 1e-5}).lake
    lake.preview_rows(GREEN, RowsWanted(sort="fare_amount"))


@meets("limits.download_megabytes")
def meet_download_megabytes(world: World) -> None:
    lake = world.open({"limits.download_megabytes": 0.001}).lake
    made = lake.export_rows(GREEN, RowsWanted(), Format.CSV)
    assert made.limit == "bytes"
    lake.read_whole(GREEN)


@meets("limits.download_rows")
def meet_download_rows(world: World) -> None:
    lake = world.open({"limits.download_rows": 5}).lake
    made = lake.export_rows(GREEN, RowsWanted(), Format.CSV)
    assert (made.rows, made.limit) == (5, "rows")


@meets("limits.download_seconds")
def meet_download_seconds(world: World) -> None:
    made = world.open({"limits.download_seconds": 1e-9}).lake.export_rows(GROUPS, RowsWanted(), Format.CSV)
    assert made.limit == "seconds"


@meets("readers.processes")
def meet_reader_processes(world: World) -> None:
    pool = ReaderPool(ReaderSettings(processes=1, seconds=1))
    pool._slots.acquire()  # as a job holds it that takes long
    try:
        pool.run(JOBS + "echo", "x", 1)
    except BackendUnavailable as busy:
        assert "LAKESIDE_READERS__PROCESSES" in busy.hint
    else:
        raise AssertionError("a second job found a reader")


@meets("readers.megabytes")
def meet_reader_megabytes(world: World) -> None:
    pool = ReaderPool(ReaderSettings(processes=1, megabytes=100))
    try:
        pool.run(JOBS + "take_memory", GREEN, 4_000)
    finally:
        pool.close()


@meets("readers.seconds")
def meet_reader_seconds(world: World) -> None:
    pool = ReaderPool(ReaderSettings(processes=1, seconds=1))
    try:
        pool.run(JOBS + "say_and_wait", GREEN, str(world.folder / "at-work"))
    finally:
        pool.close()


def _write_twice(world: World, bounds: dict[str, float]) -> list[str]:
    lake = world.open_empty(bounds).lake
    for words in (b"one", b"two", b"three"):
        with lake.open_writer("a.csv") as file:
            file.write(words)
    return [found.version for found in lake.list_versions("a.csv").earlier]


@meets("retention.versions")
def meet_retention_versions(world: World) -> None:
    assert len(_write_twice(world, {"retention.versions": 1})) == 1


@meets("retention.version_days")
def meet_version_days(world: World) -> None:
    bounds = {"retention.versions": 3, "retention.version_days": 1e-9}
    assert len(_write_twice(world, bounds)) == 2
    lake = world.open_empty(bounds).lake
    assert len(lake.prune(lake.plan_prune())) == 2
    assert not lake.list_versions("a.csv").earlier


@meets("retention.quarantine_days")
def meet_quarantine_days(world: World) -> None:
    services = world.open_empty({"retention.quarantine_days": 1})
    with services.lake.open_writer("quarantine/green/old.parquet") as file:
        file.write(b"x")
    path = services.lake.find_local_path("quarantine/green/old.parquet")
    assert path is not None
    old = datetime.now(UTC).timestamp() - 2 * 86_400
    os.utime(path, (old, old))
    assert [one.object.key for one in services.lake.prune(services.lake.plan_prune())] == [
        "quarantine/green/old.parquet"
    ]


@meets("retention.lock_seconds")
def meet_lock_seconds(world: World) -> None:
    lake = world.open_empty({"retention.lock_seconds": 0.2}).lake
    with lake.open_writer("a.csv") as file:
        file.write(b"one")
    path = lake.find_local_path("a.csv")
    assert path is not None
    # Locks belong to open files, so that one of this process's own keeps it waiting too.
    with (path.parent / VERSIONS_FOLDER / VERSIONS_FOLDER).open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with (
            pytest.raises(BackendUnavailable, match=r"did not finish within 0\.2 s"),
            lake.open_writer("a.csv") as file,
        ):
            file.write(b"two")


def _open_bucket(proxy: FaultProxy, **bounds: float) -> Lake:
    settings = {"lake_url": "gs://versioned", "storage_emulator_host": proxy.url, "bucket": bounds}
    return Lake.open(Settings.model_validate(settings))


@meets("bucket.call_seconds")
def meet_call_seconds(world: World) -> None:
    """An answer that comes by a few bytes a second."""
    with run_fault_proxy("http://127.0.0.1:9") as proxy:
        proxy.add(Fault("GET", "/o", status=200, answer=bytes(100_000), trickle=True))
        with pytest.raises(BackendUnavailable, match="LAKESIDE_BUCKET__CALL_SECONDS"):
            _open_bucket(proxy, call_seconds=0.3).list_objects()


@meets("bucket.silent_seconds")
def meet_silent_seconds(world: World) -> None:
    """A bucket that says nothing the first time."""
    released = threading.Event()
    with run_versioned_gcs() as bucket, run_fault_proxy(bucket.url) as proxy:
        proxy.add(Fault("GET", "/o", call=lambda: released.wait(60), cut=True))
        assert not _open_bucket(proxy, silent_seconds=1).list_objects().objects
        released.set()
        assert len(proxy.requests) > 1
