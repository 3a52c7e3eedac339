"""Secrets in every setting that may hold one stand on no page, in no audit log and in nothing written."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from lakeside.datasets import get_dataset
from lakeside.errors import AccessDenied, LakesideError
from lakeside.month import Month
from lakeside.people import Act, Caller, Gate, Role
from lakeside.people.audit_log import FILE_NAME, AuditLog, find_audit_folder
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings, load_settings, setting_names
from lakeside.sources.probe import SourceName
from lakeside.sources.sample import sample_batches
from lakeside.zones import ingest_zones
from tests.servers.files import FileServer, serve_folder
from tests.ui.conftest import OpenPage
from ui.app_pages.pages import PAGES

PASSWORD, SIGNATURE = "openSesamePlanted", "c2lnbmF0dXJlUGxhbnRlZA"
SECRETS = (PASSWORD, SIGNATURE, base64.b64encode(f"me:{PASSWORD}".encode()).decode())
MONTH, MISSING = Month(2020, 10), Month(2020, 11)
KEY = f"data/green/green_tripdata_{MONTH}.parquet"
TABS = ("origin", "versions", "load", "code")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    folder = tmp_path / "files"
    folder.mkdir()
    rows = pa.Table.from_batches(list(sample_batches(get_dataset("green"), MONTH, 50)))
    pa_csv.write_csv(rows, folder / f"green_{MONTH}.csv")
    (folder / "zones.csv").write_text("no zones\n")
    with serve_folder(folder) as running:
        yield running


@pytest.fixture
def planted(
    server: FileServer, tmp_path: Path, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Every setting that is an address, with a password and a signed query; Prefect's own password too."""
    address = server.url.replace("://", f"://me:{PASSWORD}@")
    month = f"{address}/{{dataset}}_{{year}}-{{month:02d}}.csv?sig={SIGNATURE}"
    nowhere = f"http://me:{PASSWORD}@127.0.0.1:{closed_port}"
    values = {
        "LAKESIDE_HOME": str(tmp_path / "home"),
        "LAKESIDE_SOURCES__ARCHIVE_URL": month,
        "LAKESIDE_SOURCES__DATATALKSCLUB_URL": month,
        "LAKESIDE_SOURCES__TLC_URL": month,
        "LAKESIDE_SOURCES__ZONE_LOOKUP_URL": f"{address}/zones.csv?sig={SIGNATURE}",
        "LAKESIDE_SOURCES__ZONE_SHAPES_URL": f"{address}/shapes.zip?sig={SIGNATURE}",
        "LAKESIDE_PREFECT__API_URL": f"{nowhere}/api?sig={SIGNATURE}",
        "LAKESIDE_PREFECT__DASK_SCHEDULER": f"tcp://me:{PASSWORD}@127.0.0.1:8786?sig={SIGNATURE}",
        "LAKESIDE_PEOPLE__METADATA_URL": f"{nowhere}/.well-known?sig={SIGNATURE}",
        "LAKESIDE_PEOPLE__CONSOLE_URL": f"{nowhere}/?sig={SIGNATURE}",
        "STORAGE_EMULATOR_HOST": f"{nowhere}/?sig={SIGNATURE}",
        "BIGQUERY_EMULATOR_HOST": f"{nowhere}/?sig={SIGNATURE}",
        "PREFECT_API_AUTH_STRING": f"me:{PASSWORD}",
        "PREFECT_API_KEY": PASSWORD,
        "LAKESIDE_SOURCES__BACKOFF_SECONDS": "0",
        "LAKESIDE_SOURCES__ATTEMPTS": "1",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    addresses = {name for name in setting_names() if name.endswith(("_URL", "_HOST", "_SCHEDULER"))}
    assert addresses - set(values) == {"LAKESIDE_LAKE_URL"}, "plant a secret in the new address, too"
    return load_settings()


def fill(settings: Settings) -> Services:
    """A month from such a source, one that it does not have, and zones it has not."""
    services = open_services(settings)
    run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE), services)
    for work in (
        lambda: run_month(MonthRequest("green", MISSING, SourceName.ARCHIVE), services),
        lambda: ingest_zones(services),
    ):
        with pytest.raises(LakesideError) as failed:
            work()
        assert find_secrets(repr(failed.value), str(failed.value.as_dict())) == []
    return services


def read_all(app: AppTest) -> str:
    """Everything that is sent to the browser, whatever element it is in."""
    found: list[Message] = [element.proto for element in app.main] + [
        element.proto for element in app.sidebar
    ]
    return "\n".join([str(app.query_params), *map(str, found)])


def find_secrets(*texts: str) -> list[str]:
    return [secret for secret in SECRETS for text in texts if secret in text]


def test_no_page_shows_a_secret(planted: Settings, open_page: OpenPage) -> None:
    services = fill(planted)
    home = planted.home_folder
    words = {page.url_path: read_all(open_page(home, page.url_path)) for page in PAGES}
    for tab in TABS:
        words[tab] = read_all(open_page(home, "lake", object=KEY, tab=tab))
    months = {"dataset": "green", "source": "archive", "months": f"{MISSING},{MONTH}"}
    words["plan"] = read_all(open_page(home, "ingest", **months))
    act_and_fail(services)
    audit = words["audit with rows"] = read_all(open_page(home, "audit"))
    assert "RuntimeError" in audit and "…@127.0.0.1" in audit
    assert "…@127.0.0.1" in words["origin"] and "sig=…" in words["origin"]
    assert {place: found for place, text in words.items() if (found := find_secrets(text))} == {}
    written = [path for path in home.rglob("*") if path.is_file()]
    assert find_audit_folder(planted) / FILE_NAME in written
    held = {str(path): find_secrets(path.read_bytes().decode(errors="replace")) for path in written}
    assert {path: found for path, found in held.items() if found} == {}


def act_and_fail(services: Services) -> None:
    """Acts that are told an address, are refused, and fail with an error that is none of ours."""
    settings = services.settings
    address = str(settings.sources.archive_url)
    gate = Gate(Caller.of_machine("127.0.0.1"), settings, AuditLog(settings))
    told = {"url": address, "urls": [address], "within": {"deeper": {"still": address}}, "webhook": address}
    with gate.acting(Act.START_RUNS, told):
        pass
    with pytest.raises(RuntimeError), gate.acting(Act.START_RUNS, told):
        raise RuntimeError(address)
    eve = Caller("eve", Role.VIEWER, "127.0.0.1", f"Not at {address}.")
    with pytest.raises(AccessDenied):
        Gate(eve, settings, AuditLog(settings)).require(Act.START_RUNS, told)
