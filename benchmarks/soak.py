"""`python -m benchmarks.soak`: 200 sample months through the whole pipeline in one process, two minutes.

Fetched, conformed, written, loaded and checked, one after the other, as a run does it; then all of them once
more, by force. After each month the process is measured: memory, open files, threads. The first time over,
memory grows with what is remembered of each month and with the tables; the second time nothing is new, and
what grows by regression is a leak.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.tables import Row, verdict, write_table
from benchmarks.visitors import read_megabytes, slope
from lakeside.datasets import list_datasets
from lakeside.month import Month, month_range
from lakeside.pipeline import MonthRequest, asking_once, run_month
from lakeside.progress import MonthState, report_nothing
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName

MONTHS, WARM, ROWS = 200, 50, 500
MOST_GROWTH = 0.05  # of the memory, from the warm month to the last one, by the line
TITLES = ("what", "measured", "goal")


@dataclass(frozen=True)
class Measure:
    """The process after a month."""

    megabytes: float
    files: int
    threads: int


def main() -> None:
    """Run the months and write the table into README.md."""
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(Settings(home=Path(folder), sources={"sample_rows": ROWS}))
        began = time.perf_counter()
        first = run_months(services, list_places(MONTHS))
        again = run_months(services, list_places(MONTHS), force=True)
        seconds = time.perf_counter() - began
        wrong = find_wrong(services, list_places(MONTHS))
    write_table("soak", TITLES, describe(first, again, wrong, seconds), ("pyarrow", "duckdb"))


def list_places(number: int) -> list[tuple[str, Month]]:
    """So many months of all datasets in turn."""
    datasets = [dataset.name for dataset in list_datasets()]
    months = month_range(Month(2019, 2), Month(2019, 2).plus(number // len(datasets)))
    return [(dataset, month) for month in months for dataset in datasets][:number]


def run_months(
    services: Services, places: Sequence[tuple[str, Month]], *, force: bool = False
) -> list[Measure]:
    """Run each month through the pipeline; what the process was after it."""
    work, measures = asking_once(run_month, services), []
    for dataset, month in places:
        result = work(MonthRequest(dataset, month, SourceName.SAMPLE, force=force), services, report_nothing)
        if result.state is not MonthState.PUBLISHED:
            raise SystemExit(f"{dataset} {month} ended {result.state}: {result.error}")
        measures.append(measure())
    return measures


def measure() -> Measure:
    """This process now."""
    own = Path("/proc/self")
    files, threads = len(list((own / "fd").iterdir())), len(list((own / "task").iterdir()))
    return Measure(read_megabytes(int(own.resolve().name)), files, threads)


def find_wrong(services: Services, places: Sequence[tuple[str, Month]]) -> list[str]:
    """Months that do not have exactly their rows in lake and table; and what there is beyond them."""
    from lakeside.lake.layout import data_key

    counts = dict(services.warehouse.count_months())
    wrong = [
        f"{place}: {counts.get(place)} rows in the table" for place in places if counts.pop(place, 0) != ROWS
    ]
    wrong += [f"{place}: not asked for" for place in counts]
    for place in places:
        rows = services.lake.read_footer(data_key(*place)).rows
        wrong += [f"{place}: {rows} rows in the lake"] if rows != ROWS else []
    if len(services.lake.list_objects("data/").objects) != len(places):
        wrong.append("objects that were not asked for")
    return wrong


def describe(
    first: Sequence[Measure], again: Sequence[Measure], wrong: Sequence[str], seconds: float
) -> list[Row]:
    """The table's rows."""
    for words in wrong[:10]:
        print(words, file=sys.stderr)
    warm = first[WARM:]
    leak = _grow(again) * len(again) / again[0].megabytes
    files, threads = [m.files for m in (*warm, *again)], [m.threads for m in (*warm, *again)]
    memory = f"{warm[0].megabytes:.0f} MB, {warm[-1].megabytes:.0f} MB"
    judged = f"at most 5 %: {verdict(leak, MOST_GROWTH)}"
    return [
        (f"{len(first)} months of {ROWS} rows, from the source to the checks, twice", f"{seconds:.0f} s", ""),
        ("months without exactly their rows in both", str(len(wrong)), f"0: {verdict(len(wrong), 0)}"),
        (f"memory after {WARM} months, and after all", memory, f"{1000 * _grow(warm):.0f} kB a month"),
        ("memory after all once more", f"{again[-1].megabytes:.0f} MB", ""),
        ("how it grew meanwhile, by regression", f"{100 * leak:.1f} %", judged),
        ("open files, fewest and most", f"{min(files)}, {max(files)}", f"flat: {_judge_flat(files)}"),
        ("threads, fewest and most", f"{min(threads)}, {max(threads)}", f"flat: {_judge_flat(threads)}"),
    ]  # fmt: skip


def _grow(measures: Sequence[Measure]) -> float:
    """Megabytes a month, by regression."""
    return slope({float(n): m.megabytes for n, m in enumerate(measures)})


def _judge_flat(numbers: Sequence[int]) -> str:
    """Whether the last quarter is no higher than the first; in between a month may need some more."""
    quarter = max(1, len(numbers) // 4)
    return verdict(max(numbers[-quarter:]), max(numbers[:quarter]))


if __name__ == "__main__":
    main()
