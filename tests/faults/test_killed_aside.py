"""kill -9 between the rows set aside and the month's object, over the wire to a bucket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import parquet

from lakeside.services import Services, open_services
from lakeside.settings import Settings
from tests.faults.whole import ASIDE, KEY, look, run, write_csv
from tests.flows.conftest import wait_for
from tests.servers.fault_proxy import Fault, FaultProxy, run_fault_proxy
from tests.servers.versioned_gcs import VersionedBucket, run_versioned_gcs

OLD_ROWS, NEW_ROWS = 300, 500
PROGRAM = """
from lakeside.services import open_services
from lakeside.settings import load_settings
from tests.faults.whole import run
run(open_services(load_settings()), load=False)
"""


@pytest.fixture
def bucket() -> Iterator[VersionedBucket]:
    with run_versioned_gcs() as bucket:
        yield bucket


@pytest.fixture
def proxy(bucket: VersionedBucket) -> Iterator[FaultProxy]:
    with run_fault_proxy(bucket.url) as proxy:
        yield proxy


@pytest.fixture
def services(proxy: FaultProxy, tmp_path: Path) -> Services:
    """A month with one row set aside."""
    sources = {"archive_url": f"file://{tmp_path}/{{dataset}}-{{year}}-{{month}}.csv"}
    lake = {"lake_url": "gs://versioned/lake", "storage_emulator_host": proxy.url}
    services = open_services(Settings.model_validate({"home": tmp_path / "home", "sources": sources, **lake}))
    put(tmp_path, OLD_ROWS, 1)
    run(services, load=False)
    return services


def put(folder: Path, rows: int, rejected: int) -> None:
    """What the source has now; the old file comes back with its old date."""
    path = folder / "green-2020-10.csv"
    path.write_bytes(write_csv(rows, rejected))
    os.utime(path, (1_600_000_000 + rows,) * 2)


def kill_between(services: Services, proxy: FaultProxy, folder: Path) -> None:
    """A process that has published the rows set aside and waits for the answer to the object's upload."""
    waiting, released = threading.Event(), threading.Event()

    def hold() -> None:
        waiting.set()
        released.wait(200)

    held = Fault("POST", "/upload/.*name=lake/data/", call=hold, cut=True, times=9)
    proxy.clear()
    proxy.add(held)
    environment = {
        **os.environ,
        "LAKESIDE_HOME": str(services.settings.home),
        "LAKESIDE_LAKE_URL": "gs://versioned/lake",
        "STORAGE_EMULATOR_HOST": proxy.url,
        "LAKESIDE_BUCKET__SILENT_SECONDS": "3600",
        "LAKESIDE_BUCKET__CALL_SECONDS": "3600",
        "LAKESIDE_SOURCES__ARCHIVE_URL": f"file://{folder}/{{dataset}}-{{year}}-{{month}}.csv",
    }
    process = subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment)
    try:
        wait_for(lambda: waiting.is_set() or process.poll() is not None, 120, "the object's upload")
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        released.set()
        proxy.clear()


def count_aside(services: Services) -> int:
    with services.lake.open_reader(ASIDE) as file:
        return parquet.read_table(file).num_rows


def test_a_month_killed_between_the_rows_set_aside_and_its_object_is_mended_by_the_next_run(
    services: Services, proxy: FaultProxy, tmp_path: Path
) -> None:
    before = look(services.lake)
    put(tmp_path, NEW_ROWS, 2)
    kill_between(services, proxy, tmp_path)
    assert (services.lake.read_footer(KEY).rows, count_aside(services)) == (OLD_ROWS, 2)

    put(tmp_path, OLD_ROWS, 1)  # as it was: nothing of the source says that there is work left
    result = run(services, load=False)
    assert (result.state, result.rows_written, result.rows_rejected) == ("written", OLD_ROWS, 1)
    assert look(services.lake).objects.keys() == before.objects.keys()
    assert count_aside(services) == 1
    assert run(services, load=False).state == "unchanged"
