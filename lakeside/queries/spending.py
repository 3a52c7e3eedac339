"""What queries cost, and how much of it one browser session may spend."""

from __future__ import annotations

import threading

from lakeside.errors import LimitExceeded
from lakeside.settings import Settings

_TEBIBYTE = 2**40


def price_of(billed_bytes: int, settings: Settings) -> float:
    """Dollars for that many billed bytes, at the rate of the settings."""
    return billed_bytes / _TEBIBYTE * settings.warehouse.dollars_per_tebibyte


class SessionBudget:
    """Bytes one browser session may have billed; threads may share it.

    What is running is set aside by its estimate, so that queries started together cannot overspend.
    """

    def __init__(self, allowed_bytes: int) -> None:
        self.allowed_bytes = allowed_bytes
        self._lock = threading.Lock()
        self._spent = 0
        self._set_aside = 0

    @classmethod
    def of(cls, settings: Settings) -> SessionBudget:
        """A fresh budget of the size the settings say."""
        return cls(int(settings.warehouse.session_gigabytes_billed * 1e9))

    @property
    def spent_bytes(self) -> int:
        """Billed so far, what is running included."""
        return self._spent + self._set_aside

    @property
    def left_bytes(self) -> int:
        """What may still be billed."""
        return max(0, self.allowed_bytes - self.spent_bytes)

    def set_aside(self, billed_bytes: int) -> None:
        """Reserve for a query that is about to start.

        Raises:
            LimitExceeded: it does not fit into what is left; nothing is reserved.
        """
        with self._lock:
            if billed_bytes > self.left_bytes:
                raise LimitExceeded(
                    f"The query would bill {_megabytes(billed_bytes)}; of this session's "
                    f"{_megabytes(self.allowed_bytes)}, {_megabytes(self.left_bytes)} are left.",
                    "Ask for fewer months or columns, or raise LAKESIDE_WAREHOUSE__SESSION_GIGABYTES_BILLED.",
                    limit="warehouse.session_gigabytes_billed",
                )
            self._set_aside += billed_bytes

    def settle(self, set_aside: int, billed_bytes: int) -> None:
        """A query is over: replace what was set aside for it by what it really billed."""
        with self._lock:
            self._set_aside -= set_aside
            self._spent += billed_bytes


def _megabytes(number: int) -> str:
    return f"{number / 1e6:,.1f} MB"
