"""`python -m benchmarks.console`: how quick the console answers twenty people at once, and what it keeps.

The real Streamlit server over a home with two years of small months and no Prefect. Visitors are websocket
clients that speak Streamlit's protocol: each asks for a page as a click in the navigation does and waits
for the end of the script. So what is measured is the server's answer, all its bytes received; what a
browser needs to draw it is not in it, nor the polling of pages that refresh themselves.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.tables import Row, verdict, write_table

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

ROOT = Path(__file__).resolve().parent.parent
SESSIONS, THINK_SECONDS, SWITCHES = 20, 2.0, 25
VIEWS, WARM_VIEWS = 1_000, 200
GOAL_SECONDS, START_SECONDS = 0.3, 120
KEY = "data/green/green_tripdata_2019-03.parquet"
# Where a visitor goes: a page of the navigation and what stands behind the question mark.
PLACES = (
    ("", ""),
    ("lake", ""),
    ("lake", f"object={KEY}"),
    ("lake", f"object={KEY}&tab=profile"),
    ("schemas", ""),
    ("warehouse", ""),
)
TITLES = ("what", "measured", "goal")


def main() -> None:
    """Measure and write the table into README.md."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        with serve(Path(folder)) as (url, process):
            rows = asyncio.run(measure(url, process))
    write_table("console", TITLES, rows, ("streamlit", "websockets"))


def fill(home: Path) -> None:
    """Two years of green and yellow, 2,000 made-up rows each."""
    from lakeside.month import Month, month_range
    from lakeside.pipeline import MonthRequest, run_month
    from lakeside.services import open_services
    from lakeside.settings import Settings
    from lakeside.sources.probe import SourceName

    services = open_services(Settings(home=home, sources={"sample_rows": 2_000}))
    for dataset in ("green", "yellow"):
        for month in month_range(Month(2019, 1), Month(2020, 12)):
            run_month(MonthRequest(dataset, month, SourceName.SAMPLE), services)


@contextmanager
def serve(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The console on a free port, in a process of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "ui/serve.py", "--server.address", "127.0.0.1"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    environment = os.environ | {"LAKESIDE_HOME": str(home), "LAKESIDE_PREFECT__PORT": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
    received: int = 0

    async def ask(self, page: str, query: str) -> float:
        """Ask for a page as the browser does; seconds until the script has ended."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        question = BackMsg()
        question.rerun_script.query_string = query
        question.rerun_script.page_script_hash = self.pages.get(page, "")
        began = time.perf_counter()
        await self.socket.send(question.SerializeToString())
        while True:
            data = await self.socket.recv()
            self.received += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self.pages = {p.url_pathname: p.page_script_hash for p in answer.navigation.app_pages}
            if kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
                raise SystemExit(f"/{page}?{query} shows an error.")
            if kind == "script_finished":
                if answer.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    raise SystemExit(f"/{page}?{query} did not end well.")
                return time.perf_counter() - began

    async def wander(self, views: int, think_seconds: float, chance: random.Random) -> None:
        """Go to so many places, thinking in between."""
        for _ in range(views):
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think_seconds)
            page, query = chance.choice(PLACES)
            name = f"/{page}?{query}" if query else f"/{page}"
            self.seconds.setdefault(name, []).append(await self.ask(page, query))


async def measure(url: str, process: subprocess.Popen[bytes]) -> list[Row]:
    """Twenty visitors with time to think; then a thousand views and the memory they leave."""
    from websockets.asyncio.client import connect

    visitors = []
    for _ in range(SESSIONS):
        opened = await connect(
            f"ws://{url}/_stcore/stream", subprotocols=["streamlit"], origin=f"http://{url}", max_size=None
        )
        visitors.append(Visitor(opened))
    first = [await visitor.ask("", "") for visitor in visitors]
    await _wander(visitors, WARM_VIEWS, 0.2)  # every place once at least: caches and imports
    for visitor in visitors:
        visitor.seconds.clear()
    await _wander(visitors, SESSIONS * SWITCHES, THINK_SECONDS)
    by_place: dict[str, list[float]] = {}
    for visitor in visitors:
        for name, seconds in visitor.seconds.items():
            by_place.setdefault(name, []).extend(seconds)
    before = read_megabytes(process.pid)
    await _wander(visitors, VIEWS // 2, 0.2)
    halfway = read_megabytes(process.pid)
    await _wander(visitors, VIEWS // 2, 0.2)
    after = read_megabytes(process.pid)
    for visitor in visitors:
        await visitor.socket.close()
    return [*_describe(by_place, first), _describe_memory(before, halfway, after)]


async def _wander(visitors: list[Visitor], views: int, think_seconds: float) -> None:
    each = views // len(visitors)
    chances = [random.Random(number) for number in range(len(visitors))]
    pairs = zip(visitors, chances, strict=True)
    await asyncio.gather(*(visitor.wander(each, think_seconds, chance) for visitor, chance in pairs))


def read_megabytes(pid: int) -> float:
    """Resident memory of a process, without its children."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _describe(by_place: dict[str, list[float]], first: list[float]) -> list[Row]:
    everything = [seconds for found in by_place.values() for seconds in found]
    ninety_five = _at(everything, 0.95)
    what = (
        f"page switch, {SESSIONS} sessions with {THINK_SECONDS:g} s to think, {len(everything)} switches: p95"
    )
    rows: list[Row] = [
        (what, f"{1000 * ninety_five:.0f} ms", f"under 300 ms: {verdict(ninety_five, GOAL_SECONDS)}"),
        ("the same: median", f"{1000 * statistics.median(everything):.0f} ms", ""),
        ("first page of a new session, median", f"{1000 * statistics.median(first):.0f} ms", ""),
    ]
    for name, seconds in sorted(by_place.items(), key=lambda pair: -_at(pair[1], 0.95)):
        rows.append((f"`{name}`: p95, median", f"{1000 * _at(seconds, 0.95):.0f} ms, "
                     f"{1000 * statistics.median(seconds):.0f} ms", ""))  # fmt: skip
    return rows


def _describe_memory(before: float, halfway: float, after: float) -> Row:
    text = f"{before:.0f} MB, {halfway:.0f} MB, {after:.0f} MB"
    flat = verdict(after, halfway * 1.02)
    what = f"memory of the server before, halfway and after {VIEWS:,} page views"
    return (what, text, f"flat in the second half: {flat}")


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
