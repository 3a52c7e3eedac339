"""Whose clock it is: times of runs are the Prefect server's, and this machine's clock may differ from it.

Imports no Prefect. An HTTP date has whole seconds, so what is measured is right to about a second.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from lakeside.errors import SettingsError

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

# A run's heartbeats carry its machine's time; those that seem this old make the server think it dead.
MOST_SKEW_SECONDS = 60.0
_ASK_SECONDS = 5.0


def read_server_time(client: SyncPrefectClient) -> datetime:
    """The server's time, UTC, by one cheap question; this machine's when the answer has no date."""
    return read_date(client.request("GET", "/health").headers) or datetime.now(UTC)


def read_date(headers: Mapping[str, str]) -> datetime | None:
    """The date of an HTTP answer; None when it has none that can be read."""
    try:
        return parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError):
        return None


def measure_skew(api_url: str) -> float | None:
    """Seconds this machine's clock is ahead of the server's (behind: negative); None without an answer."""
    try:
        with urllib.request.urlopen(f"{api_url}/health", timeout=_ASK_SECONDS) as answer:
            there = read_date({name.lower(): value for name, value in answer.headers.items()})
    except (OSError, urllib.error.URLError, ValueError):
        return None
    return None if there is None else (datetime.now(UTC) - there).total_seconds()


def describe_skew(seconds: float) -> str:
    """`3,600 s ahead of the Prefect server's`."""
    return f"{abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'} the Prefect server's"


def require_same_time(api_url: str) -> None:
    """Refuse to work for a server whose clock is another: runs would begin late and be taken for dead.

    Raises:
        SettingsError: they differ by more than a minute.
    """
    skew = measure_skew(api_url)
    if skew is not None and abs(skew) > MOST_SKEW_SECONDS:
        raise SettingsError(
            f"This machine's clock is {describe_skew(skew)} at {api_url}; runs here would begin late, or be "
            "marked as crashed while they work.",
            "Set the clock (timedatectl set-ntp true), then start the worker again.",
        )
