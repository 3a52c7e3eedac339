"""`python -m benchmarks.runs`: what Prefect adds to a month, what fanning out brings, how quick it answers.

Starts a server and workers of its own on free ports; the months are made up and small, so that what is
measured is the machinery and not the parsing.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lakeside.month import Month, month_range
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from tests.flows.light_stack import LightStack

ROWS = 2_000
MONTHS = 12
RUNS = 500
ASKED = 15
README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- runs -->", "<!-- end of runs -->"

Row = tuple[str, str, str]


def main() -> None:
    """Measure everything and write the table into README.md."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LightStack(Path(folder) / "home", ROWS)
        # Before Prefect is imported, which reads it: the flow that runs in this process belongs to the stack.
        os.environ |= stack.environment | {"PREFECT_LOGGING_LEVEL": "ERROR"}
        try:
            stack.start(workers=1)
            rows = [measure_preflight(stack), measure_overhead(stack, Path(folder) / "plain")]
            rows += measure_fan_out(stack)
            rows += measure_history(stack)
        finally:
            stack.stop()
    write_table(rows)


def measure_preflight(stack: LightStack) -> Row:
    """API, worker, pool, lake and warehouse, asked at once."""
    seconds = median(stack.console.preflight)
    return ("preflight of a launch (API, worker, pool, lake, warehouse)", f"{seconds:.3f} s", "under 1 s")


def measure_overhead(stack: LightStack, plain_home: Path) -> Row:
    """The same months by the domain's call and as a flow run, both in this process, two at a time."""
    from flows.ingest_months import ingest_months

    def by_call(year: int) -> float:
        services = open_services(Settings(home=plain_home, sources={"sample_rows": ROWS}))
        requests = [MonthRequest("green", m, SourceName.SAMPLE) for m in months_of(year)]
        began = time.perf_counter()
        with ThreadPoolExecutor(services.settings.ingest.months_at_once) as pool:
            list(pool.map(lambda request: run_month(request, services), requests))
        return time.perf_counter() - began

    def by_flow(year: int) -> float:
        began = time.perf_counter()
        ingest_months("green", year, list(range(1, MONTHS + 1)), "sample")
        return time.perf_counter() - began

    pairs = [(by_call(year), by_flow(year)) for year in (2014, 2015, 2016, 2017)][1:]  # the first warms up
    call, flow = (statistics.median(column) for column in zip(*pairs, strict=True))
    added = (flow - call) / MONTHS
    measured = f"{added:.2f} s ({flow / MONTHS:.2f} s against {call / MONTHS:.2f} s)"
    return ("what Prefect adds to a month in process", measured, "under 1.5 s")


def measure_fan_out(stack: LightStack) -> list[Row]:
    """A year with every month a run of its own, with one worker and with two."""
    from flows.console import Launch

    def run_year(year: int) -> float:
        months = tuple(range(1, MONTHS + 1))
        run = stack.console.start_ingest(Launch("yellow", year, months, "sample", fan_out="runs"))
        return stack.wait_for_run(run.id, 900).summary.elapsed_seconds

    alone = run_year(2015)
    stack.start_worker("second")
    while stack.console.check_ready(5).workers_online < 2:
        time.sleep(0.5)
    both = run_year(2016)
    gain = f"{both / MONTHS:.2f} s a month, {alone / both:.2f} times as fast"
    return [
        ("each month a run of its own, 1 worker", f"{alone / MONTHS:.2f} s a month", ""),
        ("each month a run of its own, 2 workers", gain, "reported"),
    ]


def measure_history(stack: LightStack) -> list[Row]:
    """The list of runs with 500 of them in the history: as the console asks, and the server's part of it."""
    from prefect.states import Completed

    from flows.api import open_client
    from flows.ingest_months import ingest_months

    client = open_client(stack.api_url, 90)  # SQLite stalls for up to a minute
    for number in range(RUNS):
        parameters = {"dataset": "green", "year": 2009 + number % 15, "months": [1 + number % 12]}
        client.create_flow_run(
            ingest_months,
            parameters=parameters,
            name=f"green {number} [1]",
            state=Completed(),
            tags=["lakeside"],
        )
    body = {
        "flow_runs": {"expected_start_time": {"before_": (datetime.now(UTC) + timedelta(1)).isoformat()}},
        "sort": "EXPECTED_START_TIME_DESC",
        "limit": 50,
    }
    server = median(lambda: client.request("POST", "/flow_runs/filter", json=body))
    page = median(lambda: stack.console.find_runs(limit=50))
    return [
        (f"one page of 50 of {RUNS} runs, the server's answer", f"{1000 * server:.0f} ms", "under 300 ms"),
        ("the same page as the console has it (runs, flows, count)", f"{1000 * page:.0f} ms", ""),
    ]


def median(ask: Callable[[], object]) -> float:
    """Seconds of one call, the median of many, after one that does not count."""
    ask()
    seconds = []
    for _ in range(ASKED):
        began = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def months_of(year: int) -> list[Month]:
    """The months of a year."""
    return month_range(Month(year, 1), Month(year, MONTHS))


def write_table(rows: list[Row]) -> None:
    """Put the table between its marks in README.md."""
    lines = ["| what | measured | goal |", "|---|--:|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]
    load = os.getloadavg()[0]
    lines.append(
        f"\nMeasured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, Prefect on SQLite; {MONTHS} months of {ROWS:,} made-up rows; "
        f"load average at the end {load:.1f}."
    )
    text = README.read_text()
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
