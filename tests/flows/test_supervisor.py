"""The supervisor's parts with real, small processes: leash, restart, giving up, leftovers, ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.supervisor_children import RESTARTS, Child, Recipe
from cli.supervisor_processes import find_birth, list_descendants, stop_processes
from cli.up import check_ports, choose_ports, lock_home, stop_leftovers
from flows.stack import Stack, read_stack, write_stack
from lakeside.errors import BackendUnavailable, LakesideError, SettingsError
from lakeside.settings import Settings
from tests.flows.conftest import free_port, is_alive, wait_for

SLEEP = "import time; time.sleep(600)"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); " + SLEEP

MakeChild = Callable[..., Child]


@pytest.fixture
def make_child(tmp_path: Path) -> Iterator[MakeChild]:
    """A child that runs this Python code; stopped at the end."""
    made: list[Child] = []

    def make(code: str, is_healthy: Callable[[], bool] = lambda: True, start_seconds: float = 20) -> Child:
        command = [sys.executable, "-c", code]
        log = tmp_path / "logs" / "child.log"
        child = Child(Recipe("child", command, os.environ, tmp_path, log, is_healthy, start_seconds, 1.0))
        made.append(child)
        return child

    yield make
    for child in made:
        child.stop(0)


def test_a_child_runs_in_a_session_of_its_own_with_its_output_in_its_log(make_child: MakeChild) -> None:
    child = make_child("print('hello', flush=True); " + SLEEP)
    child.start()
    assert child.pid is not None
    wait_for(lambda: "hello" in child.recipe.log.read_text(), 60, "the child's word")
    assert os.getsid(child.pid) == child.pid
    child.stop()
    assert child.pid is None


def test_a_child_that_ignores_sigterm_is_killed_in_bounded_time(make_child: MakeChild) -> None:
    child = make_child(DEAF)
    child.start()
    wait_for(lambda: "deaf" in child.recipe.log.read_text(), 60, "the child's word")
    began = time.monotonic()
    child.stop()
    assert child.pid is None
    assert time.monotonic() - began < 30


def test_a_child_that_ends_while_starting_is_told_with_its_last_words(make_child: MakeChild) -> None:
    child = make_child("raise SystemExit('no such table')", is_healthy=lambda: False)
    child.start()
    with pytest.raises(BackendUnavailable, match=r"ended while it was starting.*no such table") as caught:
        child.wait_until_healthy(lambda: None)
    assert "child.log" in caught.value.hint


def test_a_child_that_is_never_healthy_is_given_up(make_child: MakeChild) -> None:
    child = make_child(SLEEP, is_healthy=lambda: False, start_seconds=0.5)
    child.start()
    with pytest.raises(BackendUnavailable, match="was not healthy within"):
        child.wait_until_healthy(lambda: None)


def test_restarts_back_off_and_are_counted(make_child: MakeChild) -> None:
    child = make_child(SLEEP)
    pauses = []
    for _ in range(RESTARTS):
        assert child.note_death()
        assert child.restart_at is not None
        pauses.append(round(child.restart_at - time.monotonic(), 1))
    assert pauses == sorted(pauses)
    assert pauses[0] < 1 < pauses[-1]
    assert not child.note_death(), "it died once more than it may"


def test_deaths_of_long_ago_are_forgotten(make_child: MakeChild) -> None:
    child = make_child(SLEEP)
    child.deaths = [time.monotonic() - 10_000] * 50
    assert child.note_death()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's leash is Linux")
def test_a_child_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    program = [sys.executable, "-c", SLEEP]
    code = (
        "import os, subprocess, sys, time; "
        f"program = [sys.executable, '-m', 'cli.supervisor_leash', str(os.getpid()), *{program!r}]; "
        "p = subprocess.Popen(program, start_new_session=True); print(p.pid, flush=True); time.sleep(600)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    wait_for(lambda: b"time.sleep" in Path(f"/proc/{child}/cmdline").read_bytes(), 60, "the program")
    assert child in list_descendants(os.getpid())
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: not is_alive(child), 60, "the child's end")


def test_a_process_id_that_was_given_to_another_is_left_alone(home: Path) -> None:
    """stack.json of long ago may name a number that is another program's today."""
    settings = Settings(home=home)
    other = subprocess.Popen([sys.executable, "-c", SLEEP])
    leftover = subprocess.Popen([sys.executable, "-c", SLEEP])
    born = find_birth(leftover.pid)
    assert born is not None
    pids = {"worker": other.pid, "server": leftover.pid}
    stack = Stack("http://c", "http://p", datetime.now(UTC), pids, {"worker": 1, "server": born})
    write_stack(settings, stack)
    stop_leftovers(settings)
    assert leftover.wait(10) == -signal.SIGTERM
    assert other.poll() is None
    assert read_stack(settings) is None
    other.kill()
    other.wait()


def test_stopping_what_is_gone_is_no_error() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    stop_processes([gone.pid], 1.0)


@pytest.mark.parametrize(("which", "flag"), [("port", "--port"), ("prefect_port", "--prefect-port")])
def test_a_taken_port_is_refused_with_its_flag(home: Path, which: str, flag: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"port": free_port(), "prefect_port": free_port()} | {which: int(taken.getsockname()[1])}
        with pytest.raises(SettingsError, match=f"Port {ports[which]} is in use") as caught:
            check_ports(choose_ports(Settings(home=home), **ports))
    assert flag in caught.value.hint


def test_a_home_has_one_stack_at_a_time(home: Path) -> None:
    settings = Settings(home=home)
    with lock_home(settings):
        write_stack(settings, Stack("http://127.0.0.1:8501", "http://p", datetime.now(UTC)))
        with (
            pytest.raises(LakesideError, match=r"already running at http://127.0.0.1:8501"),
            lock_home(settings),
        ):
            pass
    with lock_home(settings):
        pass
