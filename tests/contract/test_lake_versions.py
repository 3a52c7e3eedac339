"""Earlier versions on a lake in memory and in a folder: kept before they are replaced, pruned, never lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from lakeside.errors import NotFound, SettingsError
from lakeside.lake.folder_versions import FolderVersions
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.lake.objects import LakeObject
from lakeside.settings import RetentionSettings, Settings
from tests.contract.lake_objects_contract import DATA_KEY, list_keys, read, write
from tests.contract.lake_parquet_contract import make_table, write_table
from tests.contract.lake_versions_contract import KeepsVersions, VersionsContract, sizes, write_versions


class TestMemoryVersions(VersionsContract):
    @pytest.fixture
    def lake(self) -> Lake:
        return Lake.open(Settings(lake_url=f"memory://{uuid.uuid4().hex}/prefix"))

    def test_memory_keeps_nothing_and_says_so(self, lake: Lake) -> None:
        write_versions(lake, b"one", b"two")
        listing = lake.list_versions(DATA_KEY)
        assert len(listing.versions) == 1
        assert lake.read_retention().kept_by == "nobody"
        with pytest.raises(NotFound, match="memory keeps none"):
            lake.restore_version(listing.versions[0], listing.live)


class TestFolderVersions(VersionsContract, KeepsVersions):
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "a lake"

    @pytest.fixture
    def lake(self, folder: Path) -> Lake:
        return Lake.open(Settings(lake_url=str(folder)))

    def open_keeping(self, folder: Path, number: int) -> Lake:
        return Lake.open(Settings(lake_url=str(folder), retention=RetentionSettings(versions=number)))

    def test_only_so_many_are_kept_of_each_object(self, folder: Path) -> None:
        lake = self.open_keeping(folder, 2)
        write(lake, "other", b"x")
        write(lake, "other", b"y")
        write_versions(lake, b"1", b"22", b"333", b"4444")
        assert sizes(lake.list_versions(DATA_KEY).earlier) == [3, 2]
        assert len(lake.list_versions("other").earlier) == 1

    def test_with_none_kept_there_is_no_folder_for_them(self, folder: Path) -> None:
        lake = self.open_keeping(folder, 0)
        write_versions(lake, b"1", b"2")
        lake.remove_object(DATA_KEY)
        assert lake.list_versions(DATA_KEY).versions == []
        assert not (folder / VERSIONS_FOLDER).exists()

    def test_nobody_meets_them_by_accident(self, lake: Lake, folder: Path) -> None:
        write_table(lake, DATA_KEY, make_table())
        write_table(lake, DATA_KEY, make_table())
        write(lake, "gone", b"1")
        lake.remove_object("gone")
        assert list_keys(lake) == list_keys(lake, "d") == [DATA_KEY]
        assert list_keys(lake, ".") == []
        with pytest.raises(SettingsError, match="reserved"):
            list_keys(lake, f"{VERSIONS_FOLDER}/")
        for pattern in ("**/*.parquet", "data/**", "*/*/*.parquet"):
            found = duckdb.sql(f"SELECT file FROM glob('{folder}/{pattern}')").fetchall()
            assert found == [(str(folder / DATA_KEY),)]
        assert lake.sweep_temporary(0) == 0
        assert len(lake.list_versions(DATA_KEY).earlier) == len(lake.list_versions("gone").earlier) == 1

    def test_keeping_copies_nothing(self, lake: Lake, folder: Path) -> None:
        write(lake, DATA_KEY, b"one")
        inode = (folder / DATA_KEY).stat().st_ino
        write(lake, DATA_KEY, b"two")
        kept = FolderVersions(folder, 3).list_versions(DATA_KEY)
        assert [one.path.stat().st_ino for one in kept] == [inode]

    @pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
    def test_where_links_cannot_be_a_copy_is_kept(self, lake: Lake, folder: Path) -> None:
        elsewhere = Path("/dev/shm") / f"lakeside-{uuid.uuid4().hex}"
        elsewhere.mkdir()
        try:
            folder.mkdir()
            (folder / VERSIONS_FOLDER).symlink_to(elsewhere)
            if elsewhere.stat().st_dev == folder.stat().st_dev:
                pytest.skip("both folders are on one file system")
            names = write_versions(lake, b"one", b"two")
            earlier = lake.list_versions(DATA_KEY).earlier
            assert [v.version for v in earlier] == names[:1]
            lake.restore_version(earlier[0], lake.get_object(DATA_KEY))
            assert read(lake, DATA_KEY) == b"one"
        finally:
            subprocess.run(["rm", "-r", str(elsewhere)], check=True)

    def test_what_was_kept_and_then_not_replaced_is_one_version(self, lake: Lake, folder: Path) -> None:
        """A process may die between the two; so may the disk fill up."""
        write(lake, DATA_KEY, b"one")
        for _ in range(2):
            with (
                pytest.raises(ZeroDivisionError),
                FolderVersions(folder, 3).replacing(DATA_KEY, folder / DATA_KEY),
            ):
                raise ZeroDivisionError
        assert len(lake.list_versions(DATA_KEY).versions) == 1
        write(lake, DATA_KEY, b"two!")
        assert sizes(lake.list_versions(DATA_KEY).versions) == [4, 3]

    def test_a_folder_and_an_object_of_one_name_at_different_times(self, lake: Lake) -> None:
        write(lake, "a", b"1")
        lake.remove_object("a")
        write(lake, "a/b", b"22")
        lake.remove_object("a/b")
        assert sizes(lake.list_versions("a").earlier) == [1]
        assert sizes(lake.list_versions("a/b").earlier) == [2]

    def test_of_parallel_writers_none_loses_anothers_object(self, folder: Path) -> None:
        lake = self.open_keeping(folder, 100)
        contents = [bytes([number]) * (1_000 + number) for number in range(24)]
        start = threading.Barrier(8)

        def compete(number: int) -> None:
            start.wait()
            for content in contents[number::8]:
                write(lake, DATA_KEY, content)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(compete, range(8)))
        listing = lake.list_versions(DATA_KEY)
        assert sorted(sizes(listing.versions)) == [len(content) for content in contents]
        assert listing.live is not None

    def test_pruning_removes_what_was_planned_and_nothing_else(self, folder: Path) -> None:
        lake = self.open_keeping(folder, 10)
        write_versions(lake, b"1", b"22", b"333")
        few = self.open_keeping(folder, 1)
        plan = few.plan_prune()
        assert (sizes([s.object for s in plan.surplus]), plan.size_bytes, plan.truncated) == ([1], 1, False)
        write(lake, DATA_KEY, b"4444")  # so that there is more to remove than was planned
        assert sizes([s.object for s in few.prune(plan)]) == [1]
        assert sizes(lake.list_versions(DATA_KEY).versions) == [4, 3, 2]
        assert few.prune(plan) == []

    def test_pruning_tidies_the_folders_up(self, folder: Path) -> None:
        lake = self.open_keeping(folder, 10)
        write_versions(lake, b"1", b"22")
        none = self.open_keeping(folder, 0)
        none.prune(none.plan_prune())
        assert [path.name for path in (folder / VERSIONS_FOLDER).iterdir()] == [VERSIONS_FOLDER]


# A process that is killed at a random moment of replacing and removing one object, again and again.
CHURN = f"""
import itertools
from lakeside.lake.lake import Lake
from lakeside.settings import load_settings
lake = Lake.open(load_settings())
for number in itertools.count(int(input())):
    with lake.open_writer({DATA_KEY!r}) as file:
        file.write(number.to_bytes(8, "big") * 100)
    print(number, flush=True)
    if number % 7 == 6:
        lake.remove_object({DATA_KEY!r})
"""


class TestKilled:
    def test_a_killed_writer_never_loses_what_was_written(self, tmp_path: Path) -> None:
        """Whatever was said to be written is the live object or a version, whole, however the writer died."""
        lake = Lake.open(Settings(lake_url=str(tmp_path), retention=RetentionSettings(versions=1_000)))
        environment = {
            **os.environ,
            "LAKESIDE_LAKE_URL": str(tmp_path),
            "LAKESIDE_RETENTION__VERSIONS": "1000",
        }
        said = 0
        for lines in (1, 5, 16):
            process = subprocess.Popen(
                [sys.executable, "-c", CHURN],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            with process:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(f"{said}\n")
                process.stdin.flush()
                for _ in range(lines):
                    said = int(process.stdout.readline()) + 1
                process.send_signal(signal.SIGKILL)
                rest = process.stdout.read().split("\n")
            said = max([said, *(int(line) + 1 for line in rest[:-1])])
            kept = {self.number_in(lake, version) for version in lake.list_versions(DATA_KEY, 1_000).versions}
            assert set(range(said)) <= kept
            said = max(kept) + 1  # what was killed after the rename and before it was said is there too
        assert len(list_keys(lake)) <= 1

    def number_in(self, lake: Lake, version: LakeObject) -> int:
        """The number a version holds a hundred times."""
        folder = lake.find_local_path(DATA_KEY)
        assert folder is not None
        root = folder.parents[2]
        path = folder if version.is_live else FolderVersions(root, 1).find_path(DATA_KEY, version.version)
        content = path.read_bytes()
        assert content == content[:8] * 100
        return int.from_bytes(content[:8], "big")
