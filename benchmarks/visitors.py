"""A console in a process of its own, and its visitors: websocket clients that speak Streamlit's protocol."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
Place = tuple[str, str]  # a page of the navigation, and what stands behind the question mark


class PageFailed(Exception):
    """A page showed an error of the program, or its script did not end well."""


@contextmanager
def serve(home: Path, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """(host and port, process) of the console on a free port; without Prefect unless the environment says."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "ui/serve.py", "--server.address", "127.0.0.1"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    surroundings = os.environ | {"LAKESIDE_HOME": str(home), "LAKESIDE_PREFECT__PORT": "1"} | environment
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(process, f"http://127.0.0.1:{port}/_stcore/health")
            yield f"127.0.0.1:{port}", process
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit("The console did not start.")


@dataclass
class Visitor:
    """One session: a websocket, the pages it may ask for, and how long each answer took by place."""

    socket: ClientConnection
    pages: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    received: int = 0

    async def ask(self, page: str, query: str) -> float:
        """Ask for a page as the browser does; seconds until the script has ended.

        Raises:
            PageFailed: it shows an error, or did not end well.
        """
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        question = BackMsg()
        question.rerun_script.query_string = query
        question.rerun_script.page_script_hash = self.pages.get(page, "")
        began = time.perf_counter()
        await self.socket.send(question.SerializeToString())
        failed = ""
        while True:
            data = await self.socket.recv()
            self.received += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self.pages = {p.url_pathname: p.page_script_hash for p in answer.navigation.app_pages}
            if kind == "delta" and is_error(answer.delta.new_element):
                failed = f"/{page}?{query} shows an error."
            if kind == "script_finished" and answer.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
            ):
                if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    failed = f"/{page}?{query} did not end well."
                if failed:
                    raise PageFailed(failed)
                return time.perf_counter() - began

    async def wander(
        self, places: Sequence[Place], until: float, think_seconds: float, chance: random.Random
    ) -> None:
        """Go from place to place until that moment, thinking in between; failures are kept."""
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think_seconds)
            page, query = chance.choice(places)
            try:
                self.seconds.setdefault(name_place(page, query), []).append(await self.ask(page, query))
            except PageFailed as failure:
                self.failures.append(str(failure))

    async def close(self) -> None:
        """Leave."""
        await self.socket.close()


def is_error(element: Any) -> bool:
    """Does this part of a page say that something failed: Streamlit's own box, or our card."""
    kind = element.WhichOneof("type")
    if kind == "html":
        return 'class="ls-failed"' in element.html.body
    return bool(kind == "exception")


def name_place(page: str, query: str) -> str:
    """`/lake?prefix=data%2F`."""
    return f"/{page}?{query}" if query else f"/{page}"


async def open_visitors(url: str, number: int) -> list[Visitor]:
    """So many sessions."""
    from websockets.asyncio.client import connect

    return [
        Visitor(
            await connect(
                f"ws://{url}/_stcore/stream",
                subprotocols=["streamlit"],
                origin=f"http://{url}",
                max_size=None,
                ping_timeout=None,
            )
        )
        for _ in range(number)
    ]


def read_megabytes(pid: int) -> float:
    """Resident memory of a process, without its children."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def slope(points: Mapping[float, float]) -> float:
    """How much y grows with each x: the least-squares line's."""
    n, mean_x, mean_y = len(points), sum(points) / len(points), sum(points.values()) / len(points)
    spread = sum((x - mean_x) ** 2 for x in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points.items()) / spread if n > 1 and spread else 0.0
