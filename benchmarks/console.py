"""`python -m benchmarks.console`: how quick the console answers twenty people at once, and what it keeps.

The real Streamlit server over a home with two years of small months and no Prefect. Visitors are websocket
clients that speak Streamlit's protocol: each asks for a page as a click in the navigation does and waits
for the end of the script. So what is measured is the server's answer, all its bytes received; what a
browser needs to draw it is not in it, nor the polling of pages that refresh themselves.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.tables import Row, verdict, write_table
from benchmarks.visitors import Visitor, name_place, open_visitors, percentile, read_megabytes, serve

SESSIONS, THINK_SECONDS, SWITCHES = 20, 2.0, 25
VIEWS, WARM_VIEWS = 1_000, 200
GOAL_SECONDS = 0.3
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


async def measure(url: str, process: subprocess.Popen[bytes]) -> list[Row]:
    """Twenty visitors with time to think; then a thousand views and the memory they leave."""
    visitors = await open_visitors(url, SESSIONS)
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

    async def walk(visitor: Visitor, chance: random.Random) -> None:
        for _ in range(each):
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think_seconds)
            page, query = chance.choice(PLACES)
            visitor.seconds.setdefault(name_place(page, query), []).append(await visitor.ask(page, query))

    await asyncio.gather(*(walk(visitor, random.Random(n)) for n, visitor in enumerate(visitors)))


def _describe(by_place: dict[str, list[float]], first: list[float]) -> list[Row]:
    everything = [seconds for found in by_place.values() for seconds in found]
    ninety_five = percentile(everything, 0.95)
    what = (
        f"page switch, {SESSIONS} sessions with {THINK_SECONDS:g} s to think, {len(everything)} switches: p95"
    )
    rows: list[Row] = [
        (what, f"{1000 * ninety_five:.0f} ms", f"under 300 ms: {verdict(ninety_five, GOAL_SECONDS)}"),
        ("the same: median", f"{1000 * statistics.median(everything):.0f} ms", ""),
        ("first page of a new session, median", f"{1000 * statistics.median(first):.0f} ms", ""),
    ]
    for name, seconds in sorted(by_place.items(), key=lambda pair: -percentile(pair[1], 0.95)):
        rows.append((f"`{name}`: p95, median", f"{1000 * percentile(seconds, 0.95):.0f} ms, "
                     f"{1000 * statistics.median(seconds):.0f} ms", ""))  # fmt: skip
    return rows


def _describe_memory(before: float, halfway: float, after: float) -> Row:
    text = f"{before:.0f} MB, {halfway:.0f} MB, {after:.0f} MB"
    flat = verdict(after, halfway * 1.02)
    what = f"memory of the server before, halfway and after {VIEWS:,} page views"
    return (what, text, f"flat in the second half: {flat}")


if __name__ == "__main__":
    main()
