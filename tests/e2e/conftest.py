"""The real stack and a real browser: `lakeside up` on free ports, a loopback HTTP source, Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import PROJECT_ROOT, Settings
from lakeside.sources.probe import SourceName
from tests.servers.files import FileServer, serve_folder

START_SECONDS = 300
WAIT_SECONDS = 45  # a busy machine is slow, not wrong
LOG_LINES = 40
SAMPLE_ROWS = 2000
# Of the stack's source: a test looks for them wherever a run leaves words.
SOURCE_PASSWORD, SOURCE_SIGNATURE = "openSesamePlanted", "c2lnbmF0dXJlUGxhbnRlZA"
CHROMIUM = Path("/usr/bin/chromium")
# Nothing but this machine has a name; a request to anywhere else fails at once and is seen.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


@dataclass(frozen=True)
class Stack:
    """A running stack: the console's address, its home, and the source it fetches from."""

    url: str
    home: Path
    source: FileServer


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Started once a module; its logs are printed when it is stopped, so that a failure shows them."""
    home = tmp_path_factory.mktemp("stack")
    real_files = os.environ.get("LAKESIDE_SHARED_DATA")
    folder = Path(real_files) / "datatalksclub" if real_files else tmp_path_factory.mktemp("no-source")
    with serve_folder(folder) as source:
        port = free_port()
        output = home / "up.log"
        process = start_stack(home, port, source.url, output)
        try:
            wait_until_ready(process, output)
            yield Stack(f"http://127.0.0.1:{port}", home, source)
        finally:
            stop_stack(process)
            print_logs(home)


@dataclass(frozen=True)
class LoneConsole:
    """A console without Prefect: its address, its home, and the services that filled it."""

    url: str
    home: Path
    services: Services


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoneConsole]:
    """Only Streamlit, over a home that was filled in this process: for journeys that launch nothing."""
    home = tmp_path_factory.mktemp("console")
    services = fill_home(home)
    # Small enough to be spent in a journey; and slow machines must not end a query by themselves.
    limits = {
        "LAKESIDE_WAREHOUSE__SESSION_GIGABYTES_BILLED": "0.05",
        "LAKESIDE_LIMITS__QUERY_SECONDS": "300",
    }
    with start_console(home, limits) as url:
        yield LoneConsole(url, home, services)


@contextmanager
def start_console(home: Path, settings: Mapping[str, str], host: str = "127.0.0.1") -> Iterator[str]:
    """`lakeside start console` over a home, without Prefect; its URL once it answers, its log afterwards."""
    port = free_port()
    output = home / "console.log"
    nowhere = f"file://{home}/no-source/{{dataset}}_{{year}}-{{month:02d}}.parquet"  # asks no network
    environment = {
        "LAKESIDE_HOME": str(home),
        "LAKESIDE_CONSOLE__PORT": str(port),
        "LAKESIDE_PREFECT__PORT": str(free_port()),
        "LAKESIDE_SOURCES__SAMPLE_ROWS": str(SAMPLE_ROWS),
        "LAKESIDE_SOURCES__DATATALKSCLUB_URL": nowhere,
        "LAKESIDE_SOURCES__TLC_URL": nowhere,
        **settings,
    }
    command = [sys.executable, "-m", "cli.main", "start", "console", "--host", host]
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=os.environ | environment, stdout=sink, stderr=sink
        )
    try:
        wait_until_healthy(process, f"http://127.0.0.1:{port}", output)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_stack(process)
        sys.stdout.write(f"\n--- console\n{output.read_text(errors='replace')[-4000:]}\n")


def fill_home(home: Path) -> Services:
    """Green 2020-10 of the real files where they are, three made-up green months and one yellow."""
    settings = Settings(home=home, sources={"sample_rows": SAMPLE_ROWS})
    real_files = os.environ.get("LAKESIDE_SHARED_DATA")
    if real_files:
        template = f"file://{real_files}/datatalksclub/{{dataset}}/{{dataset}}_tripdata_{{year}}-{{month:02d}}.csv.gz"
        sources = settings.sources.model_copy(update={"datatalksclub_url": template})
        settings = settings.model_copy(update={"sources": sources})
    services = open_services(settings)
    sample = [("green", Month(2024, number)) for number in (1, 2, 3)] + [("yellow", Month(2024, 1))]
    for dataset, month in sample:
        run_month(MonthRequest(dataset, month, SourceName.SAMPLE), services)
    if real_files:
        run_month(MonthRequest("green", Month(2020, 10), SourceName.DATATALKSCLUB), services)
    return services


def wait_until_healthy(process: subprocess.Popen[bytes], url: str, output: Path) -> None:
    """Until Streamlit answers; fails when it ends before."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"Streamlit ended with {process.returncode}:\n{output.read_text()}")
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"Streamlit was not ready after {START_SECONDS} s:\n{output.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium where it is, else the one Playwright installed.

    Not for the session: as long as Playwright's sync API lives this thread has a running event loop, in
    which tests of other folders could run nothing of their own.
    """
    expect.set_options(timeout=WAIT_SECONDS * 1000)
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_stack(home: Path, port: int, source_url: str, output: Path) -> subprocess.Popen[bytes]:
    """`lakeside up` in a session of its own, writing to a file."""
    place = source_url.replace("://", f"://me:{SOURCE_PASSWORD}@")
    template = place + "/{dataset}/{dataset}_tripdata_{year}-{month:02d}.csv.gz?sig=" + SOURCE_SIGNATURE
    environment = os.environ | {
        "LAKESIDE_HOME": str(home),
        "LAKESIDE_PREFECT__PORT": str(free_port()),
        "LAKESIDE_SOURCES__DATATALKSCLUB_URL": template,
        "LAKESIDE_SOURCES__SAMPLE_ROWS": str(SAMPLE_ROWS),
    }
    command = [str(Path(sys.executable).parent / "lakeside"), "up", "--port", str(port)]
    with output.open("wb") as sink:
        return subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=environment, stdout=sink, stderr=sink, start_new_session=True
        )


def wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    """Until the one line people wait for; fails when the stack ends before."""
    deadline = time.monotonic() + START_SECONDS
    while "Lakeside is ready" not in output.read_text():
        if process.poll() is not None:
            pytest.fail(f"`lakeside up` ended with {process.returncode}:\n{output.read_text()}")
        if time.monotonic() > deadline:
            pytest.fail(f"`lakeside up` was not ready after {START_SECONDS} s:\n{output.read_text()}")
        time.sleep(0.2)


def stop_stack(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(40)
    except subprocess.TimeoutExpired:
        process.kill()


def print_logs(home: Path) -> None:
    """The end of every log; pytest shows it when a test failed."""
    for path in sorted(home.glob("logs/*.log")):
        lines = path.read_text(errors="replace").splitlines()[-LOG_LINES:]
        sys.stdout.write(f"\n--- {path.name}\n" + "\n".join(lines) + "\n")
