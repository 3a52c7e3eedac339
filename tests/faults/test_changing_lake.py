"""A lake whose objects are replaced while it is looked at: no figure is of two versions of an object.

The long form, with 1,000 objects and a console, is `python -m benchmarks.changing`.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks.changing import DATASETS, FIRST_ROWS, MORE_ROWS, Seen, fill, open_home, start_writer
from lakeside.coverage import compute_coverage
from lakeside.datasets import get_dataset

pytestmark = pytest.mark.slow
MONTHS, ROUNDS = 8, 2
PAUSE_SECONDS = 0.2  # the writer needs the warehouse too


def test_what_is_shown_of_a_changing_lake_was_true_at_some_moment(home: Path) -> None:
    fill(home, MONTHS)
    services, seen = open_home(home), Seen()
    writer = start_writer(home, MONTHS, ROUNDS)
    try:
        while writer.poll() is None:
            seen.look(services)
            time.sleep(PAUSE_SECONDS)
    finally:
        writer.kill()
        writer.wait()
    assert writer.returncode == 0
    seen.look(services)
    seen.judge(services, MONTHS)
    assert seen.wrong == []
    assert seen.looks > 1 and len(seen.objects) > MONTHS * len(DATASETS), "changes were seen"
    rows = {m.lake_rows for m in compute_coverage(services, [get_dataset("green")]) if m.lake_rows}
    assert rows == {FIRST_ROWS + ROUNDS * MORE_ROWS}
