"""What a login needs: where people come back to, the client the provider knows, the cookie's signature."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lakeside.errors import SettingsError
from lakeside.settings import Settings

CALLBACK = "/oauth2callback"  # Streamlit's; the provider has to know it
_SHORTEST = 32


def find_console_url(settings: Settings) -> str:
    """The console as browsers call it, without a slash at the end."""
    return (settings.people.console_url or f"http://127.0.0.1:{settings.console.port}").rstrip("/")


def list_console_hosts(settings: Settings) -> list[str]:
    """The host names that the setting of the console's URL brings; none without it."""
    host = urlsplit(settings.people.console_url or "").hostname
    return [host] if host else []


def make_login(settings: Settings) -> dict[str, Any] | None:
    """Streamlit's section `auth`, as `st.login` reads it; None without a login.

    Raises:
        SettingsError: a file that holds a secret cannot be read, or is empty or short.
    """
    people = settings.people
    if not people.has_login:
        return None
    given = people.client_secret.get_secret_value() if people.client_secret else ""
    if people.client_secret_file:
        given = _read_secret(people.client_secret_file, "LAKESIDE_PEOPLE__CLIENT_SECRET_FILE", 1)
    return {
        "redirect_uri": find_console_url(settings) + CALLBACK,
        "cookie_secret": _find_cookie_secret(settings),
        "client_id": people.client_id,
        "client_secret": given,
        "server_metadata_url": people.metadata_url,
    }


def _find_cookie_secret(settings: Settings) -> str:
    """The secret of the setting's file, else one that is made once and kept in the home."""
    if settings.people.cookie_secret_file:
        return _read_secret(
            settings.people.cookie_secret_file, "LAKESIDE_PEOPLE__COOKIE_SECRET_FILE", _SHORTEST
        )
    path = settings.home_folder / "console" / "cookie-secret"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"cookie-secret.{os.getpid()}.tmp")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_SHORTEST))
    try:
        os.link(fresh, path)  # whole, and only where there is none: two consoles agree
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read_secret(path, "the console's own", _SHORTEST)


def _read_secret(path: Path, setting: str, shortest: int) -> str:
    try:
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{setting}: {path} cannot be read: {error}.", "See docs/people.md.") from error
    if len(text) < shortest:
        raise SettingsError(
            f"{setting}: {path} holds {len(text)} letters; at least {shortest} are needed.",
            "See docs/people.md.",
        )
    return text
