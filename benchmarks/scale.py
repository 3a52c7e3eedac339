"""`python -m benchmarks.scale`: a lake of 10,000 objects with every month of TLC's catalogue, by simulation.

The 487 months are small (50 rows each) and have real footers with provenance; the other objects are files
that the course's scripts might have left. What is measured depends on the number of objects and the size
of their footers, not on the rows in them. Each question is asked in one process that is new, cold and
then again, warm.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from lakeside.catalogue.catalogue import list_entries
from lakeside.datasets import get_dataset, list_datasets
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings

OBJECTS = 10_000
ROWS = 50
ROUNDS = 3
README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- scale -->", "<!-- end of scale -->"
GOALS = {"listing": 1.5, "coverage": 6.0, "drift": 4.0, "plan": 2.0}
WARM_GOALS = {"listing": 1.5, "coverage": 1.5, "drift": 2.0, "plan": 2.0}
MEGABYTES = 500
NAMES = {
    "listing": "list 10,000 objects",
    "coverage": "coverage of 487 months, lake and warehouse",
    "drift": "drift matrix of yellow, 185 months",
    "plan": "plan of 12 months (source not asked: made up)",
}


def main() -> None:
    """Build the lake, ask in new processes, write the table."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        build_lake(home)
        answers = [ask_in_a_process(home) for _ in range(ROUNDS)]
    write_table(answers)


def build_lake(home: Path) -> None:
    """The catalogue's months, and strangers' objects up to the number wanted."""
    from tests.builders import write_month, write_object

    services = open_services(Settings(home=home))
    months = [(d, month) for d in list_datasets() for month in list_entries(d.name)]
    for dataset, month in months:
        write_month(services.lake, dataset, month, ROWS)
    from tests.builders import build_rows

    rows = build_rows(get_dataset("green"), Month(2020, 1), ROWS)
    first = home / "lake" / write_object(services.lake, "course/part-00000.parquet", rows, None)
    for number in range(1, OBJECTS - len(months)):
        os.link(first, first.with_name(f"part-{number:05}.parquet"))


def ask_in_a_process(home: Path) -> dict[str, float]:
    """Every question's seconds, cold and warm, and the process's peak in megabytes."""
    command = [sys.executable, "-m", "benchmarks.scale", str(home)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def ask(home: Path) -> dict[str, float]:
    """What `ask_in_a_process` runs."""
    from lakeside.coverage import compute_coverage
    from lakeside.lake.schemas import compare_schemas
    from lakeside.plan import PlanRequest, make_plan
    from lakeside.sources.probe import SourceName

    services = open_services(Settings(home=home))
    year = tuple(Month(2021, number) for number in range(1, 13))
    questions: dict[str, Callable[[], object]] = {
        "listing": services.lake.list_objects,
        "coverage": lambda: compute_coverage(services),
        "drift": lambda: compare_schemas(services.lake, get_dataset("yellow")),
        "plan": lambda: make_plan(PlanRequest("green", year, SourceName.SAMPLE), services),
    }
    seconds: dict[str, float] = {}
    for name, question in questions.items():
        for state in ("cold", "warm"):
            began = time.perf_counter()
            question()
            seconds[f"{name} {state}"] = time.perf_counter() - began
    seconds["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return seconds


def write_table(answers: list[dict[str, float]]) -> None:
    """Medians into README.md, each beside its goal."""
    found = {name: statistics.median(a[name] for a in answers) for name in answers[0]}
    lines = ["| what | cold | goal | warm | goal |", "|---|--:|--:|--:|--:|"]
    for name, words in NAMES.items():
        cold, warm = found[f"{name} cold"], found[f"{name} warm"]
        lines.append(
            f"| {words} | {cold:.2f} s | {GOALS[name]:g} s | {warm:.2f} s | {WARM_GOALS[name]:g} s |"
        )
    lines += [
        "",
        f"Peak memory of the process: **{found['megabytes']:.0f} MB** (goal {MEGABYTES} MB). "
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}; median of {ROUNDS} processes; load average at the end "
        f"{os.getloadavg()[0]:.1f}.",
    ]
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(ask(Path(sys.argv[1]))))
    else:
        main()
