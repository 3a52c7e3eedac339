"""Services as runs, commands and pages open them: with the login that a block holds, where one is named.

Everything above the domain opens its services here. Prefect is imported only when a block is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lakeside import services
from lakeside.settings import Settings

if TYPE_CHECKING:
    from lakeside.services import Services


def open_services(settings: Settings, apart: bool = False) -> Services:
    """As `lakeside.services.open_services`, logged in to Google as the settings say.

    Raises:
        SettingsError: the lake's URL cannot be used, or the block holds no login.
        NotFound: there is no such block. BackendUnavailable: Prefect's API does not answer.
    """
    return services.open_services(settings, apart, read_credentials(settings))


def read_credentials(settings: Settings) -> Any:
    """The login of the block that the settings name; None where none is named."""
    if not settings.credentials_block:
        return None
    from flows.blocks import load_credentials

    return load_credentials(settings, settings.credentials_block)
