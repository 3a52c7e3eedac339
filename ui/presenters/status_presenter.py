"""What the sidebar says about the system's parts."""

from __future__ import annotations

from collections.abc import Mapping

from flows.console import ConsoleHealth
from lakeside.errors import LakesideError
from ui.formats import format_counted
from ui.presenters.looks import Look
from ui.presenters.views import StatusLine

READY = Look("✓", "ready", "good")
DOWN = Look("✕", "not reachable", "bad")
READ_ONLY = Look("!", "read-only", "warn")
WAITING = Look("!", "waiting", "warn")
LATE = Look("!", "slow", "warn")


def present_status(
    health: ConsoleHealth, backends: Mapping[str, str | LakesideError], read_only: str | None = None
) -> list[StatusLine]:
    """Each part with what a person should know, after the word that nothing may be changed from here."""
    lines = [_present_api(health), _present_worker(health), *map(_present_backend, backends.items())]
    return [StatusLine("Console", READ_ONLY, read_only), *lines] if read_only else lines


def _present_api(health: ConsoleHealth) -> StatusLine:
    if health.api_ok:
        return StatusLine("Prefect", READY, health.api_url)
    if health.is_late:
        return StatusLine("Prefect", LATE, health.message)
    return StatusLine("Prefect", DOWN, health.message or f"No answer at {health.api_url}.")


def _present_worker(health: ConsoleHealth) -> StatusLine:
    if not health.api_ok:
        return StatusLine("Worker", WAITING, "unknown without Prefect")
    if health.pool_paused:
        return StatusLine("Worker", WAITING, "the work pool is paused")
    if not health.workers_online:
        return StatusLine("Worker", DOWN, health.message or "none is polling for runs")
    return StatusLine("Worker", READY, f"{format_counted(health.workers_online, 'worker')} polling")


def _present_backend(item: tuple[str, str | LakesideError]) -> StatusLine:
    name, answer = item
    if isinstance(answer, LakesideError):
        return StatusLine(name, DOWN, answer.message)
    return StatusLine(name, READY, answer)
