"""Every error a driver raises becomes one of ours; what is our own defect passes unchanged."""

import errno

import aiohttp
import google.auth.exceptions
import pytest
import requests
from fsspec.exceptions import FSTimeoutError
from gcsfs.retry import ChecksumError, HttpError

from lakeside.errors import (
    AccessDenied,
    BackendUnavailable,
    BadFile,
    LakesideError,
    NotFound,
    SettingsError,
)
from lakeside.lake.errors import translate, translated
from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from tests.servers.refusing import run_refusing_server

URL = "gs://bucket/data/object"


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (FileNotFoundError(2, "no"), NotFound),
        (HttpError({"code": 404, "message": "no"}), NotFound),
        (PermissionError(13, "no"), AccessDenied),
        (OSError("Forbidden: b/o\nno"), AccessDenied),
        (OSError(errno.EROFS, "Read-only file system"), AccessDenied),
        (HttpError({"code": 401, "message": "Invalid Credentials"}), AccessDenied),
        (HttpError({"code": "403", "message": "no"}), AccessDenied),
        (google.auth.exceptions.DefaultCredentialsError("none found"), AccessDenied),
        (google.auth.exceptions.RefreshError("expired"), AccessDenied),
        (NotADirectoryError(20, "no"), SettingsError),
        (FileExistsError(17, "no"), SettingsError),
        (IsADirectoryError(21, "no"), SettingsError),
        (HttpError({"code": 400, "message": "bad"}), SettingsError),
        (ValueError("Bad Request: b/o\ninvalid bucket"), SettingsError),
        (HttpError({"code": 408, "message": "slow"}), BackendUnavailable),
        (HttpError({"code": 429, "message": "many"}), BackendUnavailable),
        (HttpError({"code": 500, "message": "oh"}), BackendUnavailable),
        (HttpError({"code": 503, "message": "oh"}), BackendUnavailable),
        (requests.exceptions.ProxyError(), BackendUnavailable),
        (aiohttp.ServerDisconnectedError(), BackendUnavailable),
        (aiohttp.ClientPayloadError("cut"), BackendUnavailable),
        (google.auth.exceptions.TransportError("no route"), BackendUnavailable),
        (ConnectionResetError(104, "reset"), BackendUnavailable),
        (TimeoutError(), BackendUnavailable),
        (FSTimeoutError(), BackendUnavailable),
        (ChecksumError("MD5 checksum failed"), BackendUnavailable),
        (OSError(errno.ENOSPC, "No space left on device"), BackendUnavailable),
        (OSError(errno.EDQUOT, "Quota exceeded"), BackendUnavailable),
        (OSError(errno.EIO, "Input/output error"), BackendUnavailable),
    ],
    ids=lambda value: repr(value) if isinstance(value, Exception) else value.__name__,
)
def test_a_drivers_error_becomes_ours(error: Exception, ours: type[LakesideError]) -> None:
    translated_error = translate(error, URL)
    assert isinstance(translated_error, ours)
    assert URL in translated_error.message
    assert translated_error.hint
    assert "\n" not in translated_error.message


@pytest.mark.parametrize(
    "error", [KeyError("x"), ZeroDivisionError(), ValueError("our own"), BadFile("known")]
)
def test_anything_else_passes_unchanged(error: Exception) -> None:
    assert translate(error, URL) is error
    with pytest.raises(type(error)) as caught, translated(URL):
        raise error
    assert caught.value is error


def test_the_cause_is_kept() -> None:
    cause = FileNotFoundError(2, "no")
    with pytest.raises(NotFound) as caught, translated(URL):
        raise cause
    assert caught.value.__cause__ is cause


def test_a_long_answer_is_shortened() -> None:
    assert len(str(translate(HttpError({"code": 500, "message": "x" * 9_999}), URL))) < 600


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        (400, SettingsError),
        (401, AccessDenied),
        (403, AccessDenied),
        (404, NotFound),
        (503, BackendUnavailable),
    ],
)
def test_what_the_real_client_makes_of_a_refusal(status: int, ours: type[LakesideError]) -> None:
    with run_refusing_server(status) as url:
        lake = Lake.open(Settings(lake_url="gs://bucket", storage_emulator_host=url))
        with pytest.raises(ours, match="gs://bucket"):
            lake.list_objects()


@pytest.mark.parametrize(("status", "ours"), [(403, AccessDenied), (429, BackendUnavailable)])
def test_a_refused_upload(status: int, ours: type[LakesideError]) -> None:
    with run_refusing_server(status) as url:
        lake = Lake.open(Settings(lake_url="gs://bucket", storage_emulator_host=url))
        with pytest.raises(ours, match="gs://bucket/a"), lake.open_writer("a") as file:
            file.write(b"1")
