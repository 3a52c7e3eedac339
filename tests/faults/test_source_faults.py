"""Faults of the source under a whole month: lake and table stay as they were, and the next run mends."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lakeside.errors import AccessDenied, BackendUnavailable, BadFile, LakesideError, SourceMissing
from lakeside.services import Services, open_services
from lakeside.settings import Settings, SourceSettings
from lakeside.sources.probe import SourceName
from tests.faults.whole import GREEN, MONTH, Whole, find_left_overs, look, require_equal, run, write_csv
from tests.servers.files import Faults, FileServer, serve_folder

FILE = "/green_tripdata_2020-10.csv"
OLD_ROWS, NEW_ROWS = 300, 700
LONG_AGO = 1_600_000_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's source and home are."""
    place = tmp_path_factory.mktemp("source")
    (place / "sources").mkdir()
    return place


@pytest.fixture(scope="module")
def folder(place: Path) -> Path:
    return place / "sources"


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[FileServer]:
    with serve_folder(folder) as running:
        yield running


@pytest.fixture
def server(running: FileServer) -> FileServer:
    running.faults.clear()
    running.requests.clear()
    return running


def put(folder: Path, content: bytes) -> None:
    path = folder / FILE[1:]
    path.write_bytes(content)
    os.utime(path, (LONG_AGO + len(content), LONG_AGO + len(content)))


def serve(url: str, home: Path, read_seconds: float = 60.0) -> Services:
    sources = SourceSettings(
        archive_url=url + "/{dataset}_tripdata_{year}-{month:02d}.csv",
        backoff_seconds=0.001,
        attempts=2,
        read_seconds=read_seconds,
    )
    return open_services(Settings(home=home, sources=sources))


@pytest.fixture
def services(server: FileServer, folder: Path, place: Path) -> Services:
    """A month whose source has another file now. The table comes after the lake: see the whole way below."""
    services = serve(server.url, place / "home")
    put(folder, write_csv(OLD_ROWS, 1))
    run(services, load=False)
    put(folder, write_csv(NEW_ROWS, 2))
    return services


def require_untouched(services: Services, before: Whole) -> None:
    assert look(services.lake) == before
    assert find_left_overs(services.settings.home_folder) == []


def require_mended(services: Services) -> None:
    """The next run brings the new file, and the one after has nothing to do."""
    result = run(services, load=False)
    assert (result.rows_written, result.rows_rejected) == (NEW_ROWS, 2)
    look(services.lake)
    assert run(services, load=False).state == "unchanged"


LASTING: dict[str, tuple[Faults, type[LakesideError], str]] = {
    "500s that last": (Faults(fail_times=99, fail_status=500), BackendUnavailable, "HTTP 500"),
    "429 that lasts": (
        Faults(fail_times=99, fail_status=429, retry_after="0"),
        BackendUnavailable,
        "after 2 attempts: HTTP 429",
    ),
    "refused": (Faults(fail_times=99, fail_status=403), AccessDenied, "HTTP 403"),
    "gone": (Faults(fail_times=99, fail_status=410), SourceMissing, "does not exist"),
    "cut again and again": (
        Faults(drop_after_bytes=5_000, drop_times=99, ranges=False),
        BackendUnavailable,
        "broke off after",
    ),
    "stalls again and again": (
        Faults(stall_after_bytes=5_000, stall_times=99, ranges=False),
        BackendUnavailable,
        "timed out|no answer in time",
    ),
    "a length that is never met": (Faults(content_length_off=9), BackendUnavailable, "broke off after"),
    "another file in each answer": (Faults(etag_changes=True), BackendUnavailable, "changed while"),
    "no length at all": (Faults(length=False), BadFile, "comes without a length"),
    "redirects in a circle": (Faults(redirect_to=FILE), BadFile, "redirects without end"),
    "redirected to a local file": (Faults(redirect_to="file:///etc/passwd"), BadFile, "not followed"),
    "redirected to another scheme": (Faults(redirect_to="ftp://127.0.0.1/x.csv"), BadFile, "not followed"),
}


@pytest.mark.parametrize(("faults", "error", "says"), LASTING.values(), ids=LASTING)
def test_a_fault_that_stays_leaves_the_old_month(
    services: Services, server: FileServer, faults: Faults, error: type[LakesideError], says: str
) -> None:
    before = look(services.lake)
    server.faults[FILE] = replace(faults)  # its counters count down
    patience = 0.3 if faults.stall_times else 60.0
    with pytest.raises(error, match=says) as caught:
        run(serve(server.url, services.settings.home_folder, patience), load=False)
    assert server.url + FILE in caught.value.message
    require_untouched(services, before)
    server.faults.clear()
    require_mended(services)


PASSING = {
    "500s that pass": Faults(fail_times=1, fail_status=500),
    "429 that passes": Faults(fail_times=1, fail_status=429, retry_after="0"),
    "cut once": Faults(drop_after_bytes=70_000, drop_times=1),
    "slow": Faults(seconds_per_piece=0.2),
    "in chunks, without a length": Faults(chunked=True),
    "another host": Faults(),
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_is_not_seen(
    services: Services, server: FileServer, folder: Path, faults: Faults
) -> None:
    server.faults[FILE] = replace(faults)
    with serve_folder(folder) as other:
        if faults == Faults():
            server.faults[FILE] = Faults(redirect_to=other.url.replace("127.0.0.1", "localhost") + FILE)
        require_mended(services)


NOT_THE_FILE = {
    "an HTML page told to be data": (b"<!doctype html><title>We are moving</title>", "HTML"),
    "a gzip file whose end is wrong": (gzip.compress(write_csv(NEW_ROWS))[:-4] + b"\0\0\0\1", "damaged"),
    "a gzip file that is cut": (gzip.compress(write_csv(NEW_ROWS))[:-300], "is cut"),
}


@pytest.mark.parametrize(("content", "says"), NOT_THE_FILE.values(), ids=NOT_THE_FILE)
def test_another_thing_with_200_leaves_the_old_month(
    services: Services, folder: Path, content: bytes, says: str
) -> None:
    before = look(services.lake)
    put(folder, content)
    with pytest.raises(BadFile, match=says):
        run(services, load=False)
    require_untouched(services, before)
    put(folder, write_csv(NEW_ROWS, 2))
    require_mended(services)


@pytest.mark.parametrize("etag", [True, False], ids=["told by its ETag", "told by its length"])
def test_a_file_replaced_between_two_ranges_is_not_mixed_with_the_old_one(
    services: Services, server: FileServer, folder: Path, etag: bool
) -> None:
    before = look(services.lake)
    put(folder, write_csv(3 * NEW_ROWS, 2))
    server.faults[FILE] = Faults(
        drop_after_bytes=70_000,
        drop_times=1,
        etag=etag,
        ignores_if_range=True,
        when_cut=lambda: put(folder, write_csv(2 * NEW_ROWS, 2)),
    )
    with pytest.raises(BackendUnavailable, match="now has another file"):
        run(services, load=False)
    require_untouched(services, before)
    server.faults.clear()
    put(folder, write_csv(NEW_ROWS, 2))
    require_mended(services)


def test_the_table_keeps_the_old_month_too_and_the_next_run_mends_both(
    server: FileServer, folder: Path, home: Path
) -> None:
    services = serve(server.url, home)
    put(folder, write_csv(OLD_ROWS, 1))
    run(services)
    before = look(services.lake, services.warehouse)
    put(folder, write_csv(NEW_ROWS, 2))
    server.faults[FILE] = Faults(drop_after_bytes=5_000, drop_times=99, ranges=False)
    with pytest.raises(BackendUnavailable, match="broke off after"):
        run(services)
    assert look(services.lake, services.warehouse) == before
    assert find_left_overs(home) == []
    server.faults.clear()
    assert run(services).warehouse_rows == NEW_ROWS
    assert look(services.lake, services.warehouse).rows == NEW_ROWS
    require_equal(services)


def test_a_local_file_that_grows_while_it_is_read_is_not_taken_for_whole(folder: Path, home: Path) -> None:
    services = serve(f"file://{folder}", home)
    path = folder / FILE[1:]
    path.write_bytes(write_csv(NEW_ROWS, 0))
    probe = services.sources.probe(GREEN, MONTH, SourceName.ARCHIVE)
    with (
        pytest.raises(BackendUnavailable, match="changed while it was read"),
        services.sources.open_stream(probe) as stream,
    ):
        for _ in stream:
            with path.open("ab") as more:
                more.write(b"2,2020")
            os.utime(path, (LONG_AGO, LONG_AGO))


def make_certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody but itself has signed, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_a_certificate_nobody_signed_is_refused_at_once_and_works_once_it_is_trusted(
    folder: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, write_csv(NEW_ROWS, 2))
    certificate = make_certificate(tmp_path)
    with serve_folder(folder, certificate) as server:
        services = serve(server.url, home)
        with pytest.raises(BackendUnavailable, match="certificate is refused") as caught:
            run(services, load=False)
        assert not caught.value.retryable
        assert server.requests == []
        assert look(services.lake) == Whole()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        require_mended(services)


def test_https_does_not_become_http(
    folder: Path, server: FileServer, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, write_csv(NEW_ROWS, 2))
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve_folder(folder, certificate) as safe:
        safe.faults[FILE] = Faults(redirect_to=server.url + FILE)
        with pytest.raises(BadFile, match="never from https to http"):
            run(serve(safe.url, home), load=False)
    assert server.requests == []
