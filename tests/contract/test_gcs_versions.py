"""Earlier versions in a bucket: against the emulator, and against what the reference of the API says."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from lakeside.errors import PlanMoved
from lakeside.lake.lake import Lake
from lakeside.settings import RetentionSettings, Settings
from tests.contract.lake_objects_contract import DATA_KEY, list_keys, read, write
from tests.contract.lake_versions_contract import KeepsVersions, VersionsContract, sizes, write_versions
from tests.servers.gcs import GcsServer
from tests.servers.versioned_gcs import VersionedBucket, run_versioned_gcs


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
