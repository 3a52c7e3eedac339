"""Keeps the stack running: starts it in order, restarts what crashes or hangs, stops all of it in reverse.

Single-threaded on purpose: the kernel ties children to the thread that started them.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

from cli import supervisor_plan as plan
from cli.supervisor_children import Child, Recipe, answers_ok, read_tail
from cli.supervisor_processes import adopt_orphans, find_birth, list_descendants, reap_orphans, stop_processes
from flows.stack import Stack, remove_stack, write_stack
from lakeside.errors import BackendUnavailable
from lakeside.settings import PROJECT_ROOT, Settings

logger = logging.getLogger(__name__)

REGISTER_SECONDS, CANCEL_SECONDS = 180.0, 30.0
WATCH_SECONDS = 0.5


class StopRequested(Exception):
    """Ctrl-C or SIGTERM arrived while the stack was starting."""


class Supervisor:
    """The stack of one home. `run` blocks until it is told to stop or something dies for good."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: list[Child] = []
        self._stop = threading.Event()
        self._signals = 0
        self._started_at = datetime.now(UTC)

    def run(self, announce: Callable[[], None]) -> None:
        """Start everything, call `announce()` once all are healthy, and watch until the end.

        Raises:
            BackendUnavailable: a process did not start, or died more often than it may.
        """
        self._listen()
        adopt_orphans()
        try:
            self._start_all()
            announce()
            self._watch()
        except StopRequested:
            logger.info("stopped while starting")
        finally:
            self._stop_all()

    def _start_all(self) -> None:
        if self._settings.prefect.api_url is None:
            self._start(plan.make_server(self._settings))
            self._children[-1].wait_until_healthy(self._check_stop)
        self._run_serve("register", REGISTER_SECONDS)
        self._start(plan.make_worker(self._settings))
        self._start(plan.make_console(self._settings))
        for child in self._children:
            child.wait_until_healthy(self._check_stop)

    def _start(self, recipe: Recipe) -> None:
        self._check_stop()
        child = Child(recipe)
        self._children.append(child)
        child.start()
        self._write_stack()

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            reap_orphans(c.process.pid for c in self._children if c.process)
            for child in self._children:
                self._watch_child(child)

    def _watch_child(self, child: Child) -> None:
        if child.pid is not None:
            if child.kill_if_hung():
                seconds = child.recipe.hung_seconds
                logger.warning("%s did not answer for %.0f s; it was killed", child.recipe.name, seconds)
            return
        if child.restart_at is None:
            code = child.process.returncode if child.process else None
            logger.warning("%s ended with code %s", child.recipe.name, code)
            if not child.note_death():
                raise child.describe_failure(f"died {len(child.deaths)} times in a row; giving up")
        elif time.monotonic() >= child.restart_at:
            logger.warning("restarting %s", child.recipe.name)
            child.start()
            self._write_stack()

    def _stop_all(self) -> None:
        try:
            if self._count_runs_at_work():
                self._run_serve("cancel", CANCEL_SECONDS)
        except BackendUnavailable as error:
            logger.warning("runs were not cancelled: %s", error)
        for child in reversed(self._children):
            child.stop(0 if self._signals > 1 else None)
        stop_processes(list_descendants(os.getpid()), 3.0)
        reap_orphans(())
        remove_stack(self._settings)

    def _count_runs_at_work(self) -> int:
        if self._signals > 1 or not self._children:
            return 0
        states = {"any_": ["RUNNING", "PENDING", "CANCELLING"]}
        body = json.dumps({"flow_runs": {"state": {"type": states}}}).encode()
        answer = answers_ok(plan.api_url(self._settings) + "/flow_runs/count", body)
        return int(answer) if answer else 0

    def _run_serve(self, verb: str, seconds: float) -> None:
        """Run `python -m flows.serve` to its end; Prefect stays out of this process."""
        log = self._settings.home_folder / "logs" / "serve.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "flows.serve", verb],
                env=plan.make_environment(self._settings),
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + seconds
        try:
            while process.poll() is None and time.monotonic() < deadline:
                if verb == "register":
                    self._check_stop()
                elif self._signals > 1:
                    break
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            raise BackendUnavailable(
                f"`python -m flows.serve {verb}` failed: {read_tail(log)}", f"Read {log}."
            )

    def _write_stack(self) -> None:
        pids = {c.recipe.name: c.pid for c in self._children if c.pid is not None}
        pids = {"supervisor": os.getpid(), **pids}
        write_stack(
            self._settings,
            Stack(
                console_url=plan.console_url(self._settings),
                prefect_api_url=plan.api_url(self._settings),
                started_at=self._started_at,
                pids=pids,
                born={name: find_birth(pid) or 0 for name, pid in pids.items()},
            ),
        )

    def _listen(self) -> None:
        """Signals end the stack; the second one at once. A hang-up is left ignored where nohup said so."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_signal)

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise StopRequested

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        self._stop.set()
