"""Prefect's server and workers without the console page: what tests of many runs need, on free ports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from cli.supervisor_plan import make_environment
from flows.console import RunConsole, RunDetail
from lakeside.errors import BackendUnavailable
from lakeside.settings import PROJECT_ROOT, Settings
from tests.flows.conftest import PATIENCE_SECONDS, free_port, wait_for

START_SECONDS = 240


@dataclass
class LightStack:
    """A server with its deployments, and as many workers as are started. `stop` ends all of it."""

    home: Path
    sample_rows: int = 2_000
    environment: dict[str, str] = field(default_factory=dict)
    settings: Settings = field(init=False)
    console: RunConsole = field(init=False)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.settings = Settings(
            home=self.home,
            prefect={
                "port": port,
                "api_url": f"http://127.0.0.1:{port}/api",
                "answer_seconds": PATIENCE_SECONDS,
            },
            sources={"sample_rows": self.sample_rows},
        )
        inherited = {n: v for n, v in make_environment(self.settings).items() if not n.startswith("LAKESIDE")}
        ours = {"LAKESIDE_HOME": str(self.home), "LAKESIDE_PREFECT__API_URL": self.api_url}
        ours["LAKESIDE_SOURCES__SAMPLE_ROWS"] = str(self.sample_rows)
        ours["LAKESIDE_PREFECT__PORT"] = str(port)
        ours["LAKESIDE_PREFECT__ANSWER_SECONDS"] = str(PATIENCE_SECONDS)
        ours["PREFECT_WORKER_WEBSERVER_PORT"] = str(free_port())
        self.environment = inherited | ours | self.environment
        self.console = RunConsole.open(self.settings)

    @property
    def api_url(self) -> str:
        return str(self.settings.prefect.api_url)

    def start(self, workers: int = 1) -> LightStack:
        """As containers start: the server, then workers, the first of which registers."""
        self.start_server()
        if workers:
            self._spawn("worker-0", [sys.executable, "-m", "cli.main", "start", "worker"])
            wait_for(lambda: self.console.check_ready(5).workers_online, START_SECONDS, "the first worker")
        else:
            self._register()
        for number in range(1, workers):
            self.start_worker(f"worker-{number}")
        wait_for(lambda: self.console.check_ready(5).workers_online >= workers, START_SECONDS, "workers")
        return self

    def _register(self) -> None:
        subprocess.run(
            [sys.executable, "-m", "flows.serve", "register"],
            env=self.environment, cwd=PROJECT_ROOT, check=True, timeout=START_SECONDS,
            stdout=(self.home / "serve.log").open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip

    def start_server(self) -> None:
        self._spawn("server", [sys.executable, "-m", "cli.main", "start", "server"])
        wait_for(self._is_healthy, START_SECONDS, "the server")

    def start_worker(self, name: str) -> None:
        pool = self.settings.prefect.work_pool
        command = ["-m", "prefect", "worker", "start", "--pool", pool, "--type", "process", "--name", name]
        self._spawn(name, [sys.executable, *command])

    def kill(self, name: str) -> None:
        """kill -9 of one process, as a machine that loses power does it."""
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        for process in self.processes.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def wait_for_run(self, run_id: str, seconds: float = 180) -> RunDetail:
        def ended() -> RunDetail | None:
            try:
                detail = self.console.get_run(run_id)
            except BackendUnavailable:  # SQLite makes the server wait when the machine is busy
                return None
            return detail if detail.summary.is_over else None

        return wait_for(ended, seconds, f"the end of run {run_id}", pause=0.5)

    def _spawn(self, name: str, command: list[str]) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command, env=self.environment, cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(self.api_url + "/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False
