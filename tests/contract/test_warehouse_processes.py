"""Several processes and one DuckDB file: killed at any moment, nobody sees or leaves half a month."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from lakeside.datasets import get_dataset
from lakeside.errors import BackendUnavailable, BadFile
from lakeside.lake.lake import Lake
from lakeside.month import Month
from lakeside.settings import PROJECT_ROOT, Settings, WarehouseSettings
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse
from lakeside.warehouse.figures import compare_figures
from tests.builders import write_month

GREEN = get_dataset("green")
OCTOBER, NOVEMBER = Month(2020, 10), Month(2020, 11)
FEWER, MORE = 20_000, 60_000
LONG_SECONDS = 120


@pytest.fixture
def lakes(tmp_path: Path) -> list[Lake]:
    """Two lakes that disagree about the same months."""
    made = []
    for name, rows in (("fewer", FEWER), ("more", MORE)):
        lake = Lake.open(Settings(lake_url=str(tmp_path / name)))
        for month in (OCTOBER, NOVEMBER):
            write_month(lake, GREEN, month, rows)
        made.append(lake)
    return made


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDBWarehouse:
    path = tmp_path / "warehouse.duckdb"
    return DuckDBWarehouse.open(Settings(warehouse=WarehouseSettings(path=path, wait_seconds=60)))


@contextmanager
def publishing(
    warehouse: DuckDBWarehouse, month: Month, times: int, lakes: list[Lake]
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.contract.publish_process", warehouse.location, str(month)]
    command += [str(times), *(lake.url for lake in lakes)]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def is_staging(warehouse: DuckDBWarehouse) -> bool:
    return any(Path(warehouse.location + ".staging").glob("*.duckdb"))


def is_locked(warehouse: DuckDBWarehouse) -> bool:
    if not Path(warehouse.location).exists():
        return False
    try:
        duckdb.connect(warehouse.location, read_only=True).close()
    except duckdb.IOException:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("moment", [is_staging, is_locked], ids=["while loading", "while publishing"])
@pytest.mark.parametrize("later_seconds", [0.0, 0.05])
def test_killed_then_published_again_leaves_the_same_rows(
    warehouse: DuckDBWarehouse,
    lakes: list[Lake],
    moment: Callable[[DuckDBWarehouse], bool],
    later_seconds: float,
) -> None:
    key = "data/green/green_tripdata_2020-10.parquet"
    warehouse.publish_month(GREEN, OCTOBER, lakes[0], key)
    with publishing(warehouse, OCTOBER, 1_000, lakes) as process:
        wait_until(lambda: moment(warehouse))
        time.sleep(later_seconds)
        process.kill()
        process.wait()

    left = warehouse.count_months()[("green", OCTOBER)]
    entry = warehouse.list_publications()[("green", OCTOBER)]
    again = [warehouse.publish_month(GREEN, OCTOBER, lakes[1], key) for _ in range(2)]

    assert left in (FEWER, MORE)
    assert entry.rows == left
    assert [(p.rows_before, p.rows) for p in again] == [(left, MORE), (MORE, MORE)]
    provenance = lakes[1].read_footer(key).provenance
    assert provenance is not None
    assert compare_figures(provenance.columns, warehouse.measure_month(GREEN, OCTOBER)) == []
    warehouse.sweep_staging(older_than_seconds=0)
    assert not is_staging(warehouse)


@pytest.mark.slow
def test_two_writers_and_a_reader_never_show_half_a_month(
    warehouse: DuckDBWarehouse, lakes: list[Lake]
) -> None:
    seen: set[tuple[Month, int]] = set()
    with (
        publishing(warehouse, OCTOBER, 6, lakes) as one,
        publishing(warehouse, NOVEMBER, 6, lakes) as other,
    ):
        deadline = time.monotonic() + LONG_SECONDS
        while one.poll() is None or other.poll() is None:
            assert time.monotonic() < deadline
            seen |= {(month, rows) for (_, month), rows in warehouse.count_months().items()}
            time.sleep(0.005)

    assert (one.returncode, other.returncode) == (0, 0)
    assert {rows for _, rows in seen} <= {FEWER, MORE}
    assert warehouse.count_months() == {("green", OCTOBER): MORE, ("green", NOVEMBER): MORE}
    assert len(warehouse.list_publications()) == 2


def test_a_held_file_is_waited_for_in_bounds(tmp_path: Path, lakes: list[Lake]) -> None:
    path = tmp_path / "held.duckdb"
    short = DuckDBWarehouse.open(Settings(warehouse=WarehouseSettings(path=path, wait_seconds=0.3)))
    hold = (
        f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        started = time.monotonic()
        with pytest.raises(BackendUnavailable, match=r"held\.duckdb was busy for 0\.3 s") as refused:
            short.count_months()
        with pytest.raises(BackendUnavailable):
            short.publish_month(GREEN, OCTOBER, lakes[0], "data/green/green_tripdata_2020-10.parquet")
        assert time.monotonic() - started < 20
        holder.kill()

    assert f"PID {holder.pid}" in refused.value.message
    assert "LAKESIDE_WAREHOUSE__WAIT_SECONDS" in refused.value.hint
    assert short.count_months() == {}


def test_readers_do_not_create_the_file(warehouse: DuckDBWarehouse) -> None:
    assert warehouse.count_months() == {}
    assert warehouse.list_publications() == {}
    assert warehouse.list_tables() == []
    assert warehouse.remove_month(GREEN, OCTOBER) == 0
    assert warehouse.check_ready()["exists"] is False
    assert not Path(warehouse.location).exists()


def test_a_file_that_is_not_a_warehouse_says_so(warehouse: DuckDBWarehouse) -> None:
    Path(warehouse.location).write_text("hello" * 1000)

    with pytest.raises(BadFile, match=r"warehouse\.duckdb is not a readable DuckDB file"):
        warehouse.count_months()


def test_left_overs_of_the_dead_are_swept_and_those_of_the_living_kept(warehouse: DuckDBWarehouse) -> None:
    folder = Path(warehouse.location + ".staging")
    folder.mkdir(parents=True)
    living = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    now = int(time.time())
    dead = folder / f"green_2020_10_{now - 10}_999999999_0000000a.duckdb"
    alive = folder / f"green_2020_10_{now - 10}_{living.pid}_0000000b.duckdb"
    old = folder / f"green_2020_10_{now - 90_000}_{living.pid}_0000000c.duckdb"
    stranger = folder / "notes.duckdb"
    for path in (dead, alive, old, stranger):
        path.touch()
    try:
        assert warehouse.sweep_staging(older_than_seconds=60) == 1  # old
        assert warehouse.sweep_staging(older_than_seconds=0) == 1  # dead
    finally:
        living.kill()
        living.wait()
    assert sorted(folder.iterdir()) == sorted([alive, stranger])
