"""`python -m benchmarks.crowd [SECONDS]`: fifty people look while five runs work; ten minutes by itself.

A real server, three workers and the console. Fifty websocket clients go from page to page, thinking in
between, two browsers do so too, and there are always five runs that have not ended. Measured are the
answers of the console, pages that show an error, runs that do not complete, and the memory of the console
by regression: fifty visitors with four seconds to think look in ten minutes as often as eight in an hour.

Prefect keeps its runs in SQLite, as `lakeside up` does, or where PREFECT_SERVER_DATABASE_CONNECTION_URL says
(`postgresql+asyncpg://user@host/database`), as `compose.yaml` does.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.console import fill
from benchmarks.tables import Row, verdict, write_table
from benchmarks.visitors import (
    Place,
    Visitor,
    name_place,
    open_visitors,
    percentile,
    read_megabytes,
    serve,
    slope,
)
from flows.console import Launch, RunConsole
from lakeside.errors import BackendUnavailable
from tests.flows.light_stack import LightStack

SESSIONS, BROWSERS, WORKERS, RUNS = 50, 2, 3, 5
THINK_SECONDS, SECONDS, WARM_SHARE = 4.0, 480.0, 0.25
MOST_GROWTH = 0.05
PLACES: tuple[Place, ...] = (
    ("", ""),
    ("", "dataset=green"),
    ("lake", ""),
    ("lake", "prefix=data%2Fgreen%2F"),
    ("lake", "object=data/green/green_tripdata_2019-03.parquet"),
    ("checks", ""),
    ("runs", ""),
)
TITLES = ("what", "measured", "goal")
_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"


@dataclass
class Runs:
    """Five runs that are always under way: when one ends, another begins."""

    console: RunConsole
    started: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    next_year: int = 2009

    def keep(self) -> None:
        """Note what has ended and start what is missing."""
        self._note()
        while len(self.started) - len(self.states) < RUNS:
            launch = Launch("fhv", self.next_year, tuple(range(1, 13)), "sample", force=True)
            self.started.append(self.console.start_ingest(launch).id)
            self.next_year = 2009 + (self.next_year - 2008) % 17

    def wait(self, seconds: float) -> None:
        """Until all have ended, at most so long; a server that does not answer in time is asked again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and len(self.states) < len(self.started):
            with suppress(BackendUnavailable):
                self._note()
            time.sleep(2)

    def _note(self) -> None:
        for run_id in self.started:
            if run_id not in self.states and (run := self.console.get_run(run_id).summary).is_over:
                self.states[run_id] = run.state
                if run.state != "Completed":
                    print(f"{run.name} ended {run.state}: {run.message}", file=sys.stderr)


def main(seconds: float = SECONDS) -> None:
    """Measure and write the table into README.md."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LightStack(Path(folder) / "home", sample_rows=2_000)
        fill(stack.home)
        try:
            stack.start(workers=WORKERS)
            with serve(stack.home, **stack.environment) as (url, process):
                rows = measure(url, process, Runs(stack.console), seconds)
        finally:
            stack.stop()
    mark = "crowd-postgresql" if os.environ.get(_DATABASE, "").startswith("postgresql") else "crowd"
    write_table(mark, TITLES, rows, ("streamlit", "prefect", "websockets"))


def measure(url: str, process: subprocess.Popen[bytes], runs: Runs, seconds: float) -> list[Row]:
    """Websocket clients in this thread, browsers in their own, the runs in another."""
    until = time.monotonic() + seconds
    memory: dict[float, float] = {}

    def watch() -> int:
        """Keep the runs going; how often Prefect did not answer in time."""
        late = 0
        while time.monotonic() < until:
            memory[time.monotonic()] = read_megabytes(process.pid)
            try:
                runs.keep()
            except BackendUnavailable:
                late += 1
            time.sleep(2)
        return late

    with ThreadPoolExecutor(1 + BROWSERS) as pool:
        watching = pool.submit(watch)
        browsing = [pool.submit(browse, url, until, number) for number in range(BROWSERS)]
        visitors = asyncio.run(visit(url, until))
        late, browsed = watching.result(), [b.result() for b in browsing]
    runs.wait(300)
    warm = {at: mb for at, mb in memory.items() if at > until - seconds * (1 - WARM_SHARE)}
    return [*describe_pages(visitors, browsed), *describe_runs(runs, late), describe_memory(warm)]


async def visit(url: str, until: float) -> list[Visitor]:
    """All sessions at once, until the moment."""
    visitors = await open_visitors(url, SESSIONS)
    for visitor in visitors:
        await visitor.ask("", "")
    walks = [v.wander(PLACES, until, THINK_SECONDS, random.Random(n)) for n, v in enumerate(visitors)]
    await asyncio.gather(*walks)
    for visitor in visitors:
        await visitor.close()
    return visitors


def browse(url: str, until: float, number: int) -> tuple[list[float], list[str]]:
    """(seconds of each page until it is drawn, what went wrong) in a real browser."""
    from playwright.sync_api import Error, sync_playwright

    from tests.e2e.conftest import CHROMIUM, FLAGS
    from tests.e2e.visitor import AT_REST

    seconds, failures, chance = [], [], random.Random(1000 + number)
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        with playwright.chromium.launch(executable_path=path, args=FLAGS) as browser:
            page = browser.new_page()
            page.set_default_timeout(120_000)
            while time.monotonic() < until:
                place = name_place(*chance.choice(PLACES))
                began = time.monotonic()
                try:
                    page.goto(f"http://{url}{place}")
                    page.wait_for_selector(AT_REST)
                    seconds.append(time.monotonic() - began)
                    if page.locator(".ls-failed").count():
                        failures.append(f"{place}: {page.locator('.ls-failed').first.inner_text()}")
                except Error as error:
                    failures.append(f"{place}: {error}")
                time.sleep(chance.uniform(0.5, 1.5) * THINK_SECONDS)
    return seconds, failures


def describe_pages(visitors: list[Visitor], browsed: list[tuple[list[float], list[str]]]) -> list[Row]:
    """How quick, and how often not at all."""
    answers = [s for visitor in visitors for found in visitor.seconds.values() for s in found]
    drawn = [s for seconds, _ in browsed for s in seconds]
    failures = [f for v in visitors for f in v.failures] + [f for _, failed in browsed for f in failed]
    for failure in failures[:10]:
        print(failure, file=sys.stderr)
    total = len(answers) + len(drawn)
    return [
        (f"page, {SESSIONS} sessions with {THINK_SECONDS:g} s to think, {len(answers):,} views: p95",
         f"{1000 * percentile(answers, 0.95):.0f} ms", "reported"),
        ("the same: median", f"{1000 * percentile(answers, 0.5):.0f} ms", ""),
        (f"page loaded anew and drawn in {BROWSERS} browsers beside them, {len(drawn)} times: p95, median",
         f"{percentile(drawn, 0.95):.1f} s, {percentile(drawn, 0.5):.1f} s", "reported"),
        ("pages that showed an error", f"{len(failures)} of {total:,}", f"0: {verdict(len(failures), 0)}"),
    ]  # fmt: skip


def describe_runs(runs: Runs, late: int) -> list[Row]:
    """What became of the runs."""
    bad = [state for state in runs.states.values() if state != "Completed"]
    bad += ["not ended"] * (len(runs.started) - len(runs.states))
    what = f"runs of 12 months, {RUNS} in flight: that did not complete"
    return [
        (what, f"{len(bad)} of {len(runs.started)}", f"0: {verdict(len(bad), 0)}"),
        ("questions of the launching client that Prefect did not answer in time", str(late), "reported"),
    ]


def describe_memory(points: dict[float, float]) -> Row:
    """The console's memory over the time after the first quarter."""
    first, last = min(points), max(points)
    growth = slope(points) * (last - first) / points[first]
    text = f"{points[first]:.0f} MB, {points[last]:.0f} MB; {100 * growth:.1f} % by regression"
    what = f"memory of the console, over {last - first:.0f} s"
    return (what, text, f"at most 5 %: {verdict(growth, MOST_GROWTH)}")


if __name__ == "__main__":
    main(float(sys.argv[1])) if len(sys.argv) > 1 else main()
