"""Which source has a month, and what it says about the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.datasets import get_dataset
from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    BadFile,
    LimitExceeded,
    SettingsError,
    SourceMissing,
)
from lakeside.month import Month
from lakeside.settings import SourceSettings
from lakeside.sources.probe import SourceName
from lakeside.sources.sources import Sources
from tests.servers.files import Faults, FileServer, serve_folder

GREEN, FHVHV = get_dataset("green"), get_dataset("fhvhv")
MONTH = Month(2020, 10)
FILE = "/green_tripdata_2020-10.csv.gz"
TEMPLATE = "/{dataset}_tripdata_{year}-{month:02d}.csv.gz"


@pytest.fixture
def server(tmp_path: Path):
    (tmp_path / FILE[1:]).write_bytes(b"x" * 1000)
    with serve_folder(tmp_path) as running:
        yield running


def open_sources(server: FileServer, **settings) -> Sources:
    return Sources(SourceSettings(datatalksclub_url=server.url + TEMPLATE, backoff_seconds=0, **settings))


def probe(sources: Sources):
    return sources.probe(GREEN, MONTH, SourceName.DATATALKSCLUB)


def test_the_course_s_files_come_first_and_the_sample_last() -> None:
    sources = Sources(SourceSettings())
    assert sources.list_sources(GREEN, MONTH) == ["datatalksclub", "tlc", "sample"]
    assert sources.list_sources(GREEN, Month(2023, 1)) == ["tlc", "sample"]
    assert sources.choose(GREEN, MONTH) is SourceName.DATATALKSCLUB
    assert sources.choose(GREEN, Month(2023, 1)) is SourceName.TLC


def test_the_archive_is_listed_only_when_it_is_set_and_taken_by_itself_only_as_the_last() -> None:
    sources = Sources(SourceSettings(archive_url="file:///x/{dataset}-{year}-{month}.csv"))
    assert sources.list_sources(GREEN, MONTH) == ["datatalksclub", "tlc", "archive", "sample"]
    assert sources.choose(GREEN, MONTH) is SourceName.DATATALKSCLUB
    assert sources.choose(GREEN, Month(2013, 9)) is SourceName.ARCHIVE
    with pytest.raises(SettingsError, match="archive"):
        Sources(SourceSettings()).choose(GREEN, Month(2013, 9), SourceName.ARCHIVE)


def test_a_month_before_the_first_names_the_first() -> None:
    with pytest.raises(SourceMissing, match="2019-02"):
        Sources(SourceSettings()).choose(FHVHV, Month(2018, 1))
    with pytest.raises(SourceMissing, match="2021-07"):
        Sources(SourceSettings()).choose(GREEN, Month(2022, 1), SourceName.DATATALKSCLUB)


def test_auto_goes_on_to_the_next_source_when_a_release_lacks_the_file(tmp_path: Path) -> None:
    (tmp_path / "green_tripdata_2020-10.parquet").write_bytes(b"x" * 700)
    with serve_folder(tmp_path) as server:
        tlc = server.url + "/{dataset}_tripdata_{year}-{month:02d}.parquet"
        sources = open_sources(server, tlc_url=tlc)
        found = sources.probe(GREEN, MONTH, SourceName.AUTO)
        assert (found.source, found.size_bytes) == (SourceName.TLC, 700)
        with pytest.raises(SourceMissing, match=r"2020-11\.csv\.gz.*2020-11\.parquet"):
            sources.probe(GREEN, Month(2020, 11), SourceName.AUTO)


def test_head_tells_size_etag_and_date(server: FileServer) -> None:
    answer = probe(open_sources(server))
    assert (answer.size_bytes, answer.format, answer.accepts_ranges) == (1000, "csv.gz", True)
    assert answer.etag and answer.last_modified and answer.last_modified.tzinfo
    assert [r[0] for r in server.requests] == ["HEAD"]


def test_a_refused_head_is_asked_as_one_byte(server: FileServer) -> None:
    server.faults[FILE] = Faults(head=False)
    answer = probe(open_sources(server))
    assert (answer.size_bytes, answer.accepts_ranges) == (1000, True)
    server.faults[FILE] = Faults(head=False, ranges=False)
    answer = probe(open_sources(server))
    assert (answer.size_bytes, answer.accepts_ranges) == (1000, False)


def test_what_may_pass_is_tried_again(server: FileServer) -> None:
    server.faults[FILE] = Faults(fail_times=3)
    assert probe(open_sources(server)).size_bytes == 1000
    server.faults[FILE] = Faults(fail_times=1, fail_status=429, retry_after="0")
    assert probe(open_sources(server)).size_bytes == 1000
    server.faults[FILE] = Faults(fail_times=99)
    with pytest.raises(BackendUnavailable, match=r"5 attempts: HTTP 503") as caught:
        probe(open_sources(server))
    assert caught.value.retryable and FILE in caught.value.message


def test_retry_after_is_waited_for(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    server.faults[FILE] = Faults(fail_times=1, fail_status=429, retry_after="7")
    probe(open_sources(server))
    assert max(slept) >= 7


@pytest.mark.parametrize(
    ("status", "error"), [(401, AccessDenied), (403, AccessDenied), (404, SourceMissing)]
)
def test_refusals_are_final(server: FileServer, status: int, error: type[Exception]) -> None:
    server.faults[FILE] = Faults(fail_times=9, fail_status=status)
    with pytest.raises(error, match=FILE):
        probe(open_sources(server))
    assert len(server.requests) == 1


def test_an_html_page_is_not_a_file(server: FileServer) -> None:
    server.faults[FILE] = Faults(content_type="text/html; charset=utf-8")
    with pytest.raises(BadFile, match=f"{FILE} is an HTML page"):
        probe(open_sources(server))


def test_redirects_are_followed_but_not_for_ever(server: FileServer) -> None:
    server.faults["/away" + FILE] = Faults(redirect_to=server.url + FILE)
    moved = Sources(SourceSettings(datatalksclub_url=server.url + "/away" + TEMPLATE))
    assert probe(moved).size_bytes == 1000
    assert {r[0] for r in server.requests} == {"HEAD"}
    server.faults[FILE] = Faults(redirect_to=server.url + FILE)
    with pytest.raises(BadFile, match="redirect"):
        probe(open_sources(server))


def test_a_file_above_the_bound_is_refused_before_it_is_fetched(server: FileServer) -> None:
    with pytest.raises(LimitExceeded, match=FILE):
        probe(open_sources(server, maximum_file_gigabytes=1e-7))


def test_a_server_that_is_not_there_is_unavailable() -> None:
    sources = Sources(SourceSettings(datatalksclub_url="http://127.0.0.1:9" + TEMPLATE, attempts=1))
    with pytest.raises(BackendUnavailable, match="refused"):
        probe(sources)


def test_local_files(tmp_path: Path) -> None:
    sources = Sources(SourceSettings(datatalksclub_url=f"file://{tmp_path}{TEMPLATE}"))
    with pytest.raises(SourceMissing, match=FILE):
        probe(sources)
    (tmp_path / FILE[1:]).write_bytes(b"abc")
    answer = probe(sources)
    assert (answer.size_bytes, answer.etag) == (3, None)
    with sources.open_stream(answer) as stream:
        assert b"".join(bytes(chunk) for chunk in stream) == b"abc"


@pytest.mark.parametrize(
    "template", ["http://x/{color}.csv", "ftp://x/a.csv", "http://x/{", "http://x/a.txt"]
)
def test_templates_that_cannot_be_used(template: str) -> None:
    with pytest.raises(SettingsError):
        Sources(SourceSettings(archive_url=template, attempts=1)).probe(GREEN, MONTH, SourceName.ARCHIVE)
