"""Prefect for the flow tests: its own harness once, and the real stack once, as `lakeside up` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from flows.console import RunConsole, RunDetail
from flows.stack import Stack, read_stack
from lakeside.datasets import get_dataset
from lakeside.month import Month, month_range
from lakeside.settings import Settings
from lakeside.sources.sample import sample_batches
from tests.servers.files import Faults, FileServer, serve_folder

T = TypeVar("T")
START_SECONDS = 240
PATIENCE_SECONDS = 120  # Prefect on SQLite stalls when all cores are taken, which is not what tests are about


def wait_for(ask: Callable[[], T], seconds: float, what: str, pause: float = 0.25) -> T:
    """The first answer that is true; a failed test that says what was waited for otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ask():
            return answer
        time.sleep(pause)
    return pytest.fail(f"waited {seconds:.0f} s for {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@dataclass
class RunningStack:
    """A `lakeside up` of this test session."""

    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]
    settings: Settings = field(init=False)
    console: RunConsole = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home, prefect={"answer_seconds": PATIENCE_SECONDS})
        self.console = RunConsole.open(self.settings)

    @property
    def file(self) -> Stack:
        stack = read_stack(self.settings)
        assert stack is not None, "stack.json is missing"
        return stack

    @property
    def output(self) -> str:
        return (self.home / "up.out").read_text()

    def wait_for_run(self, run_id: str, seconds: float = 180) -> RunDetail:
        def ended() -> RunDetail | None:
            detail = self.console.get_run(run_id)
            return detail if detail.summary.is_over else None

        return wait_for(ended, seconds, f"the end of run {run_id}")

    def logs(self) -> str:
        tails = [f"== {p.name}\n{p.read_text()[-3000:]}" for p in sorted((self.home / "logs").glob("*.log"))]
        return "\n".join([self.output, *tails])


def start_stack(home: Path, **environment: str) -> RunningStack:
    """Start the stack on free ports and return once it says that it is ready."""
    home.mkdir(parents=True, exist_ok=True)
    ports = ["--port", str(free_port()), "--prefect-port", str(free_port())]
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT", "LAKESIDE"))}
    # Prefect plans the runs of schedules once a minute; a test need not wait for that.
    often = {"PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5"}
    patient = {"LAKESIDE_PREFECT__ANSWER_SECONDS": str(PATIENCE_SECONDS)}
    surroundings = inherited | often | patient | {"LAKESIDE_HOME": str(home)} | environment
    with (home / "up.out").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", *ports],
            env=surroundings,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    stack = RunningStack(home, surroundings, process)
    try:
        wait_for(lambda: "ready" in stack.output or process.poll() is not None, START_SECONDS, "the stack")
        assert process.poll() is None, stack.logs()
    except BaseException:
        process.kill()
        raise
    return stack


QUICK_MONTHS = (1, 2)
ARCHIVE_ROWS = 2000


@pytest.fixture(scope="session")
def slow_archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """Yellow months of 2021 to 2023 as plain CSV; after the first two, a month takes a minute to arrive.

    A run over them is at work for as long as a test needs, on a fast machine too.
    """
    folder = tmp_path_factory.mktemp("archive")
    header, rows = write_sample_lines("yellow", Month(2021, 1), ARCHIVE_ROWS)
    (folder / "quick.csv").write_bytes(header + rows)
    (folder / "slow.csv").write_bytes(header + rows * 40)
    with serve_folder(folder) as server:
        for month in month_range(Month(2021, 1), Month(2023, 12)):
            kind = "quick" if month.number in QUICK_MONTHS else "slow"
            (folder / f"yellow_{month}.csv").symlink_to(folder / f"{kind}.csv")
            if kind == "slow":
                server.faults[f"/yellow_{month}.csv"] = Faults(seconds_per_piece=2)
        yield server


def write_sample_lines(dataset: str, month: Month, rows: int) -> tuple[bytes, bytes]:
    """The header and the rows of a made-up month as CSV."""
    import pyarrow as pa
    from pyarrow import csv

    table = pa.Table.from_batches(list(sample_batches(get_dataset(dataset), month, rows)))
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink)
    header, _, lines = sink.getvalue().to_pybytes().partition(b"\n")
    return header + b"\n", lines


def stop(running: RunningStack) -> None:
    running.process.send_signal(signal.SIGTERM)
    try:
        running.process.wait(60)
    except subprocess.TimeoutExpired:
        running.process.kill()
        raise


# Of one module each: a stack that waits for the session's end takes a fifth of a core from all other tests.
@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, slow_archive: FileServer) -> Iterator[RunningStack]:
    """A real stack; months of 100,000 made-up rows, and an archive that is slow."""
    running = start_stack(
        tmp_path_factory.mktemp("stack"),
        LAKESIDE_SOURCES__SAMPLE_ROWS="100000",
        LAKESIDE_SOURCES__ARCHIVE_URL=slow_archive.url + "/{dataset}_{year}-{month:02d}.csv",
    )
    yield running
    stop(running)


@pytest.fixture(scope="session")
def prefect_api() -> Iterator[None]:
    """Prefect's own harness: a server of its own with an empty database, for flows called in this process."""
    from prefect.testing.utilities import prefect_test_harness

    # Its telemetry writes while the tables are made, and waits a minute for SQLite's lock.
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    with prefect_test_harness(server_startup_timeout=180):
        yield
