"""A month from a loopback HTTP server to parquet: `lakeside ingest` against the course's way and DuckDB.

Whole processes are timed, one after another in turns, so that a busy machine is busy for all of them.
Wall clock, CPU (user and system) and peak memory come from the kernel's accounting of each child.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.generate import make_long_month, make_month

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"
README = Path(__file__).parent / "README.md"
ROUNDS = 5
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of wall clock and CPU, and its peak of resident memory in MB."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


def main() -> None:
    """Run everything (in so many rounds as the first argument says, else five); write README.md's table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    # In a process of its own: a child's peak of memory counts what its parent held before exec.
    subprocess.run([sys.executable, "-m", "benchmarks.generate", str(CACHE)], cwd=ROOT, check=True)
    month, long_month = make_month(CACHE), make_long_month(CACHE)
    with serve(CACHE) as url, tempfile.TemporaryDirectory() as folder:
        costs: dict[str, list[Cost]] = {}
        for number in range(rounds):
            for name in ("lakeside", "course", "duckdb", "gunzip"):
                cost = run(name, f"{url}/yellow/{month.name}", Path(folder))
                costs.setdefault(name, []).append(cost)
                print(f"round {number + 1} {name}: {cost}", flush=True)
        longer = [run("lakeside", f"{url}/yellow/{long_month.name}", Path(folder)) for _ in range(2)]
    table = describe(costs, longer)
    print(table)
    write(table)


def write(table: str) -> None:
    """Put the table into README.md in place of the last one."""
    text = README.read_text()
    README.write_text(text[: text.index(BEGIN) + len(BEGIN)] + "\n" + table + text[text.index(END) :])


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The test suite's HTTP server over a folder, in a process of its own."""
    command = [sys.executable, "-m", "tests.servers.files", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def run(name: str, url: str, folder: Path) -> Cost:
    """Run one contender in a process of its own, in an empty folder."""
    home = folder / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    command, environment = [sys.executable, "-m", "benchmarks.contenders", name, url, str(home / "out")], {}
    if name == "lakeside":
        month = url[-len("YYYY-MM.csv.gz") :].removesuffix(".csv.gz")
        program = str(Path(sys.executable).parent / "lakeside")
        command = [program, "ingest", "yellow", month, "--no-load", "--json"]
        template = url.replace(month, "{year}-{month:02d}")
        environment = {"LAKESIDE_HOME": str(home), "LAKESIDE_SOURCES__DATATALKSCLUB_URL": template}
    return measure(command, environment)


def measure(command: list[str], environment: dict[str, str]) -> Cost:
    """Wall clock, CPU and peak memory of a child.

    Raises:
        SystemExit: it failed; a benchmark of a failure is none.
    """
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**_without_bytecode_ban(), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    errors = child.stderr.read().decode() if child.stderr else ""
    if child.returncode:
        raise SystemExit(f"{command} ended with {child.returncode}: {errors}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _without_bytecode_ban() -> dict[str, str]:
    """The environment as users have it: pip compiles what it installs, and Python keeps what it compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


LABELS = {
    "lakeside": "`lakeside ingest yellow 2021-01 --no-load --json`",
    "course": "(a) the course: pandas `read_csv` → `to_datetime` → `to_parquet(gzip)`",
    "duckdb": "(b) DuckDB: download, then `COPY … (COMPRESSION zstd)`",
    "gunzip": "(c) the floor: fetch and gunzip with isal",
}


def describe(costs: dict[str, list[Cost]], longer: list[Cost]) -> str:
    """The table and the verdict, as Markdown."""
    ours = middle(costs["lakeside"])
    lines = ["| program | wall, s | CPU, s | peak memory, MB | wall of ours to it |", "|---|--:|--:|--:|--:|"]
    for name, label in LABELS.items():
        cost = middle(costs[name])
        lines.append(
            f"| {label} | {cost.wall_seconds:.2f} | {cost.cpu_seconds:.2f} | {cost.peak_megabytes:.0f} "
            f"| {ratio(costs, name):.2f} |"
        )
    long = middle(longer)
    lines.append(
        f"| ours, ten times the rows (13.7 million) | {long.wall_seconds:.2f} | {long.cpu_seconds:.2f} "
        f"| {long.peak_megabytes:.0f} | |"
    )
    course, duck = 1 / ratio(costs, "course"), ratio(costs, "duckdb")
    lines += [
        "",
        "- Goal 8 times faster than (a), aim 12: "
        f"**{course:.1f} times** ({_verdict(course >= 8, course >= 12)}).",
        f"- Goal no slower than (b), aim 0.6 of it: **{duck:.2f}** ({_verdict(duck <= 1, duck <= 0.6)}).",
        f"- Goal at most 400 MB: **{ours.peak_megabytes:.0f} MB** "
        f"({_verdict(ours.peak_megabytes <= 400, False)}); "
        f"no higher for ten times the rows: **{long.peak_megabytes:.0f} MB** "
        f"({_verdict(long.peak_megabytes <= ours.peak_megabytes * 1.05, False)}).",
        "",
        machine(len(costs["lakeside"])),
        "",
    ]
    return "\n".join(lines)


def middle(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        statistics.median(c.wall_seconds for c in costs),
        statistics.median(c.cpu_seconds for c in costs),
        statistics.median(c.peak_megabytes for c in costs),
    )


def ratio(costs: dict[str, list[Cost]], name: str) -> float:
    """Ours to another's wall clock: the median of the rounds' own ratios, as both met the same load."""
    pairs = zip(costs["lakeside"], costs[name], strict=True)
    return statistics.median(ours.wall_seconds / other.wall_seconds for ours, other in pairs)


def _verdict(goal: bool, aim: bool) -> str:
    return "goal and aim met" if aim else "goal met" if goal else "goal missed"


def machine(rounds: int) -> str:
    """What it ran on."""
    packages = ", ".join(f"{p} {version(p)}" for p in ("pyarrow", "isal", "pandas", "duckdb"))
    load = os.getloadavg()[0]
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {packages}; median of {rounds} rounds in turns; "
        f"load average at the end {load:.1f}."
    )
