"""What the login is made of: secrets come from files, stay out of what is shown, and are the same for all."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cli.doctor_command import list_settings_in_force
from cli.supervisor_plan import make_console
from lakeside.errors import SettingsError
from lakeside.people.login import list_console_hosts, make_login
from lakeside.settings import Settings, list_variables_in_force

CLIENT = {"client_id": "console", "client_secret": "hush-hush"}


def test_without_a_client_there_is_no_login(tmp_path: Path) -> None:
    assert make_login(Settings(home=tmp_path)) is None
    assert not (tmp_path / "console").exists()


def test_a_login_is_what_streamlit_reads(tmp_path: Path) -> None:
    people = {**CLIENT, "console_url": "https://lake.example.com/"}
    settings = Settings(home=tmp_path, people=people)
    made = make_login(settings)
    assert made is not None
    assert made["redirect_uri"] == "https://lake.example.com/oauth2callback"
    assert (made["client_id"], made["client_secret"]) == ("console", "hush-hush")
    assert list_console_hosts(settings) == ["lake.example.com"]
    default = make_login(Settings(home=tmp_path, people=CLIENT, console={"port": 8600}))
    assert default is not None and default["redirect_uri"] == "http://127.0.0.1:8600/oauth2callback"
    assert default["cookie_secret"] == made["cookie_secret"]  # made once, for all consoles of the home
    kept = tmp_path / "console" / "cookie-secret"
    assert kept.stat().st_mode & 0o777 == 0o600 and [p.name for p in kept.parent.iterdir()] == [kept.name]


def test_secrets_come_from_files_that_must_be_whole(tmp_path: Path) -> None:
    (tmp_path / "client").write_text("from-a-file\n")
    (tmp_path / "cookie").write_text("c" * 40)
    (tmp_path / "short").write_text("c" * 31)
    people = {
        "client_id": "a",
        "client_secret_file": tmp_path / "client",
        "cookie_secret_file": tmp_path / "cookie",
    }
    made = make_login(Settings(home=tmp_path, people=people))
    assert made is not None and (made["client_secret"], made["cookie_secret"]) == ("from-a-file", "c" * 40)
    for name, change in (
        ("CLIENT_SECRET_FILE", {"client_secret_file": tmp_path / "gone"}),
        ("COOKIE_SECRET_FILE", {"cookie_secret_file": tmp_path / "short"}),
    ):
        with pytest.raises(SettingsError, match=name):
            make_login(Settings(home=tmp_path, people={**people, **change}))


def test_the_web_server_believes_no_forwarded_address_by_itself(tmp_path: Path) -> None:
    """uvicorn would believe a header of whoever connects from this machine; here a setting decides."""
    seen: list[Any] = []

    async def note(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    trusted = make_console(Settings(home=tmp_path)).environment["FORWARDED_ALLOW_IPS"]
    scope = {"type": "websocket", "client": ("127.0.0.1", 1), "headers": [(b"x-forwarded-for", b"6.6.6.6")]}
    for hosts in (trusted, "127.0.0.1"):
        asyncio.run(ProxyHeadersMiddleware(note, hosts)(dict(scope), None, None))  # type: ignore[arg-type]
    assert seen == ["127.0.0.1", "6.6.6.6"]


def test_a_login_that_cannot_be_is_said_before_the_console_is_started(tmp_path: Path) -> None:
    people = {"client_id": "a", "client_secret_file": tmp_path / "gone"}
    with pytest.raises(SettingsError, match="CLIENT_SECRET_FILE"):
        make_console(Settings(home=tmp_path, people=people))


def test_secrets_are_not_shown_and_do_not_travel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, people=CLIENT)
    assert "hush" not in repr(settings) and "hush" not in str(list_settings_in_force(settings))
    monkeypatch.setenv("LAKESIDE_PEOPLE__CLIENT_SECRET", "hush-hush")
    monkeypatch.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", "7")
    assert list(list_variables_in_force()) == ["LAKESIDE_SOURCES__SAMPLE_ROWS"]
