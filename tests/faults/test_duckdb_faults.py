"""The warehouse's file cut, damaged, of another version, a folder, or held by others."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lakeside.errors import BackendUnavailable, BadFile
from lakeside.lake.lake import Lake
from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse
from tests.builders import write_month
from tests.faults.whole import GREEN, KEY, MONTH, look

_HEADER_BYTES = 4_096


def open_warehouse(path: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse.open(Settings(warehouse=WarehouseSettings(path=path)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("duckdb")


@pytest.fixture(scope="module")
def lake(place: Path) -> Lake:
    lake = Lake.open(Settings(lake_url=str(place / "lake")))
    write_month(lake, GREEN, MONTH, 2_000)
    return lake


@pytest.fixture(scope="module")
def published(place: Path, lake: Lake) -> bytes:
    """A warehouse's file that holds the lake's month."""
    warehouse = open_warehouse(place / "published.duckdb")
    warehouse.publish_month(GREEN, MONTH, lake, KEY)
    return Path(warehouse.location).read_bytes()


def of_a_newer_version(content: bytes) -> bytes:
    """The main header with another storage version, and the checksum that goes with it."""
    header = bytearray(content[8:_HEADER_BYTES])
    struct.pack_into("<Q", header, 4, 200)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", header):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    return struct.pack("<Q", checksum) + bytes(header) + content[_HEADER_BYTES:]


def damaged(content: bytes) -> bytes:
    """A bit of every page that is not a header is another one."""
    changed = bytearray(content)
    for place in range(3 * _HEADER_BYTES + 100, len(changed), _HEADER_BYTES):
        changed[place] ^= 1
    return bytes(changed)


FAULTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "of a newer version": (of_a_newer_version, "written by a newer DuckDB"),
    "cut within the header": (lambda content: content[:5_000], "not a readable DuckDB file"),
    "cut within the tables": (lambda content: content[:20_000], "not a readable DuckDB file"),
    "empty": (lambda _: b"", "not a readable DuckDB file"),
    "damaged": (damaged, "not a readable DuckDB file"),
    "something else": (lambda _: b"hello" * 1_000, "not a readable DuckDB file"),
}


@pytest.mark.parametrize(("change", "says"), FAULTS.values(), ids=FAULTS)
def test_a_file_that_cannot_be_read_is_named_and_left_alone(
    lake: Lake, published: bytes, tmp_path: Path, change: Callable[[bytes], bytes], says: str
) -> None:
    path = tmp_path / "warehouse.duckdb"
    before = change(published)
    path.write_bytes(before)
    warehouse = open_warehouse(path)
    with pytest.raises(BadFile, match=says) as caught:
        warehouse.count_months()
    assert not caught.value.retryable
    assert "load" in caught.value.hint
    with pytest.raises(BadFile, match=says):
        warehouse.publish_month(GREEN, MONTH, lake, KEY)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["warehouse.duckdb"]


def test_a_file_that_is_changed_while_it_is_read_may_be_read_again(published: bytes, tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(published)
    warehouse = open_warehouse(path)
    with (
        pytest.raises(BackendUnavailable, match="was changed while it was read") as caught,
        warehouse._file.read() as connection,
    ):
        assert connection is not None
        path.write_bytes(published[:20_000])
        connection.execute("FROM trips.green").fetchall()
    assert caught.value.retryable
    path.write_bytes(published)
    assert set(warehouse.count_months().values()) == {2_000}


def test_moved_away_it_is_built_anew_from_the_lake(lake: Lake, published: bytes, tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(damaged(published))
    path.rename(path.with_suffix(".broken"))
    warehouse = open_warehouse(path)
    assert warehouse.publish_month(GREEN, MONTH, lake, KEY).rows == 2_000
    assert look(lake, warehouse).rows == 2_000


def test_a_folder_in_the_files_place(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").mkdir()
    warehouse = open_warehouse(tmp_path / "warehouse.duckdb")
    with pytest.raises(BadFile, match="Is a directory"):
        warehouse.publish_month(GREEN, MONTH, lake, KEY)


def test_what_a_killed_process_left_of_its_log_is_passed_over(
    lake: Lake, published: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(published)
    path.with_name("warehouse.duckdb.wal").write_bytes(b"half a record")
    assert look(lake, open_warehouse(path)).rows == 2_000
    assert open_warehouse(path).publish_month(GREEN, MONTH, lake, KEY).rows_before == 2_000


def test_objects_that_change_while_they_are_loaded_are_published_whole_or_not(tmp_path: Path) -> None:
    """Whatever the moment: what is published is one of the two, and what is refused may be tried again."""
    lake = Lake.open(Settings(lake_url=str(tmp_path / "lake")))
    contents = [write_and_read(lake, rows) for rows in (2_000, 3_000)]
    warehouse = open_warehouse(tmp_path / "warehouse.duckdb")
    over = threading.Event()

    def change() -> None:
        while not over.wait(0.01):
            contents.reverse()
            with lake.open_writer(KEY) as file:
                file.write(contents[0])

    writer = threading.Thread(target=change)
    writer.start()
    try:
        for _ in range(3):
            try:
                assert warehouse.publish_month(GREEN, MONTH, lake, KEY).rows in (2_000, 3_000)
            except BackendUnavailable as error:
                assert "while it was loaded" in error.message
    finally:
        over.set()
        writer.join()
    warehouse.publish_month(GREEN, MONTH, lake, KEY)
    provenance = lake.read_footer(KEY).provenance
    assert provenance is not None
    assert look(lake, warehouse).content_id == provenance.content_id


def write_and_read(lake: Lake, rows: int) -> bytes:
    """The bytes of a month's object with so many rows, which is there then."""
    write_month(lake, GREEN, MONTH, rows)
    with lake.open_reader(KEY) as file:
        return file.read()
