"""kill -9 at any moment, two at once, and memory: real processes, the real command's code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import parquet

from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from tests.servers.files import Faults, FileServer, serve_folder

KEY = "data/yellow/yellow_tripdata_2021-01.parquet"
ROW = "1,2021-01-01 00:30:10,2021-01-01 00:36:12,1,2.10,1,N,142,43,2,8,3,0.5,0,0,0.3,11.8,2.5\n"
HEADER = (
    "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,"
    "store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,"
    "tolls_amount,improvement_surcharge,total_amount,congestion_surcharge\n"
)
PROGRAM = """
import json, pathlib, re
from lakeside.datasets import get_dataset
from lakeside.ingest.ingest import IngestRequest, ingest_month
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import load_settings
from lakeside.sources.probe import SourceName
request = IngestRequest(get_dataset("yellow"), Month(2021, 1), SourceName.ARCHIVE, force=True)
outcome = ingest_month(request, open_services(load_settings()))
# Not ru_maxrss: a child inherits the peak its parent had before exec.
peak = int(re.search("VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps([outcome.provenance.rows_written, outcome.provenance.content_id, peak]))
"""


def start(server: FileServer, home: Path) -> subprocess.Popen[str]:
    template = server.url + "/{dataset}_tripdata_{year}-{month:02d}.csv"
    environment = {**os.environ, "LAKESIDE_HOME": str(home), "LAKESIDE_SOURCES__ARCHIVE_URL": template}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> list:
    out, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    return json.loads(out)


def write_month(folder: Path, rows: int) -> None:
    with (folder / "yellow_tripdata_2021-01.csv").open("w") as file:
        file.write(HEADER)
        for _ in range(rows // 1000):
            file.write(ROW * 1000)


@pytest.fixture
def server(tmp_path: Path):
    folder = tmp_path / "sources"
    folder.mkdir()
    write_month(folder, 200_000)
    with serve_folder(folder) as running:
        yield running


def wait_for_temporary(home: Path) -> None:
    """Until the writer has begun: a file that no listing shows."""
    folder = home / "lake" / Path(KEY).parent
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if folder.is_dir() and any(p.name != Path(KEY).name for p in folder.iterdir()):
            return
        time.sleep(0.02)
    raise AssertionError("the writer never began")


@pytest.mark.parametrize("moment", [0.0, 0.3, 1.0])
def test_a_killed_ingest_leaves_what_was_there_and_the_next_one_mends(
    server: FileServer, home: Path, moment: float
) -> None:
    lake = Lake.open(Settings(home=home))
    server.faults["/yellow_tripdata_2021-01.csv"] = Faults(seconds_per_piece=0.05)
    victim = start(server, home)
    wait_for_temporary(home)
    time.sleep(moment)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    assert [o.key for o in lake.list_objects().objects] in ([], [KEY])
    server.faults.clear()
    rows, identity, _ = finish(start(server, home))
    assert rows == 200_000 and lake.read_footer(KEY).rows == 200_000
    assert lake.sweep_temporary(older_than_seconds=0) <= 1

    server.faults["/yellow_tripdata_2021-01.csv"] = Faults(seconds_per_piece=0.05)
    victim = start(server, home)
    wait_for_temporary(home)
    time.sleep(moment)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    footer = lake.read_footer(KEY)
    assert footer.provenance is not None and footer.provenance.content_id == identity
    with lake.open_reader(KEY) as file:
        assert parquet.read_table(file).num_rows == 200_000


def test_two_at_once_leave_one_whole_object(server: FileServer, home: Path) -> None:
    both = [start(server, home), start(server, home)]
    said = [finish(process) for process in both]
    lake = Lake.open(Settings(home=home))
    assert said[0][:2] == said[1][:2]
    footer = lake.read_footer(KEY)
    assert footer.rows == 200_000 and footer.provenance is not None
    assert footer.provenance.content_id == said[0][1]
    assert [o.key for o in lake.list_objects().objects] == [KEY]
    assert lake.sweep_temporary(older_than_seconds=0) == 0


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for number, rows in enumerate((1_200_000, 3_600_000)):
        folder = tmp_path / str(rows)
        folder.mkdir()
        write_month(folder, rows)
        with serve_folder(folder) as server:
            written, _, peak = finish(start(server, tmp_path / f"home{number}"))
        assert written == rows
        peaks.append(peak)
    assert max(peaks) < 400
    assert peaks[1] < peaks[0] * 1.15
