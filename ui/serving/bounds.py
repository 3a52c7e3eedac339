"""How much browsers may ask of the console: pages that are open, and the length of an address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lakeside.errors import LimitExceeded


class Sessions:
    """Pages that are open now: a websocket each, and behind it a session of Streamlit's with its memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._lock = threading.Lock()

    def require_room(self) -> None:
        """Is there room for one more?

        Raises:
            LimitExceeded: as many as `console.sessions` allows are open.
        """
        if self._open >= self._most:
            raise LimitExceeded(
                f"As many pages of this console are open as it may keep, {self._most:,}.",
                "Close one that you do not need, or try again in a minute.",
                limit="console.sessions",
            )

    @contextmanager
    def enter(self) -> Iterator[None]:
        """One more page is open as long as the block runs.

        Raises:
            LimitExceeded: see `require_room`.
        """
        with self._lock:
            self.require_room()
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1


def require_short(length: int, most: int) -> None:
    """Hold the length of an address, as a browser writes it, against `console.link_characters`.

    Raises:
        LimitExceeded: it is longer.
    """
    if length > most:
        raise LimitExceeded(
            f"The address has {length:,} characters, {most:,} are allowed.",
            "Open a page of the console without what stands behind the question mark, and choose again.",
            limit="console.link_characters",
        )
