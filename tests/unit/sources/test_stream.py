"""Downloads that drop, lie or change."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from lakeside.datasets import get_dataset
from lakeside.errors import BackendUnavailable, LimitExceeded
from lakeside.month import Month
from lakeside.settings import SourceSettings
from lakeside.sources.probe import SourceName
from lakeside.sources.sources import Sources
from tests.servers.files import Faults, FileServer, serve_folder

NAME = "/file.csv"
CONTENT = hashlib.shake_256(b"seed").digest(3_000_000)


@pytest.fixture
def server(tmp_path: Path):
    (tmp_path / NAME[1:]).write_bytes(CONTENT)
    os.utime(
        tmp_path / NAME[1:], (1_600_000_000, 1_600_000_000)
    )  # the date of a file just written promises nothing
    with serve_folder(tmp_path) as running:
        yield running


def download(server: FileServer, faults: Faults | None = None, **settings) -> tuple[bytes, str]:
    sources = Sources(
        SourceSettings(archive_url=server.url + NAME, backoff_seconds=0.001, attempts=3, **settings)
    )
    probe = sources.probe(get_dataset("green"), Month(2020, 10), SourceName.ARCHIVE)
    if faults:
        server.faults[NAME] = faults
    server.requests.clear()
    with sources.open_stream(probe) as stream:
        content = b"".join(bytes(chunk) for chunk in stream)
        assert stream.bytes_read == len(content)
    return content, stream.sha256


def ranges(server: FileServer) -> list[str | None]:
    return [r[2] for r in server.requests]


def test_a_clean_download_is_hashed_on_the_way(server: FileServer) -> None:
    assert download(server) == (CONTENT, hashlib.sha256(CONTENT).hexdigest())
    assert ranges(server) == [None]


def test_a_dropped_download_goes_on_where_it_stopped(server: FileServer) -> None:
    content, _ = download(server, Faults(drop_after_bytes=700_000, drop_times=3))
    assert content == CONTENT
    assert ranges(server) == [None, "bytes=700000-", "bytes=1400000-", "bytes=2100000-"]


def test_a_last_modified_is_enough_to_go_on(server: FileServer) -> None:
    content, _ = download(server, Faults(drop_after_bytes=700_000, drop_times=1, etag=False))
    assert content == CONTENT and ranges(server) == [None, "bytes=700000-"]


def test_without_ranges_the_same_file_is_read_past_what_is_there(server: FileServer) -> None:
    content, _ = download(server, Faults(drop_after_bytes=2_000_000, drop_times=1, ranges=False))
    assert content == CONTENT


def test_nothing_to_recognise_the_file_by_fails_instead_of_mixing(server: FileServer) -> None:
    faults = Faults(drop_after_bytes=700_000, drop_times=1, etag=False, last_modified=False)
    with pytest.raises(BackendUnavailable, match="700000 of 3000000 bytes"):
        download(server, faults)


def test_a_file_that_changes_in_the_middle_is_not_patched_together(server: FileServer) -> None:
    with pytest.raises(BackendUnavailable, match=r"another file|changed"):
        download(server, Faults(drop_after_bytes=700_000, drop_times=1, etag_changes=True))


def test_a_content_length_that_is_never_met_ends(server: FileServer) -> None:
    server.faults[NAME] = Faults(content_length_off=10)
    with pytest.raises(BackendUnavailable, match="3000000 of 3000010 bytes"):
        download(server)


def test_a_length_that_is_not_the_one_it_was_asked_for_is_another_file(server: FileServer) -> None:
    with pytest.raises(BackendUnavailable, match="changed while it was being looked at"):
        download(server, Faults(content_length_off=10, etag=False))


def test_a_date_of_this_second_does_not_promise_the_same_bytes(server: FileServer, tmp_path: Path) -> None:
    future = time.time() + 3600
    os.utime(tmp_path / NAME[1:], (future, future))
    with pytest.raises(BackendUnavailable, match="nothing to recognise the file by"):
        download(server, Faults(drop_after_bytes=700_000, drop_times=1, etag=False))


@pytest.mark.parametrize("etag", [True, False], ids=["by its ETag", "by its length"])
def test_a_server_that_ignores_if_range_cannot_mix_two_files(
    server: FileServer, tmp_path: Path, etag: bool
) -> None:
    def replace() -> None:
        (tmp_path / NAME[1:]).write_bytes(CONTENT[::-1] + b"more")
        os.utime(tmp_path / NAME[1:], (1_600_000_000, 1_600_000_000))

    faults = Faults(
        drop_after_bytes=700_000, drop_times=1, ignores_if_range=True, etag=etag, when_cut=replace
    )
    with pytest.raises(BackendUnavailable, match="now has another file"):
        download(server, faults)


def test_without_a_length_the_one_that_was_told_before_counts(server: FileServer) -> None:
    assert download(server, Faults(length=False))[0] == CONTENT
    server.faults.clear()
    content, _ = download(server, Faults(length=False, drop_after_bytes=700_000, drop_times=1))
    assert content == CONTENT and len(ranges(server)) == 2


def test_chunks_that_end_early_are_a_cut(server: FileServer) -> None:
    assert download(server, Faults(chunked=True))[0] == CONTENT
    content, _ = download(server, Faults(chunked=True, drop_after_bytes=700_000, drop_times=1))
    assert content == CONTENT and len(ranges(server)) == 2


def test_a_body_longer_than_the_bound_ends(server: FileServer) -> None:
    (server_bytes, _) = download(server, maximum_file_gigabytes=0.003)
    assert len(server_bytes) == 3_000_000
    with pytest.raises(LimitExceeded):
        download(server, maximum_file_gigabytes=0.0029)


def test_a_server_that_stops_sending_is_asked_again(server: FileServer) -> None:
    content, _ = download(server, Faults(stall_after_bytes=700_000, stall_times=1), read_seconds=2)
    assert content == CONTENT and len(ranges(server)) > 1


def test_a_server_that_stops_sending_for_good_is_given_up(server: FileServer) -> None:
    with pytest.raises(BackendUnavailable, match=r"timed out, 3 times in a row|no answer in time"):
        download(server, Faults(stall_after_bytes=700_000, stall_times=99, ranges=False), read_seconds=0.2)


def test_a_slow_server_that_stops_sending_is_given_up(server: FileServer) -> None:
    with pytest.raises(BackendUnavailable, match="timed out"):
        download(server, Faults(seconds_per_piece=1.0, etag=False, last_modified=False), read_seconds=0.2)
