"""What every lake promises about objects, whatever it lies on. A backend gives the `lake` fixture."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lakeside.errors import NotFound, SettingsError
from lakeside.lake.lake import Lake

DATA_KEY = "data/green/green_tripdata_2020-10.parquet"
BAD_KEYS = ["", "/etc/passwd", "../outside", "data/../../outside", "a//b", "a/", "a\\b", "a\nb", ".", "a/./b"]
STRANGE_KEYS = [
    "with blank/and more.txt",
    "ümlaut/日本.txt",
    "signs/#1?x=%20&y='z'~*[0]!.txt",
    ".hidden/.file",
    "a::b",
    "gs:/not/a/url",
    "long/" + "x" * 240,
]


def write(lake: Lake, key: str, content: bytes) -> None:
    with lake.open_writer(key) as file:
        file.write(content)


def read(lake: Lake, key: str) -> bytes:
    with lake.open_reader(key) as file:
        return file.read()


def list_keys(lake: Lake, prefix: str = "") -> list[str]:
    return [found.key for found in lake.list_objects(prefix).objects]


class ObjectsContract:
    @pytest.fixture
    def lake(self) -> Lake:
        raise NotImplementedError("a backend gives its lake")

    def test_an_empty_lake_lists_nothing_and_is_ready(self, lake: Lake) -> None:
        listing = lake.list_objects()
        assert (list(listing.objects), listing.truncated) == ([], False)
        assert lake.check_ready()["url"] == lake.url

    def test_what_is_written_can_be_read_listed_and_found(self, lake: Lake) -> None:
        write(lake, DATA_KEY, b"hello")
        found = lake.get_object(DATA_KEY)
        assert read(lake, DATA_KEY) == b"hello"
        assert lake.list_objects().objects == [found]
        assert (found.size_bytes, found.dataset, str(found.month)) == (5, "green", "2020-10")
        assert found.modified_at.tzinfo is not None
        assert lake.url_of(DATA_KEY) == f"{lake.url}/{DATA_KEY}"

    def test_what_is_not_there(self, lake: Lake) -> None:
        assert lake.find_object("nothing/here") is None
        for call in (lake.get_object, lake.read_footer, lake.remove_object, lake.preview_object):
            with pytest.raises(NotFound, match="nothing/here"):
                call("nothing/here")
        with pytest.raises(NotFound, match="nothing/here"), lake.open_reader("nothing/here"):
            pass

    def test_a_folder_is_not_an_object(self, lake: Lake) -> None:
        write(lake, "data/a", b"1")
        assert lake.find_object("data") is None

    def test_an_empty_object(self, lake: Lake) -> None:
        write(lake, "empty", b"")
        assert lake.get_object("empty").size_bytes == 0
        assert read(lake, "empty") == b""

    def test_nothing_is_seen_before_the_end(self, lake: Lake) -> None:
        with lake.open_writer(DATA_KEY) as file:
            file.write(os.urandom(1 << 20))
            assert list_keys(lake) == []
            assert lake.find_object(DATA_KEY) is None
        assert list_keys(lake) == [DATA_KEY]

    @pytest.mark.parametrize("size_bytes", [0, 10, 20 << 20], ids=["nothing", "little", "several blocks"])
    def test_an_exception_discards_and_keeps_the_old_object(self, lake: Lake, size_bytes: int) -> None:
        write(lake, DATA_KEY, b"old")
        with pytest.raises(ZeroDivisionError), lake.open_writer(DATA_KEY) as file:
            file.write(bytes(size_bytes))
            raise ZeroDivisionError
        assert read(lake, DATA_KEY) == b"old"
        assert list_keys(lake) == [DATA_KEY]

    def test_closing_the_file_does_not_publish(self, lake: Lake) -> None:
        with pytest.raises(ZeroDivisionError), lake.open_writer("closed") as file:
            file.write(b"half")
            file.close()
            raise ZeroDivisionError
        assert lake.find_object("closed") is None
        with lake.open_writer("closed") as file:
            file.write(b"whole")
            file.close()
        assert read(lake, "closed") == b"whole"

    def test_a_closed_writer_refuses_more(self, lake: Lake) -> None:
        with lake.open_writer("late") as file:
            file.write(b"x")
        with pytest.raises(ValueError, match="closed"):
            file.write(b"y")
        assert read(lake, "late") == b"x"

    def test_overwriting_changes_the_version(self, lake: Lake) -> None:
        versions = []
        for content in (b"aaaa", b"bbbb", b"cccc"):
            write(lake, DATA_KEY, content)
            versions.append(lake.get_object(DATA_KEY).version)
            assert lake.list_objects().objects[0].version == versions[-1]
        assert len(set(versions)) == 3
        assert lake.get_object(DATA_KEY).version == versions[-1]

    def test_removing(self, lake: Lake) -> None:
        write(lake, "a/b", b"1")
        write(lake, "a/c", b"2")
        lake.remove_object("a/b")
        assert list_keys(lake) == ["a/c"]
        lake.remove_object("a/c")
        assert list_keys(lake) == []

    @pytest.mark.parametrize("key", BAD_KEYS, ids=repr)
    def test_a_key_never_leaves_the_lake(self, lake: Lake, key: str) -> None:
        calls = (lake.find_object, lake.url_of, lake.remove_object, lake.read_footer, lake.find_local_path)
        for call in calls:
            with pytest.raises(SettingsError, match="not the name of a lake object"):
                call(key)
        with pytest.raises(SettingsError), lake.open_writer(key):
            pass
        with pytest.raises(SettingsError), lake.open_reader(key):
            pass

    @pytest.mark.parametrize("prefix", ["../", "/etc", "//", "data/../", "\x00", "a\\"], ids=repr)
    def test_a_prefix_never_leaves_the_lake(self, lake: Lake, prefix: str) -> None:
        write(lake, "data/a", b"1")
        with pytest.raises(SettingsError, match="not the name of a lake object"):
            list_keys(lake, prefix)

    @pytest.mark.parametrize("key", STRANGE_KEYS)
    def test_strange_names(self, lake: Lake, key: str) -> None:
        write(lake, key, b"strange")
        assert list_keys(lake) == [key]
        assert read(lake, key) == b"strange"
        assert lake.get_object(key).size_bytes == 7
        lake.remove_object(key)
        assert list_keys(lake) == []

    def test_prefixes_are_text_and_keys_are_sorted(self, lake: Lake) -> None:
        keys = sorted(["a", "a-b", "a.txt", "data/g", "data/green/1", "data/green/2", "data/yellow/1"])
        for key in reversed(keys):
            write(lake, key, b"")
        assert list_keys(lake) == keys
        assert list_keys(lake, "data/g") == ["data/g", "data/green/1", "data/green/2"]
        assert list_keys(lake, "data/green/") == ["data/green/1", "data/green/2"]
        assert list_keys(lake, "a") == ["a", "a-b", "a.txt"]
        assert list_keys(lake, "a/") == []
        assert list_keys(lake, "data/nothing/") == []

    def test_a_listing_has_a_limit_and_says_when_it_is_met(self, lake: Lake) -> None:
        for number in range(7):
            write(lake, f"data/{number}", b"")
        listing = lake.list_objects(limit=5)
        assert [o.key for o in listing.objects] == [f"data/{n}" for n in range(5)]
        assert listing.truncated
        assert not lake.list_objects(limit=7).truncated
        assert lake.list_objects(limit=0).truncated

    def test_a_large_object_in_odd_pieces(self, lake: Lake) -> None:
        content = os.urandom(17 << 20) + b"tail"
        with lake.open_writer("large") as file:
            for start in range(0, len(content), 999_983):
                file.write(memoryview(content)[start : start + 999_983])
        assert lake.get_object("large").size_bytes == len(content)
        assert read(lake, "large") == content

    def test_readers_seek(self, lake: Lake) -> None:
        write(lake, "digits", b"0123456789")
        with lake.open_reader("digits") as file:
            assert file.seek(-3, os.SEEK_END) == 7
            assert file.read(2) == b"78"
            assert file.tell() == 9
            file.seek(0)
            assert file.read() == b"0123456789"

    def test_two_readers_do_not_disturb_each_other(self, lake: Lake) -> None:
        write(lake, "digits", b"0123456789")
        with lake.open_reader("digits") as one, lake.open_reader("digits") as two:
            assert (one.read(4), two.read(2), one.read(2)) == (b"0123", b"01", b"45")

    def test_of_parallel_writers_one_wins_whole(self, lake: Lake) -> None:
        contents = [bytes([number]) * 300_000 for number in range(8)]
        start = threading.Barrier(len(contents))

        def compete(content: bytes) -> None:
            with lake.open_writer(DATA_KEY) as file:
                file.write(content[:100_000])
                start.wait()
                file.write(content[100_000:])

        with ThreadPoolExecutor(len(contents)) as pool:
            list(pool.map(compete, contents))
        assert read(lake, DATA_KEY) in contents
        assert list_keys(lake) == [DATA_KEY]

    def test_metadata_is_kept_or_ignored_but_never_harms(self, lake: Lake) -> None:
        write(lake, DATA_KEY, b"content")
        lake.set_metadata(DATA_KEY, {"lakeside-month": "2020-10"})
        assert read(lake, DATA_KEY) == b"content"

    def test_there_is_nothing_to_sweep_after_clean_work(self, lake: Lake) -> None:
        write(lake, "a", b"1")
        assert lake.sweep_temporary(older_than_seconds=0) == 0
        assert list_keys(lake) == ["a"]
