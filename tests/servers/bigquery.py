"""A BigQuery emulator: bqemulator from PyPI, a process in an environment of its own, on free ports.

    with run_bigquery_server(log_folder, gcs_root) as server:
        Settings(warehouse={"kind": "bigquery", "project": "test"}, bigquery_emulator_host=server.url)

Its environment, `.venv-emulator` at the project's root, is made from requirements-emulator.txt when it
is missing, because the emulator needs an older DuckDB than ours. gs:// URIs are read from `gcs_root`,
the folder the GCS emulator keeps its objects in.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from lakeside.settings import PROJECT_ROOT

START_SECONDS = 120.0
STOP_SECONDS = 5.0
INSTALL_SECONDS = 300.0
_FOLDER = PROJECT_ROOT / ".venv-emulator"
_PINS = PROJECT_ROOT / "requirements-emulator.txt"
_EXTENSION = 'from duckdb_extensions import import_extension; import_extension("spatial")'


@dataclass(frozen=True)
class BigQueryServer:
    """A running emulator. `log` is its output so far, for a failing test's message."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End the process."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def run_bigquery_server(log_folder: Path, gcs_root: Path) -> Iterator[BigQueryServer]:
    """Start the emulator, wait until it answers, stop it at the end.

    Raises:
        RuntimeError: it died or did not answer in time; the message holds its log.
    """
    log_folder.mkdir(parents=True, exist_ok=True)
    gcs_root.mkdir(parents=True, exist_ok=True)
    server = _start(_ensure_installed(), log_folder / "bigquery.log", gcs_root)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _start(program: Path, log: Path, gcs_root: Path) -> BigQueryServer:
    port, grpc_port = _find_free_ports(2)
    command = [str(program), "start", "--rest-port", str(port), "--grpc-port", str(grpc_port), "--ephemeral"]
    environment = {**os.environ, "BQEMU_GCS_LOCAL_ROOT": str(gcs_root)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    return BigQueryServer(f"http://127.0.0.1:{port}", process, log)


def _wait_until_ready(server: BigQueryServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            answer = httpx.get(f"{server.url}/bigquery/v2/projects/test/datasets", timeout=2)
            answer.raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    code = server.process.poll()
    state = "does not answer" if code is None else f"ended with code {code}"
    raise RuntimeError(f"The BigQuery emulator {state}:\n{server.log.read_text(errors='replace')[-4000:]}")


def _ensure_installed() -> Path:
    """The emulator's program; its environment is built once, and again when the pins change."""
    program, mark = _FOLDER / "bin" / "bqemulator", _FOLDER / ".installed"
    if mark.exists() and mark.read_text() == _PINS.read_text():
        return program
    python = _FOLDER / "bin" / "python"
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(_FOLDER)])
        _run([uv, "pip", "sync", "--quiet", "--python", str(python), str(_PINS)])
    else:
        _run([sys.executable, "-m", "venv", "--clear", str(_FOLDER)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(_PINS)])
    _run([str(python), "-c", _EXTENSION])
    mark.write_text(_PINS.read_text())
    return program


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _find_free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
