"""What lakes promise about the earlier versions of objects: kept, listed, restored."""

from __future__ import annotations

import pytest

from lakeside.errors import NotFound, PlanMoved, SettingsError
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.lake.objects import LakeObject
from lakeside.lake.versions import get_version
from tests.contract.lake_objects_contract import DATA_KEY, list_keys, read, write
from tests.contract.lake_parquet_contract import make_table, write_table


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
