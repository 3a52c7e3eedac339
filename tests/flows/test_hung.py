"""A process of the stack that lives but does not answer is killed and started again; a slow one is not."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.supervisor import Supervisor
from cli.supervisor_children import Child, Recipe
from cli.supervisor_pulse import MISSES, Pulse
from lakeside.settings import Settings
from tests.flows.conftest import free_port, is_alive, wait_for

SERVER = (
    "import http.server, sys; "
    "http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), "
    "http.server.SimpleHTTPRequestHandler).serve_forever()"
)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=0.2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def seen() -> list[bool]:
    """What the supervisor was answered when it asked."""
    return []


@pytest.fixture
def child(home: Path, seen: list[bool]) -> Iterator[Child]:
    """A small web server as the supervisor keeps one; hung after about a second of silence."""
    home.mkdir()
    port = free_port()

    def ask() -> bool:
        seen.append(answers(port))
        return seen[-1]

    command = [sys.executable, "-c", SERVER, str(port)]
    recipe = Recipe("console", command, os.environ, home, home / "child.log", ask, hung_seconds=1.0)
    child = Child(recipe)
    yield child
    child.stop(0)


def test_a_process_that_hangs_is_killed_and_started_again(child: Child, seen: list[bool], home: Path) -> None:
    supervisor = Supervisor(Settings(home=home))
    child.start()
    hung = child.pid
    assert hung is not None

    def watch(until: Callable[[], bool]) -> bool:
        supervisor._watch_child(child)  # what `run` calls twice a second
        return until()

    wait_for(lambda: watch(lambda: True in seen), 150, "the server's answer", pause=0.05)
    os.kill(hung, signal.SIGSTOP)
    wait_for(lambda: watch(lambda: child.pid not in (None, hung)), 150, "another server", pause=0.05)
    assert not is_alive(hung)
    assert len(child.deaths) == 1, "a hung process counts as a death, so it is not restarted for ever"
    seen.clear()
    wait_for(lambda: watch(lambda: True in seen), 150, "its answer", pause=0.05)


def ask(answers: list[bool | None], start_seconds: float) -> list[bool]:
    """What a pulse says after each of these answers."""
    pulse = Pulse(iter(answers).__next__, start_seconds, hung_seconds=0.0)
    return [pulse.is_hung() for _ in answers]


def test_only_misses_in_a_row_count() -> None:
    assert ask([True, *[False] * (MISSES - 1)], 0) == [False] * MISSES
    assert ask([True, *[False] * (MISSES - 1), True, *[False] * MISSES], 0)[-2:] == [False, True]


def test_what_cannot_be_told_is_no_miss() -> None:
    """The server says of the worker whether it polls; while it is away it says nothing."""
    assert not any(ask([True, *[False] * (MISSES - 1), None, *[False] * (MISSES - 1)], 0))
    assert not any(ask([True, *[None] * 10 * MISSES], 0))


def test_a_process_has_its_time_to_start() -> None:
    assert not any(ask([False] * 10 * MISSES, start_seconds=3600))
    assert ask([False] * MISSES, start_seconds=0)[-1]
    assert ask([False, True, *[False] * MISSES], start_seconds=3600)[-1], "only until it was healthy once"


def test_it_is_asked_now_and_then_only() -> None:
    asked: list[float] = []
    pulse = Pulse(lambda: bool(asked.append(time.monotonic())) or True, 0, hung_seconds=MISSES * 3600)
    assert not any(pulse.is_hung() for _ in range(100))
    assert asked == []
