"""Disks that are full, read-only or gone, under every step of a month."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakeside.checks.store import list_latest_results
from lakeside.errors import AccessDenied, BackendUnavailable, NotFound
from lakeside.lake.lake import Lake
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.progress import Progress, Stage
from lakeside.services import Services, open_services
from lakeside.settings import IngestSettings, Settings, SourceSettings, WarehouseSettings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse
from tests.builders import build_rows, write_month
from tests.faults.conftest import SmallDisk
from tests.faults.whole import GREEN, KEY, MONTH, find_left_overs, look, require_equal, run, write_csv

MountDisk = Callable[[str], SmallDisk]
OLD_ROWS, NEW_ROWS = 300, 40_000


def serve(tmp_path: Path, **places: Path) -> Services:
    """A month from a CSV file; lake, warehouse and home where the test says."""
    folder = tmp_path / "sources"
    folder.mkdir(exist_ok=True)
    settings = Settings(
        home=places.get("home", tmp_path / "home"),
        lake_url=str(places.get("lake", tmp_path / "lake")),
        sources=SourceSettings(
            archive_url=f"file://{folder}/{{dataset}}_tripdata_{{year}}-{{month:02d}}.csv",
            tlc_url=f"file://{folder}/{{dataset}}_tripdata_{{year}}-{{month:02d}}.parquet",
        ),
        warehouse=WarehouseSettings(path=places.get("warehouse", tmp_path / "home" / "warehouse.duckdb")),
        ingest=IngestSettings(free_megabytes=0),  # else nothing begins on disks as small as these
    )
    return open_services(settings)


def put(tmp_path: Path, rows: int, rejected: int) -> None:
    (tmp_path / "sources" / "green_tripdata_2020-10.csv").write_bytes(write_csv(rows, rejected))


@pytest.mark.parametrize("leaving_bytes", [0, 16_384, 200_000], ids=["at its begin", "at its end", "within"])
def test_a_disk_that_fills_while_the_object_is_written_keeps_the_old_one(
    tmp_path: Path, mount_disk: MountDisk, leaving_bytes: int
) -> None:
    disk = mount_disk("8m")
    services = serve(tmp_path, lake=disk.folder / "lake")
    put(tmp_path, OLD_ROWS, 1)
    run(services, load=False)
    before = look(services.lake)
    # 16 KB hold the rows set aside, but not the month's object, which is written from memory at its end.
    put(tmp_path, 5_000 if leaving_bytes == 16_384 else NEW_ROWS, 2)
    disk.fill(leaving_bytes)
    with pytest.raises(BackendUnavailable, match="the disk is full"):
        run(services, load=False)
    assert look(services.lake) == before
    assert find_left_overs(disk.folder) == []
    disk.make_room()
    assert run(services, load=False).rows_rejected == 2
    assert look(services.lake) != before


def test_a_disk_without_room_for_the_earlier_version_keeps_it_where_it_is(
    tmp_path: Path, mount_disk: MountDisk
) -> None:
    disk = mount_disk("8m")
    services = serve(tmp_path, lake=disk.folder / "lake")
    put(tmp_path, OLD_ROWS, 0)
    run(services, load=False)
    before = look(services.lake)
    put(tmp_path, 2 * OLD_ROWS, 0)
    disk.take_names(leaving=2)  # for the unfinished object, not for `.versions/data/green/...` as well
    with pytest.raises(BackendUnavailable, match="the disk is full"):
        run(services, load=False)
    assert look(services.lake) == before
    assert find_left_overs(disk.folder) == []
    assert len(services.lake.list_versions(KEY).versions) == 1
    disk.make_room()
    assert run(services, load=False).rows_written == 2 * OLD_ROWS
    assert len(services.lake.list_versions(KEY).versions) == 2


def test_a_home_without_room_for_the_copy_of_a_parquet_source(tmp_path: Path, mount_disk: MountDisk) -> None:
    disk = mount_disk("8m")
    services = serve(tmp_path, home=disk.folder / "home", warehouse=tmp_path / "warehouse.duckdb")
    rows = build_rows(GREEN, Month(2023, 1), 20_000).drop_columns(["source_month", "source_row"])
    pq.write_table(rows, tmp_path / "sources" / "green_tripdata_2023-01.parquet", compression="none")
    disk.fill(leaving_bytes=100_000)
    with pytest.raises(BackendUnavailable, match=r"source\.parquet cannot be written"):
        run_month(MonthRequest("green", Month(2023, 1), load=False), services)
    assert look(services.lake).objects == {}
    assert find_left_overs(disk.folder) == []
    disk.make_room()
    assert run_month(MonthRequest("green", Month(2023, 1), load=False), services).rows_written == 20_000


def test_a_full_home_is_no_reason_to_fail_a_month_that_lies_elsewhere(
    tmp_path: Path, mount_disk: MountDisk
) -> None:
    disk = mount_disk("8m")
    (disk.folder / "home").mkdir()
    services = serve(tmp_path, home=disk.folder / "home", warehouse=tmp_path / "warehouse.duckdb")
    put(tmp_path, OLD_ROWS, 1)
    disk.fill()
    disk.take_names()
    assert run(services).warehouse_rows == OLD_ROWS
    assert look(services.lake, services.warehouse).rows == OLD_ROWS


@pytest.fixture
def lakes(tmp_path: Path) -> tuple[Lake, Lake]:
    """The month with fewer and with more rows."""
    made = []
    for name, rows in (("fewer", OLD_ROWS), ("more", NEW_ROWS)):
        lake = Lake.open(Settings(lake_url=str(tmp_path / name)))
        write_month(lake, GREEN, MONTH, rows)
        made.append(lake)
    return made[0], made[1]


def open_warehouse(path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse.open(Settings(warehouse=WarehouseSettings(path=path)))


@pytest.mark.parametrize("step", ["while staging", "while committing", "while creating the file"])
def test_a_disk_that_fills_while_duckdb_loads_keeps_the_old_month(
    mount_disk: MountDisk, lakes: tuple[Lake, Lake], step: str
) -> None:
    disk = mount_disk("16m")
    warehouse = open_warehouse(disk.folder / "warehouse.duckdb")
    fewer, more = lakes
    if step != "while creating the file":
        warehouse.publish_month(GREEN, MONTH, fewer, KEY)
    before = look(fewer, warehouse)
    gate = None
    if step == "while committing":
        gate = lambda _: disk.fill(leaving_bytes=200_000)  # noqa: E731 - what happens once all is staged
    else:
        disk.fill(leaving_bytes=100_000 if step == "while staging" else 4_096)
    with pytest.raises(BackendUnavailable, match="the disk is full"):
        warehouse.publish_month(GREEN, MONTH, more, KEY, gate)
    assert look(fewer, open_warehouse(disk.folder / "warehouse.duckdb")) == before
    left = [p.name for p in disk.folder.rglob("*") if p.name not in ("ballast", "warehouse.duckdb")]
    assert [name for name in left if name != "warehouse.duckdb.wal"] == []
    disk.make_room()
    again = [warehouse.publish_month(GREEN, MONTH, more, KEY) for _ in range(2)]
    assert [p.rows for p in again] == [NEW_ROWS, NEW_ROWS]
    assert look(more, warehouse).rows == NEW_ROWS


def test_a_disk_that_fills_after_the_publication_leaves_a_month_unchecked_until_the_next_run(
    tmp_path: Path, mount_disk: MountDisk, caplog: pytest.LogCaptureFixture
) -> None:
    """The month is whole in lake and table; that results have no place is no reason to fail it."""
    disk = mount_disk("16m")
    services = serve(tmp_path, warehouse=disk.folder / "warehouse.duckdb")
    put(tmp_path, OLD_ROWS, 1)

    def fill(progress: Progress) -> None:
        if progress.stage is Stage.CHECK:
            disk.fill()

    request = MonthRequest("green", MONTH, SourceName.ARCHIVE)
    result = run_month(request, services, fill)
    assert (result.state, result.warehouse_rows) == ("published", OLD_ROWS)
    assert "were not kept" in caplog.text
    assert "the disk is full" in caplog.text
    assert look(services.lake, services.warehouse).rows == OLD_ROWS
    assert list_latest_results(services) == []
    disk.make_room()
    assert run(services).state == "unchanged"
    results = list_latest_results(services)
    assert results
    assert not any(one.is_red for one in results)
    require_equal(services)


def test_a_read_only_disk_is_said_so_and_everything_can_still_be_read(
    tmp_path: Path, mount_disk: MountDisk
) -> None:
    disk = mount_disk("16m")
    services = serve(tmp_path, lake=disk.folder / "lake", warehouse=disk.folder / "warehouse.duckdb")
    put(tmp_path, OLD_ROWS, 1)
    run(services)
    before = look(services.lake, services.warehouse)
    put(tmp_path, NEW_ROWS, 2)
    disk.make_read_only()
    with pytest.raises(AccessDenied, match="Read-only file system"):
        run(services, load=False)
    with pytest.raises(AccessDenied, match="Read-only file system"):
        services.warehouse.publish_month(GREEN, MONTH, services.lake, KEY)
    assert look(services.lake, services.warehouse) == before
    assert services.lake.check_ready()["writable"] is False
    disk.make_read_only(False)
    assert run(services).warehouse_rows == NEW_ROWS
    require_equal(services)


WRITE_AND_SAY = """
import os, sys
from lakeside.errors import LakesideError
from lakeside.lake.lake import Lake
from lakeside.settings import Settings

def use(folder):
    lake = Lake.open(Settings(lake_url=folder))
    with lake.open_reader("data/a") as file:
        print(file.read().decode(), lake.check_ready()["writable"])
    for change in (lambda: lake.open_writer("data/a").__enter__(), lambda: lake.remove_object("data/a")):
        try:
            change()
        except LakesideError as error:
            print(type(error).__name__, error.retryable)

use(sys.argv[1])  # everything is imported then: another user may not read where Python lies
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
use(sys.argv[2])
"""


def test_a_lake_of_another_owner_can_be_read_and_is_not_changed() -> None:
    top = Path(tempfile.mkdtemp(prefix="lakes-"))  # pytest's own folders are closed to others
    own, other = top / "own", top / "other"
    try:
        for folder in (own, other):
            with Lake.open(Settings(lake_url=str(folder))).open_writer("data/a") as file:
                file.write(b"content")
        top.chmod(0o755)
        for path in [other, *other.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        command = [sys.executable, "-c", WRITE_AND_SAY, str(own), str(other)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        refused = ["AccessDenied", "False"]
        assert done.stdout.split() == ["content", "True", "content", "False", *refused, *refused], done.stderr
        assert (other / "data" / "a").read_bytes() == b"content"
        assert [p.name for p in (other / "data").iterdir()] == ["a"]
    finally:
        for path in [other, *(p for p in other.rglob("*") if p.is_dir())]:
            path.chmod(0o755)
        shutil.rmtree(top)


def test_a_lake_that_is_gone_while_it_is_written_and_read(tmp_path: Path) -> None:
    lake = Lake.open(Settings(lake_url=str(tmp_path / "lake")))
    with lake.open_writer(KEY) as file:
        file.write(b"old")
    with lake.open_reader(KEY) as reader:
        with pytest.raises(NotFound, match="folder does not exist"), lake.open_writer(KEY) as file:
            file.write(b"new")
            shutil.rmtree(tmp_path / "lake")
        assert reader.read() == b"old"  # what was opened is read to its end
    with pytest.raises(NotFound):
        lake.read_footer(KEY)
    assert lake.list_objects().objects == []
    with lake.open_writer(KEY) as file:
        file.write(b"new")
    assert [found.size_bytes for found in lake.list_objects().objects] == [3]
