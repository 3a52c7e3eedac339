"""`python -m benchmarks.looking`: what looking at a lake costs, against what one would write by hand.

A page of rows in an object of a gigabyte against pyarrow, the profile of a column against DuckDB, and a
listing of ten thousand objects against gcsfs on the storage emulator.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.tables import Row, middle_ratio, take, verdict, write_table

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"
BIG_KEY = "data/big/big.parquet"
GROUPS, GROUP_ROWS = 100, 100_000
PAGE_ROWS = 100
ROUNDS = 15
OBJECTS = 10_000
TITLES = ("what", "ours", "by hand", "ours to it", "goal")


def main() -> None:
    """Measure everything and write the table into README.md."""
    write_table("looking", TITLES, [*measure_pages(), *measure_profile(), *measure_listing()], PACKAGES)


PACKAGES = ("pyarrow", "duckdb", "gcsfs")


def make_big_object(lake_folder: Path, groups: int = GROUPS, group_rows: int = GROUP_ROWS) -> Path:
    """Ten columns of numbers that hardly compress, one of times and one of words; made if missing."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = lake_folder / BIG_KEY
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(".draft")
    words = pa.array([f"zone {number}" for number in range(265)])
    writer = None
    for number in range(groups):
        made = np.random.default_rng([4, number])
        columns = {f"measure_{c}": pa.array(made.standard_normal(group_rows)) for c in range(10)}
        columns |= {f"count_{c}": pa.array(made.integers(0, 1 << 62, group_rows)) for c in range(3)}
        columns["at"] = pa.array(np.sort(made.integers(0, 1 << 40, group_rows)), pa.timestamp("us"))
        columns["word"] = words.take(pa.array(made.integers(0, 265, group_rows)))
        table = pa.table(columns)
        plain = [n for n in table.column_names if n != "word"]
        encoding = dict.fromkeys(plain, "PLAIN")
        writer = writer or pq.ParquetWriter(
            draft, table.schema, compression="zstd", use_dictionary=["word"], column_encoding=encoding
        )
        writer.write_table(table, row_group_size=group_rows)
    assert writer is not None
    writer.close()
    draft.rename(path)
    return path


def measure_pages() -> list[Row]:
    """A page at places all over the object: through the lake, as the console reads it, and by hand."""
    import pyarrow.parquet as pq

    from lakeside.apart.pool import ReaderPool
    from lakeside.lake.lake import Lake
    from lakeside.lake.objects import RowsWanted
    from lakeside.settings import Settings

    folder = CACHE / "looking"
    path = make_big_object(folder)
    size, places = path.stat().st_size, random.Random(4)
    settings = Settings(lake_url=str(folder))
    offset = most = 0

    def choose() -> None:
        nonlocal offset
        offset = places.randrange(GROUPS * GROUP_ROWS - PAGE_ROWS)

    def page(lake: Lake) -> None:
        nonlocal most
        found = lake.preview_rows(BIG_KEY, RowsWanted(None, offset, PAGE_ROWS))
        assert found.rows.num_rows == PAGE_ROWS and found.rows["count_0"][0].as_py() is not None
        most = max(most, found.bytes_read)

    def by_hand() -> None:
        with pq.ParquetFile(path) as file:
            group = file.read_row_group(offset // GROUP_ROWS)
            group.slice(offset % GROUP_ROWS, PAGE_ROWS).to_pylist()

    lake, pool = Lake.open(settings), ReaderPool(settings.readers)
    try:
        apart = Lake.open(settings, pool)
        offset = 50 * GROUP_ROWS - PAGE_ROWS // 2  # a page that lies in two row groups
        page(lake)
        _, here, there, hand = take([choose, lambda: page(lake), lambda: page(apart), by_hand], ROUNDS)
    finally:
        pool.close()
    share = most / size
    what = f"{PAGE_ROWS} rows anywhere of {GROUPS * GROUP_ROWS:,} ({size / 1e9:.2f} GB)"
    most_read = (f"{what}: most bytes read", f"{share:.2%}", "", "", f"2 %: {verdict(share, 0.02)}")
    return [
        most_read,
        _compare(f"{what}: in this process, and pyarrow's `read_row_group`", here, hand, 2),
        _compare("the same in the console's reading process", there, hand, 2),
    ]


def measure_profile() -> list[Row]:
    """A column of 10 million rows: `profile_object` against the same two queries on the file."""
    import duckdb

    from lakeside.lake.lake import Lake
    from lakeside.settings import Settings
    from lakeside.warehouse.lake_profile import profile_object

    folder = CACHE / "looking"
    path = make_big_object(folder)
    settings = Settings(lake_url=str(folder))
    lake = Lake.open(settings)

    def ours() -> None:
        found = profile_object(lake, BIG_KEY, settings.limits, "measure_0").columns[0]
        assert found.bars is not None and found.rows_measured == GROUPS * GROUP_ROWS

    def by_hand() -> None:
        with duckdb.connect() as connection:
            x, source = "measure_0", f"read_parquet('{path}')"
            connection.sql(
                f"SELECT count(*), count({x}), approx_count_distinct({x}), count(*) FILTER (isnan({x})), "
                f"min({x}), max({x}), approx_quantile({x}, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) "
                f"FROM {source}"
            ).fetchall()
            edges = ", ".join(str(edge / 4) for edge in range(-10, 11))
            connection.sql(f"SELECT histogram({x}, [{edges}]) FROM {source}").fetchall()

    first, second = take([ours, by_hand], 5)
    what = "profile of one column of them, and DuckDB's queries for the same figures and bars"
    return [_compare(what, first, second, 1.3)]


def measure_listing() -> list[Row]:
    """Ten thousand objects in a bucket of the emulator, each listing in a process of its own."""
    import httpx

    from tests.servers.gcs import run_gcs_server

    with tempfile.TemporaryDirectory() as folder, run_gcs_server(Path(folder)) as server:
        server.create_bucket("lake")
        place = f"{server.url}/upload/storage/v1/b/lake/o"
        with httpx.Client() as client:
            for number in range(OBJECTS):
                query = {"uploadType": "media", "name": f"data/many/many_tripdata_{number:05d}.parquet"}
                try:
                    answer = client.post(place, params=query, content=b"PAR1")
                except httpx.RemoteProtocolError:  # the server closed an idle connection as we wrote to it
                    answer = client.post(place, params=query, content=b"PAR1")
                answer.raise_for_status()
        costs: dict[str, list[dict[str, float]]] = {"ours": [], "hand": []}
        for _ in range(7):
            for name, found in costs.items():
                found.append(_list_in_a_process(name, server.url))
    ours, hand = ([cost["seconds"] for cost in costs[name]] for name in ("ours", "hand"))
    grown = [statistics.median(cost["megabytes"] for cost in costs[name]) for name in ("ours", "hand")]
    memory = ("the same, memory it takes", f"{grown[0]:.0f} MB", f"{grown[1]:.0f} MB", "", "bounded")
    what = f"first page of a listing of {OBJECTS:,} objects in a bucket, and gcsfs' `find`"
    return [_compare(what, ours, hand, 1.2), memory]


def _list_in_a_process(name: str, url: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.looking", name, url]
    answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def list_once(name: str, url: str) -> dict[str, float]:
    """List, in this process, after one object was asked for: {seconds, megabytes}, the peak's growth."""
    import os

    os.environ |= {
        "STORAGE_EMULATOR_HOST": url,
        "NO_GCE_CHECK": "true",
        "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
    }
    work = _prepare_ours(url) if name == "ours" else _prepare_hand(url)
    before = _read_peak_megabytes()
    began = time.perf_counter()
    count = work()
    seconds = time.perf_counter() - began
    assert count == OBJECTS, count
    return {"seconds": seconds, "megabytes": _read_peak_megabytes() - before}


def _read_peak_megabytes() -> float:
    """The most memory this program has held: unlike `ru_maxrss`, without what its parent held before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _prepare_ours(url: str) -> Callable[[], int]:
    from lakeside.lake.find import RowCounts, Wanted, gather_folders, sort_objects
    from lakeside.lake.lake import Lake
    from lakeside.settings import Settings

    lake = Lake.open(Settings(lake_url="gs://lake", storage_emulator_host=url))
    lake.find_object("data/many/many_tripdata_00000.parquet")

    def work() -> int:
        listing = lake.list_objects("data/")
        gather_folders("data/", listing.objects)
        sort_objects(listing.objects, Wanted(), RowCounts())
        return len(listing.objects)

    return work


def _prepare_hand(url: str) -> Callable[[], int]:
    import gcsfs

    system = gcsfs.GCSFileSystem(endpoint_url=url, token="anon", use_listings_cache=False)
    system.info("lake/data/many/many_tripdata_00000.parquet")
    return lambda: len(system.find("lake/data/", detail=True))


def _compare(what: str, ours: list[float], hand: list[float], goal: float) -> Row:
    ratio = middle_ratio(ours, hand)
    first, second = (f"{1000 * statistics.median(seconds):.0f} ms" for seconds in (ours, hand))
    return (what, first, second, f"{ratio:.2f}", f"{goal:g}: {verdict(ratio, goal)}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(list_once(sys.argv[1], sys.argv[2])))
    else:
        main()
