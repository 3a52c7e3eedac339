"""A login in a block: set up on the command line, used by services, and never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import setup_gcp
from cli.main import run
from flows.opened import open_services
from lakeside.errors import BackendUnavailable, NotFound, SettingsError
from lakeside.google_access import GoogleAccess
from lakeside.settings import Settings
from tests.flows.conftest import free_port
from tests.servers.gcs import GcsServer, run_gcs_server
from tests.servers.tokens import TokenServer, serve_tokens

pytestmark = [pytest.mark.slow, pytest.mark.emulator]


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    with serve_tokens() as server:
        yield server


@pytest.fixture(scope="module")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcsServer]:
    with run_gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        server.create_bucket("lakes")
        yield server


@pytest.fixture
def key_file(tokens: TokenServer, tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(tokens.key))
    return path


def make_settings(home: Path, gcs: GcsServer, **changes: object) -> Settings:
    from prefect.settings import PREFECT_API_URL

    api = str(PREFECT_API_URL.value())
    return Settings(home=home, storage_emulator_host=gcs.url, prefect={"api_url": api}, **changes)  # type: ignore[arg-type]


@pytest.mark.usefixtures("prefect_api")
def test_a_stored_login_is_what_services_log_in_with(home: Path, gcs: GcsServer, tokens: TokenServer) -> None:
    from flows.blocks import GoogleSetup, save_blocks

    settings = make_settings(home, gcs, lake_url="gs://lakes/one")
    slugs = save_blocks(settings, GoogleSetup("test", "lakes", "trips", tokens.key), "of-a-test")
    assert slugs == ["gcp-credentials/of-a-test", "gcs-bucket/of-a-test", "bigquery-warehouse/of-a-test"]
    given = len(tokens.given)
    chosen = settings.model_copy(update={"credentials_block": "of-a-test"})
    lake = open_services(chosen).lake
    with lake.open_writer("hello.txt") as file:
        file.write(b"hello")
    assert [item.key for item in lake.list_objects().objects] == ["hello.txt"]
    assert len(tokens.given) > given, "the lake asked for a token of its own"
    for secret in (tokens.key["private_key"], tokens.given[-1]):
        assert secret not in repr(lake.access)
        assert secret not in repr(open_services(chosen))


@pytest.mark.usefixtures("prefect_api")
def test_a_block_that_is_not_there_is_named(home: Path, gcs: GcsServer) -> None:
    with pytest.raises(NotFound, match="no block gcp-credentials/nobody"):
        open_services(make_settings(home, gcs, credentials_block="nobody"))


def test_without_prefect_the_block_cannot_be_had(home: Path) -> None:
    settings = Settings(home=home, credentials_block="any", prefect={"port": free_port()})
    with pytest.raises(BackendUnavailable, match="gcp-credentials/any"):
        open_services(settings)


def test_a_token_reaches_a_process_that_reads_apart(tokens: TokenServer) -> None:
    from google.oauth2 import service_account

    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    login = service_account.Credentials.from_service_account_info(tokens.key, scopes=scopes)
    token = GoogleAccess("http://127.0.0.1:1", login).read_token()
    assert token == tokens.given[-1]
    assert GoogleAccess.of_token("http://127.0.0.1:1", token).read_token() == token
    assert GoogleAccess().read_token() is None


@pytest.mark.usefixtures("prefect_api")
def test_what_is_missing_is_said_and_nothing_is_stored(
    home: Path, gcs: GcsServer, key_file: Path, tokens: TokenServer
) -> None:
    settings = make_settings(home, gcs, bigquery_emulator_host=f"http://127.0.0.1:{free_port()}")
    wanted = {"project": "test", "bucket": "nowhere", "dataset": "trips", "location": "US", "name": "none"}
    outcome = setup_gcp.set_up_gcp(settings, wanted, key_file)
    assert not outcome["ok"]
    assert outcome["blocks"] == []
    checks = {check["what"]: check for check in outcome["checks"]}
    assert "gcloud storage buckets create gs://nowhere" in checks["bucket, list"]["hint"]
    assert not checks["dataset"]["ok"]
    with pytest.raises(NotFound):
        open_services(settings.model_copy(update={"credentials_block": "none"}))
    assert tokens.key["private_key"] not in json.dumps(outcome)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no json, but a secret", "is not JSON"),
        ('{"type": "authorized_user", "refresh_token": "a secret"}', "is not the key of a service account"),
        ('{"type": "service_account", "private_key": "a secret"}', "holds no service account's key"),
    ],
)
def test_a_file_that_is_no_key_is_refused_without_quoting_it(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "key.json"
    path.write_text(text)
    assert run(["setup", "gcp", "--project", "p", "--bucket", "b", "--key-file", str(path)]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "a secret" not in said.out + said.err


def test_a_key_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match=r"/no/such/key\.json cannot be read"):
        setup_gcp.read_key(Path("/no/such/key.json"))
