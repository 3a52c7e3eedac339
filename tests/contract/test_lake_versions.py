"""Earlier versions of objects, on every kind of lake: kept before they are replaced, listed, restored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from lakeside.errors import NotFound, PlanMoved, SettingsError
from lakeside.lake.folder_versions import FolderVersions
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.lake.objects import LakeObject
from lakeside.lake.versions import get_version
from lakeside.settings import RetentionSettings, Settings
from tests.contract.lake_objects_contract import DATA_KEY, list_keys, read, write
from tests.contract.lake_parquet_contract import make_table, write_table
from tests.servers.gcs import GcsServer, run_gcs_server
from tests.servers.versioned_gcs import VersionedBucket, run_versioned_gcs


class VersionsContract:
    """What every lake promises; a backend gives the `lake` fixture."""

    @pytest.fixture
    def lake(self) -> Lake:
        raise NotImplementedError("a backend gives its lake")

    def test_a_new_object_has_one_version_which_is_live(self, lake: Lake) -> None:
        assert lake.list_versions("nothing").versions == []
        write(lake, DATA_KEY, b"one")
        listing = lake.list_versions(DATA_KEY)
        assert [(v.version, v.is_live) for v in listing.versions] == [
            (lake.get_object(DATA_KEY).version, True)
        ]
        assert (listing.live, listing.earlier, listing.truncated) == (lake.get_object(DATA_KEY), [], False)

    def test_names_that_begin_alike_are_not_versions(self, lake: Lake) -> None:
        for key in ("a", "a.bak", "ab"):
            write(lake, key, key.encode())
        assert [v.key for v in lake.list_versions("a").versions] == ["a"]

    def test_nothing_keeps_its_versions_where_a_key_cannot_be(self, lake: Lake) -> None:
        for key in ("../a", f"{VERSIONS_FOLDER}/a", f"data/{VERSIONS_FOLDER}/a"):
            with pytest.raises(SettingsError, match="not the name of a lake object"):
                lake.list_versions(key)


class KeepsVersions:
    """What a lake that keeps versions promises besides."""

    @pytest.fixture
    def lake(self) -> Lake:
        raise NotImplementedError("a backend gives its lake")

    def test_what_is_replaced_is_kept_newest_first(self, lake: Lake) -> None:
        names = write_versions(lake, b"one", b"two", b"three")
        listing = lake.list_versions(DATA_KEY)
        assert [v.version for v in listing.versions] == names[::-1]
        assert [v.is_live for v in listing.versions] == [True, False, False]
        assert [v.size_bytes for v in listing.versions] == [5, 3, 3]
        first, second = listing.earlier[1], listing.earlier[0]
        assert first.replaced_at is not None
        assert second.replaced_at is not None
        assert first.modified_at <= first.replaced_at <= second.replaced_at
        assert lake.list_versions(DATA_KEY, limit=2).truncated

    def test_footers_of_earlier_versions(self, lake: Lake) -> None:
        for rows in (3, 4, 5):
            write_table(lake, DATA_KEY, make_table().slice(0, rows))
        versions = lake.list_versions(DATA_KEY).versions
        assert [lake.read_found_footer(v).rows for v in versions] == [5, 4, 3]

    def test_restoring_is_a_new_version_and_removes_nothing(self, lake: Lake) -> None:
        write_versions(lake, b"one", b"two", b"three", b"four")
        before = lake.list_versions(DATA_KEY)
        restored = lake.restore_version(before.earlier[2], before.live)
        assert read(lake, DATA_KEY) == b"one"
        after = lake.list_versions(DATA_KEY)
        assert after.live == restored == lake.get_object(DATA_KEY)
        assert [v.version for v in after.earlier] == [v.version for v in before.versions]

    def test_restoring_what_was_removed(self, lake: Lake) -> None:
        write_versions(lake, b"one", b"two")
        lake.remove_object(DATA_KEY)
        listing = lake.list_versions(DATA_KEY)
        assert (listing.live, len(listing.earlier), list_keys(lake)) == (None, 2, [])
        lake.restore_version(listing.earlier[0], None)
        assert read(lake, DATA_KEY) == b"two"

    def test_restoring_is_refused_when_something_else_is_live(self, lake: Lake) -> None:
        write_versions(lake, b"one", b"two")
        seen = lake.list_versions(DATA_KEY)
        write(lake, DATA_KEY, b"three")
        for expected in (seen.live, None):
            with pytest.raises(PlanMoved, match="nothing was changed"):
                lake.restore_version(seen.earlier[0], expected)
        assert read(lake, DATA_KEY) == b"three"
        lake.remove_object(DATA_KEY)
        with pytest.raises(PlanMoved):
            lake.restore_version(seen.earlier[0], seen.live)
        assert list_keys(lake) == []

    def test_a_version_is_found_by_name_beginning_and_place(self, lake: Lake) -> None:
        names = write_versions(lake, b"1", b"22", b"333")
        listing = lake.list_versions(DATA_KEY)
        wanted = {"live": names[2], "1": names[1], "2": names[0], names[0]: names[0], names[0][:-1]: names[0]}
        for name, version in wanted.items():
            if sum(v.startswith(name) for v in names) < 2:
                assert get_version(listing, name).version == version
        for name in ("3", "0", "nonsense", ""):
            with pytest.raises(NotFound, match="versions"):
                get_version(listing, name)


def write_versions(lake: Lake, *contents: bytes) -> list[str]:
    versions = []
    for content in contents:
        write(lake, DATA_KEY, content)
        versions.append(lake.get_object(DATA_KEY).version)
    return versions


def sizes(versions: list[LakeObject]) -> list[int]:
    return [version.size_bytes for version in versions]


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
        assert list_keys(lake, f"{VERSIONS_FOLDER}/") == list_keys(lake, ".") == []
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


@pytest.fixture(scope="module")
def gcs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcsServer]:
    with run_gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        server.create_bucket("lakeside-test")
        yield server


@pytest.mark.emulator
class TestGcsVersions(VersionsContract):
    @pytest.fixture
    def lake(self, gcs_server: GcsServer) -> Lake:
        url = f"gs://lakeside-test/{uuid.uuid4().hex}/a lake"
        return Lake.open(Settings(lake_url=url, storage_emulator_host=gcs_server.url))

    def test_retention_is_the_buckets(self, lake: Lake) -> None:
        retention = lake.read_retention()
        assert (retention.kept_by, retention.bucket_versioning) == ("bucket", False)

    @pytest.mark.xfail(reason="fake-gcs-server lists no old generations (versions=true)", strict=True)
    def test_earlier_generations_are_listed(self, lake: Lake) -> None:
        write_versions(lake, b"one", b"two")
        assert len(lake.list_versions(DATA_KEY).earlier) == 1

    @pytest.mark.xfail(reason="fake-gcs-server copies in spite of ifGenerationMatch", strict=True)
    def test_restoring_is_refused_when_something_else_is_live(self, lake: Lake) -> None:
        write_versions(lake, b"one")
        seen = lake.get_object(DATA_KEY)
        with pytest.raises(PlanMoved):
            lake.restore_version(seen, None)

    def test_a_live_generation_is_copied_to_a_new_one(self, lake: Lake) -> None:
        """What of restoring the emulator can: the call that copies a generation inside the service."""
        write_versions(lake, b"one")
        seen = lake.get_object(DATA_KEY)
        lake.restore_version(seen, seen)
        assert read(lake, DATA_KEY) == b"one"
        assert lake.get_object(DATA_KEY).version != seen.version


class TestDocumentedGcsVersions(VersionsContract, KeepsVersions):
    """A bucket with Object Versioning, by what the reference of the JSON API says it answers."""

    @pytest.fixture
    def bucket(self) -> Iterator[VersionedBucket]:
        with run_versioned_gcs() as bucket:
            yield bucket

    @pytest.fixture
    def lake(self, bucket: VersionedBucket) -> Lake:
        return Lake.open(Settings(lake_url="gs://versioned/a lake", storage_emulator_host=bucket.url))

    def test_a_listing_of_several_pages_with_names_that_begin_alike(
        self, lake: Lake, bucket: VersionedBucket
    ) -> None:
        bucket.page_objects = 2
        for number in range(5):
            write(lake, DATA_KEY, bytes(number))
        write(lake, f"{DATA_KEY}.bak", b"x")
        assert sizes(lake.list_versions(DATA_KEY).versions) == [4, 3, 2, 1, 0]

    def test_a_large_object_is_copied_in_several_calls(self, lake: Lake, bucket: VersionedBucket) -> None:
        bucket.rewrite_calls = 3
        write_versions(lake, b"one", b"two")
        listing = lake.list_versions(DATA_KEY)
        bucket.requests.clear()
        lake.restore_version(listing.earlier[0], listing.live)
        assert read(lake, DATA_KEY) == b"one"
        assert sum("rewriteTo" in request for request in bucket.requests) == 3

    def test_a_copy_whose_answer_was_lost_is_no_failure(self, lake: Lake, bucket: VersionedBucket) -> None:
        write_versions(lake, b"one", b"two")
        listing = lake.list_versions(DATA_KEY)
        bucket.lose_rewrite_answers = 1
        lake.restore_version(listing.earlier[0], listing.live)
        assert read(lake, DATA_KEY) == b"one"
        assert len(lake.list_versions(DATA_KEY).versions) == 3

    def test_pruning_leaves_versions_to_the_bucket_and_removes_rows_set_aside(
        self, bucket: VersionedBucket
    ) -> None:
        place = {"lake_url": "gs://versioned/a lake", "storage_emulator_host": bucket.url}
        lake = Lake.open(Settings(**place, retention=RetentionSettings(versions=0, quarantine_days=1e-9)))
        write_versions(lake, b"one", b"two")
        write(lake, "quarantine/green/x.parquet", b"rows")
        plan = lake.plan_prune()
        assert [s.object.key for s in plan.surplus] == ["quarantine/green/x.parquet"]
        assert "lifecycle rules" in plan.sentences[-1]
        write(lake, "quarantine/green/x.parquet", b"newer rows")
        assert lake.prune(plan) == []
        assert len(lake.prune(lake.plan_prune())) == 1
        assert list_keys(lake) == [DATA_KEY]
        assert len(lake.list_versions(DATA_KEY).versions) == 2

    def test_custom_metadata_comes_along(self, lake: Lake) -> None:
        write(lake, DATA_KEY, b"one")
        lake.set_metadata(DATA_KEY, {"lakeside-source": "tlc"})
        write(lake, DATA_KEY, b"two")
        listing = lake.list_versions(DATA_KEY)
        assert listing.earlier[0].metadata == {"lakeside-source": "tlc"}
        assert lake.restore_version(listing.earlier[0], listing.live).metadata == {"lakeside-source": "tlc"}

    def test_retention_is_told_from_the_buckets_settings(self, lake: Lake, bucket: VersionedBucket) -> None:
        assert lake.read_retention().bucket_versioning is True
        assert "kept for good" in " ".join(lake.read_retention().sentences)
        bucket.resource |= {
            "lifecycle": {
                "rule": [
                    {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 30}},
                    {"action": {"type": "Delete"}, "condition": {"age": 9, "isLive": True}},
                    {"action": {"type": "SetStorageClass"}, "condition": {"age": 8}},
                ]
            },
            "softDeletePolicy": {"retentionDurationSeconds": "604800"},
        }
        told = " ".join(lake.read_retention().sentences)
        assert "daysSinceNoncurrentTime 30" in told
        assert "7 days" in told
        assert "age" not in told
        bucket.resource = {}
        assert lake.read_retention().bucket_versioning is False
        bucket.resource_status = 403
        assert lake.read_retention().bucket_versioning is None
