"""Whether a process that lives also answers: asked now and then, hung after enough misses in a row."""

from __future__ import annotations

import time
from collections.abc import Callable

MISSES = 12  # in a row; one alone, or a few while the machine is busy, mean nothing


class Pulse:
    """The health of one started process over time. Make a new one at each start.

    A process that has not been healthy yet is given its time to start. It counts misses, not seconds, so
    that a supervisor that did not get to run itself calls nobody hung.

    Args:
        is_healthy: a bounded question; None when it cannot be told now, which is no miss.
        start_seconds: how long it may take to be healthy for the first time.
        hung_seconds: about how long it may then go without an answer.
    """

    def __init__(
        self, is_healthy: Callable[[], bool | None], start_seconds: float, hung_seconds: float
    ) -> None:
        self._is_healthy = is_healthy
        self._pause = hung_seconds / MISSES
        self._misses = 0
        self._patient_until = time.monotonic() + start_seconds
        self._ask_at = time.monotonic() + self._pause

    def is_hung(self) -> bool:
        """Ask if it is time to; whether it has missed too many answers in a row."""
        if time.monotonic() < self._ask_at:
            return False
        healthy = self._is_healthy()
        now = time.monotonic()
        self._ask_at = now + self._pause
        if healthy:
            self._patient_until = now
        self._misses = 0 if healthy or healthy is None or now < self._patient_until else self._misses + 1
        return self._misses >= MISSES
