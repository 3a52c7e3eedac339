"""Blocks of prefect-gcp: a Google login, a bucket and a warehouse that flows, console and commands share.

Nothing here prints, logs or returns a key; Prefect stores it encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from google.auth.exceptions import GoogleAuthError
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect_gcp import GcpCredentials, GcsBucket
from prefect_gcp.bigquery import BigQueryWarehouse
from pydantic import ValidationError

from flows.api import translated_errors
from flows.stack import find_api_url
from lakeside.errors import AccessDenied, NotFound, SettingsError
from lakeside.settings import Settings

KEY_HINT = "Use a service account's key file as Google makes it, or none for Application Default Credentials."
LOGIN_HINT = "Log in with `gcloud auth application-default login`, or give --key-file."


@dataclass(frozen=True, slots=True)
class GoogleSetup:
    """What the blocks are made of. `key` is a service account's key as Google writes it; it is never shown.

    Without a key the login is Application Default Credentials of whoever uses the block.
    """

    project: str
    bucket: str
    dataset: str
    key: Mapping[str, Any] | None = field(default=None, repr=False)


def make_credentials(setup: GoogleSetup) -> GcpCredentials:
    """The login as a block that is not stored yet.

    Raises:
        SettingsError: the key is not a service account's. AccessDenied: there is no default login.
    """
    try:
        if setup.key is None:
            return GcpCredentials(project=setup.project)
        return GcpCredentials(service_account_info=dict(setup.key), project=setup.project)
    except (ValidationError, ValueError, KeyError, TypeError):
        # Not chained: what pydantic and google-auth say may hold parts of the key.
        raise SettingsError("The key file holds no service account's key.", KEY_HINT) from None
    except GoogleAuthError as error:
        raise AccessDenied(f"There is no Google login here: {error}", LOGIN_HINT) from error


def save_blocks(settings: Settings, setup: GoogleSetup, name: str) -> list[str]:
    """Store credentials, bucket and warehouse under that name, replacing those of the same name; their slugs.

    Raises:
        BackendUnavailable: Prefect's API does not answer. SettingsError: it refuses the name.
    """
    credentials = make_credentials(setup)
    blocks = [
        credentials,
        GcsBucket(bucket=setup.bucket, gcp_credentials=credentials),
        BigQueryWarehouse(gcp_credentials=credentials),
    ]
    with _asking(settings, "Storing the blocks"):
        for block in blocks:
            block.save(name, overwrite=True)
    return [f"{block.get_block_type_slug()}/{name}" for block in blocks]


def load_credentials(settings: Settings, name: str) -> Any:
    """The google-auth credentials of a stored GcpCredentials block; they renew their tokens themselves.

    Raises:
        NotFound: there is no such block. SettingsError: it holds no login.
        AccessDenied: it leaves the login to defaults, and there is none.
    """
    with _asking(settings, f"The block gcp-credentials/{name}"):
        try:
            block = GcpCredentials.load(name)
        except ValidationError:
            raise SettingsError(f"The block gcp-credentials/{name} holds no login.", KEY_HINT) from None
        except ValueError as error:
            raise NotFound(
                f"There is no block gcp-credentials/{name}, which LAKESIDE_CREDENTIALS_BLOCK names.",
                "Make it with `lakeside setup gcp`, or name another.",
            ) from error
        except GoogleAuthError as error:
            raise AccessDenied(f"The block gcp-credentials/{name}: {error}", LOGIN_HINT) from error
    return block.get_credentials_from_service_account()


@contextmanager
def _asking(settings: Settings, subject: str) -> Iterator[None]:
    """Blocks ask the API of Prefect's own settings, so these are set for as long as they ask."""
    with temporary_settings({PREFECT_API_URL: find_api_url(settings)}), translated_errors(subject):
        yield
