"""A table of results put between its marks in README.md, and the machine it was measured on."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

README = Path(__file__).with_name("README.md")

Row = tuple[str, ...]


def write_table(mark: str, titles: Row, rows: Sequence[Row], packages: Sequence[str]) -> None:
    """Replace what lies between `<!-- mark -->` and `<!-- end of mark -->`, and print it."""
    lines = [_line(titles), _line(("---", *["--:"] * (len(titles) - 1))), *map(_line, rows)]
    text = "\n".join([*lines, "", describe_machine(packages)])
    readme = README.read_text()
    before, _, rest = readme.partition(f"<!-- {mark} -->")
    after = rest.partition(f"<!-- end of {mark} -->")[2]
    README.write_text(f"{before}<!-- {mark} -->\n{text}\n<!-- end of {mark} -->{after}")
    print(text)


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


def describe_machine(packages: Sequence[str]) -> str:
    """When, on what and with what it was measured, and how busy the machine was."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {versions}; load average at the end {os.getloadavg()[0]:.1f}."
    )


def take(asks: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Seconds of each, in turns, as a busy machine is then busy for all; a first round does not count."""
    seconds: list[list[float]] = [[] for _ in asks]
    for number in range(rounds + 1):
        for place, ask in enumerate(asks):
            began = time.perf_counter()
            ask()
            if number:
                seconds[place].append(time.perf_counter() - began)
    return seconds


def middle_ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """The median of the rounds' own ratios, as both met the same load."""
    return statistics.median(a / b for a, b in zip(ours, others, strict=True))


def verdict(value: float, goal: float) -> str:
    """`met` where the value is no higher than the goal."""
    return "met" if value <= goal else "missed"
