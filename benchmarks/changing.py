"""`python -m benchmarks.changing`: 1,000 objects replaced while a console shows their lake, five minutes.

One process writes: month after month, the object with more rows than before and then its rows into the
table. This one looks all the while, as pages do, and keeps every figure it saw. Afterwards each figure is
held against the versions the lake has kept: what was shown of an object (rows, bytes) must be of one
version, a sum of rows that of the very objects that were listed, and no month older in the lake than in
the table. Meanwhile visitors go from page to page of a real console, where no page may fail.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.tables import Row, verdict, write_table
from lakeside.coverage import CoverageState, MonthCoverage, compute_coverage
from lakeside.datasets import get_dataset
from lakeside.lake.browse import browse
from lakeside.lake.objects import Footer
from lakeside.lake.totals import sum_totals
from lakeside.month import Month, month_range
from lakeside.services import Services, open_services
from lakeside.settings import PROJECT_ROOT, Settings

DATASETS = ("green", "yellow")
FIRST_ROWS, MORE_ROWS = 20, 7
ROUNDS, MONTHS, VISITORS = 4, 125, 5
PLACES = (("", ""), ("lake", ""), ("lake", "prefix=data%2Fgreen%2F"), ("warehouse", ""), ("checks", ""))
TITLES = ("what", "measured", "goal")


def main() -> None:
    """Change 1,000 objects, look all the while, and write the table into README.md."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, MONTHS)
        began = time.monotonic()
        views, failed, seen = asyncio.run(visit_and_look(home))
        rows = describe(seen, time.monotonic() - began, views, failed)
    write_table("changing", TITLES, rows, ("pyarrow", "duckdb", "streamlit"))


def open_home(home: Path) -> Services:
    """The home's services; every version of an object is kept, to be held against."""
    return open_services(Settings(home=home, retention={"versions": 100}))


def list_places(months: int) -> list[tuple[str, Month]]:
    """So many months of each dataset."""
    last = Month(2012, 1).plus(months - 1)
    return [(dataset, month) for month in month_range(Month(2012, 1), last) for dataset in DATASETS]


def fill(home: Path, months: int) -> None:
    """Every month published once."""
    write(home, months, 0)


def write(home: Path, months: int, turn: int) -> None:
    """Replace each month's object, then its rows in the table, in an order by chance."""
    from tests.builders import write_month

    services, places = open_home(home), list_places(months)
    random.Random(turn).shuffle(places)
    for name, month in places:
        dataset = get_dataset(name)
        key = write_month(services.lake, dataset, month, FIRST_ROWS + turn * MORE_ROWS)
        services.warehouse.publish_month(dataset, month, services.lake, key)


def start_writer(home: Path, months: int, rounds: int) -> subprocess.Popen[bytes]:
    """A process that writes every month so many times."""
    command = [sys.executable, "-m", "benchmarks.changing", str(home), str(months), str(rounds)]
    return subprocess.Popen(command, cwd=PROJECT_ROOT)


@dataclass
class Seen:
    """Everything that was shown, and what of it was wrong when it was held against the versions."""

    looks: int = 0
    objects: set[tuple[str, int, int]] = field(default_factory=set)  # key, bytes, rows
    sums: list[tuple[list[tuple[str, str]], int]] = field(default_factory=list)  # (key, version)s, rows
    uncounted: int = 0
    wrong: list[str] = field(default_factory=list)

    def look(self, services: Services) -> None:
        """Coverage, a folder and the totals of a listing, as pages ask for them."""
        self.looks += 1
        for month in compute_coverage(services, [get_dataset(name) for name in DATASETS]):
            self._note_month(month)
        for facts in browse(services.lake, "data/green/", 50).objects:
            if facts.footer is None:
                self.wrong.append(f"{facts.object.key}: {facts.content}, {facts.fault}")
            else:
                self.objects.add((facts.object.key, facts.object.size_bytes, facts.footer.rows))
        listing = services.lake.list_objects("data/yellow/").objects
        totals = sum_totals(listing, services.lake.count_rows(listing))
        if any(total.rows is None for total in totals):
            self.uncounted += 1
        else:
            rows = sum(total.rows or 0 for total in totals)
            self.sums.append(([(o.key, o.version) for o in listing], rows))

    def _note_month(self, month: MonthCoverage) -> None:
        if month.state is CoverageState.MISSING:
            return
        if month.state not in (CoverageState.PUBLISHED, CoverageState.STALE):
            self.wrong.append(f"{month.dataset} {month.month}: {month.state}, {month.reason}")
            return
        in_lake, in_table = month.lake_rows or 0, month.warehouse_rows or 0
        self.objects.add((month.key or "", month.lake_bytes or 0, in_lake))
        if in_lake < in_table or (month.state is CoverageState.PUBLISHED) != (in_lake == in_table):
            rows = f"{in_lake} rows in the lake and {in_table} in the table"
            self.wrong.append(f"{month.dataset} {month.month}: {month.state} with {rows}")

    def judge(self, services: Services, months: int) -> None:
        """Hold every figure against what the lake has kept."""
        true_rows = dict(_list_versions(services, months))
        real = {(key, size, rows) for (key, _), (size, rows) in true_rows.items()}
        self.wrong += [f"{key}: {size:,} bytes with {rows} rows" for key, size, rows in self.objects - real]
        for objects, rows in self.sums:
            true = sum(true_rows[place][1] for place in objects)
            if rows != true:
                self.wrong.append(f"{rows:,} rows of a listing that had {true:,}")


def _list_versions(services: Services, months: int) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    from lakeside.lake.layout import data_key
    from lakeside.lake.version_facts import describe_versions

    for place in list_places(months):
        key = data_key(*place)
        for facts in describe_versions(services.lake, key).versions:
            assert isinstance(facts.footer, Footer), facts
            yield (key, facts.object.version), (facts.object.size_bytes, facts.footer.rows)


async def visit_and_look(home: Path) -> tuple[int, int, Seen]:
    """(views of the console, failed ones, what was seen) while the writer works."""
    from benchmarks.visitors import PageFailed, Visitor, open_visitors, serve

    seen, services = Seen(), open_home(home)
    with serve(home) as (url, _):
        visitors = await open_visitors(url, VISITORS)
        writer = start_writer(home, MONTHS, ROUNDS)
        views = failed = 0

        async def wander(visitor: Visitor, chance: random.Random) -> None:
            nonlocal views, failed
            while writer.poll() is None:
                await asyncio.sleep(chance.uniform(0.2, 1.0))
                try:
                    await visitor.ask(*chance.choice(PLACES))
                except PageFailed:
                    failed += 1
                views += 1

        async def look() -> None:
            while writer.poll() is None:
                await asyncio.to_thread(seen.look, services)

        await asyncio.gather(look(), *(wander(v, random.Random(n)) for n, v in enumerate(visitors)))
        for visitor in visitors:
            await visitor.close()
    assert writer.returncode == 0, "the writer failed"
    seen.look(services)
    seen.judge(services, MONTHS)
    return views, failed, seen


def describe(seen: Seen, seconds: float, views: int, failed: int) -> list[Row]:
    """The table's rows."""
    for wrong in seen.wrong[:10]:
        print(wrong)
    changed = ROUNDS * MONTHS * len(DATASETS)
    goal = verdict(failed, 0)
    counted = f"{len(seen.sums):,} sums of {seen.looks:,}"
    return [
        ("objects replaced, each in the lake and then in the table", f"{changed:,} in {seconds:.0f} s", ""),
        ("looks at coverage, a folder and totals meanwhile", f"{seen.looks:,}", ""),
        ("figures of objects that were shown", f"{len(seen.objects):,}", ""),
        ("figures or states that no moment had", f"{len(seen.wrong):,}", f"0: {verdict(len(seen.wrong), 0)}"),
        ("sums of rows that could be given for a listing (else an object had gone)", counted, ""),
        (f"pages of the console that failed, {VISITORS} visitors", f"{failed} of {views:,}", f"0: {goal}"),
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for number in range(1, int(sys.argv[3]) + 1):
            write(Path(sys.argv[1]), int(sys.argv[2]), number)
    else:
        main()
