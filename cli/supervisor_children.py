"""A process the supervisor keeps alive: how it starts, when it counts as healthy, when it is given up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli.supervisor_processes import stop_processes
from cli.supervisor_pulse import Pulse
from lakeside.errors import BackendUnavailable

LARGEST_LOG_BYTES = 10_000_000
RESTARTS, RESTART_WINDOW_SECONDS = 5, 300.0
LONGEST_BACKOFF_SECONDS = 16.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a child is: its command, its surroundings, and a question that is true when it is healthy.

    The question answers None when it cannot be told, because what it is asked of does not answer.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    is_healthy: Callable[[], bool | None]
    start_seconds: float = 300.0  # an empty database on a busy machine takes Prefect a minute
    stop_seconds: float = 10.0
    hung_seconds: float = 120.0


@dataclass(slots=True)
class Child:
    """A running recipe. `restart_at` is set while it is down and waits for its next start."""

    recipe: Recipe
    process: subprocess.Popen[bytes] | None = None
    restart_at: float | None = None
    deaths: list[float] = field(default_factory=list)
    pulse: Pulse | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process is not None and self.process.poll() is None else None

    def start(self) -> None:
        """Start it in a session of its own, on a leash to this process, with its output in its log."""
        self.recipe.log.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.recipe.log)
        leash = [sys.executable, "-m", "cli.supervisor_leash", str(os.getpid())]
        with self.recipe.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*leash, *self.recipe.command],
                env=dict(self.recipe.environment),
                cwd=self.recipe.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.restart_at = None
        recipe = self.recipe
        self.pulse = Pulse(recipe.is_healthy, recipe.start_seconds, recipe.hung_seconds)

    def kill_if_hung(self) -> bool:
        """SIGKILL to the process alone when it lives and has long not answered; runs it started go on."""
        if self.process is None or self.pulse is None or not self.pulse.is_hung():
            return False
        self.process.kill()
        self.process.wait()
        return True

    def wait_until_healthy(self, check_stop: Callable[[], None]) -> None:
        """Return when it is healthy; `check_stop` is called in between and may raise.

        Raises:
            BackendUnavailable: it ended, or was not healthy in time; the message has its log's last lines.
        """
        deadline = time.monotonic() + self.recipe.start_seconds
        while not self.recipe.is_healthy():
            check_stop()
            if self.pid is None:
                raise self.describe_failure("ended while it was starting")
            if time.monotonic() > deadline:
                raise self.describe_failure(f"was not healthy within {self.recipe.start_seconds:.0f} s")
            time.sleep(0.2)

    def note_death(self) -> bool:
        """Plan the restart of a child that has ended; False when it has died too often to try again."""
        now = time.monotonic()
        self.deaths = [at for at in self.deaths if now - at < RESTART_WINDOW_SECONDS] + [now]
        if len(self.deaths) > RESTARTS:
            return False
        self.restart_at = now + min(LONGEST_BACKOFF_SECONDS, 0.5 * 2 ** (len(self.deaths) - 1))
        return True

    def stop(self, seconds: float | None = None) -> None:
        """SIGTERM to its session, then SIGKILL; returns when it is gone."""
        if self.process is None:
            return
        if self.pid is not None:
            stop_processes([self.process.pid], self.recipe.stop_seconds if seconds is None else seconds)
        self.process.wait(timeout=10)

    def describe_failure(self, what: str) -> BackendUnavailable:
        """The error for people, with the end of the log."""
        return BackendUnavailable(
            f"{self.recipe.name} {what}. Its last words: {read_tail(self.recipe.log)}",
            f"Read {self.recipe.log}.",
        )


def answers_ok(url: str, body: bytes | None = None) -> bytes | None:
    """The answer to a short HTTP request to this machine, None when it is not a 2xx within two seconds."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            return bytes(answer.read(1_000_000))
    except (OSError, urllib.error.URLError, ValueError):
        return None


def read_tail(log: Path, lines: int = 5) -> str:
    """The last lines of a log, joined."""
    try:
        text = log.read_bytes()[-4000:].decode(errors="replace")
    except OSError:
        return "(no log)"
    return " | ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip()) or "(empty log)"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
