"""Sources that need a password or a signature: the server gets them, and nobody else ever sees them."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from lakeside.datasets import get_dataset
from lakeside.errors import LakesideError
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.sources.probe_store import FILE_NAME
from lakeside.sources.sample import sample_batches
from tests.servers.files import Faults, FileServer, serve_folder

GREEN, MONTH = get_dataset("green"), Month(2020, 10)
FILE = "/green_2020-10.csv"
PASSWORD, SIGNATURE = "openSesame", "c2lnbmF0dXJl"
LOGIN = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    folder = tmp_path / "files"
    folder.mkdir()
    rows = pa.Table.from_batches(list(sample_batches(GREEN, MONTH, 10)))
    pa_csv.write_csv(rows, folder / FILE[1:])
    with serve_folder(folder) as running:
        yield running


@pytest.fixture
def services(server: FileServer, tmp_path: Path) -> Services:
    secret = server.url.replace("://", f"://me:{PASSWORD}@")
    template = secret + "/{dataset}_{year}-{month:02d}.csv?sig=" + SIGNATURE
    sources = {"archive_url": template, "attempts": 2, "backoff_seconds": 0}
    return open_services(Settings(home=tmp_path / "home", sources=sources))


def ingest(services: Services) -> None:
    run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE), services)


def find_secrets(*places: object) -> list[str]:
    return [word for word in (PASSWORD, SIGNATURE, LOGIN[6:]) for place in places if word in str(place)]


def test_a_month_comes_from_such_a_source_and_nothing_written_holds_the_secret(
    server: FileServer, services: Services, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults[FILE] = Faults(drop_after_bytes=40, drop_times=1)
    ingest(services)
    assert set(server.secrets) == {(LOGIN, f"sig={SIGNATURE}")}
    footer = services.lake.read_footer("data/green/green_tripdata_2020-10.parquet")
    assert footer.provenance
    assert footer.provenance.source_url == f"{server.url.replace('://', '://…@')}{FILE}?sig=…"
    written = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert FILE_NAME in {path.name for path in written}
    assert find_secrets(*[path.read_bytes() for path in written], caplog.text) == []
    assert "source.drop" in caplog.text


def test_the_same_address_with_a_new_signature_is_no_change(
    services: Services, server: FileServer, tmp_path: Path
) -> None:
    ingest(services)
    renewed = str(services.settings.sources.archive_url).replace(SIGNATURE, "renewed")
    sources = services.settings.sources.model_copy(update={"archive_url": renewed})
    again = open_services(services.settings.model_copy(update={"sources": sources}))
    result = run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE), again)
    assert result.state == "unchanged"
    assert server.secrets[-1] == (LOGIN, "sig=renewed")


@pytest.mark.parametrize(
    "faults",
    [
        Faults(fail_times=9, fail_status=500),
        Faults(fail_times=9, fail_status=403),
        Faults(fail_times=9, fail_status=404),
        Faults(fail_times=9, fail_status=418),
        Faults(redirect_to=FILE),
        Faults(redirect_to=f"ftp://me:{PASSWORD}@127.0.0.1/?sig={SIGNATURE}"),
        Faults(content_type="text/html"),
        Faults(drop_after_bytes=40, drop_times=99, ranges=False, etag=False, last_modified=False),
    ],
    ids=["500", "403", "404", "418", "loop", "ftp", "html", "dropped"],
)
def test_no_error_of_a_source_holds_the_secret(
    server: FileServer, services: Services, faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults[FILE] = faults
    with pytest.raises(LakesideError) as failed:
        ingest(services)
    error = failed.value
    assert "127.0.0.1" in str(error)
    assert find_secrets(error, repr(error), error.args, error.as_dict(), caplog.text) == []


def test_a_redirect_takes_the_password_nowhere_else(
    server: FileServer, services: Services, tmp_path: Path
) -> None:
    with serve_folder(tmp_path / "files") as other:
        server.faults[FILE] = Faults(redirect_to=other.url + FILE)
        ingest(services)
        assert {login for login, _ in other.secrets} == {None}


def test_the_footer_of_a_stranger_that_holds_a_secret_is_shown_without_it() -> None:
    """Objects written before, or by others, may hold what ours no longer do."""
    written = Provenance(
        dataset="green",
        month="2020-10",
        source="archive",
        source_url="sample://x",
        source_bytes=1,
        source_sha256="0",
        rows_read=1,
        rows_written=1,
        rows_rejected=0,
        contract_version=1,
        content_id="x",
        program_version="1",
    ).model_dump_json()
    old = written.replace("sample://x", f"https://me:{PASSWORD}@host/?sig={SIGNATURE}")
    assert find_secrets(Provenance.model_validate_json(old)) == []
