"""How Google's services are reached: at which address, and as whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class GoogleAccess:
    """An emulator's address instead of Google's, and a login instead of Application Default Credentials.

    `credentials` is an object of google-auth, which renews its own tokens. Its key is never shown: this
    prints as whether there is one.
    """

    emulator_host: str | None = None
    credentials: Any = None

    def __repr__(self) -> str:
        login = "a login of its own" if self.credentials is not None else "the default login"
        return f"GoogleAccess({self.emulator_host or 'Google'}, {login})"

    @property
    def endpoint(self) -> str | None:
        """The emulator's URL, or None for Google itself."""
        host = self.emulator_host
        return host if not host or "://" in host else f"http://{host}"

    def read_token(self) -> str | None:
        """A token of the login that is good for a while, for another process; None with the default login.

        Raises:
            google.auth.exceptions.GoogleAuthError: the login was refused, or the way to it is shut.
        """
        if self.credentials is None:
            return None
        if not self.credentials.valid:
            from google.auth.transport.requests import Request

            self.credentials.refresh(Request())
        return str(self.credentials.token)

    @classmethod
    def of_token(cls, emulator_host: str | None, token: str | None) -> GoogleAccess:
        """The other side of `read_token`."""
        if token is None:
            return cls(emulator_host)
        from google.oauth2.credentials import Credentials

        return cls(emulator_host, Credentials(token))  # type: ignore[no-untyped-call]


def renew_login(login: Any) -> bool:
    """Get another token for credentials of google-auth's; False where that is refused, or nobody answers."""
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.requests import Request

    try:
        login.refresh(Request())
    except GoogleAuthError:
        return False
    return True


DEFAULT_ACCESS = GoogleAccess()
