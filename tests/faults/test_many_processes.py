"""Three processes that take the same month through lake and warehouse at once, each from a file of its own.

Consoles and workers do the same through Prefect: tests/flows/test_bad_network.py, on request.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from lakeside.services import open_services
from lakeside.settings import Settings
from tests.faults.whole import KEY, find_left_overs, look, require_equal, run, write_csv

VERSIONS = {300: 1, 400: 2, 500: 3}  # rows of a file -> rows of it that are set aside
# One process that imports everything and becomes three. What may pass is tried again, as runs do.
PROGRAM = """
import json, os, sys
import duckdb, fsspec.implementations.local, pandas  # what a month takes in later
from lakeside.errors import BackendUnavailable
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from tests.faults.whole import MONTH

def work(settings):
    services = open_services(Settings.model_validate(settings))
    for _ in range(20):
        try:
            return run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE, force=True), services)
        except BackendUnavailable as error:
            print(error, file=sys.stderr)
    raise SystemExit("never came through")

children = []
for settings in json.loads(sys.argv[1]):
    children.append(os.fork())
    if not children[-1]:
        work(settings)
        sys.stderr.flush()
        os._exit(0)
sys.exit(max(os.waitpid(child, 0)[1] for child in children))
"""


def choose(home: Path, folder: Path, rows: int) -> dict[str, object]:
    """Settings of a process whose source has so many rows of the month."""
    (folder / f"{rows}-green-2020-10.csv").write_bytes(write_csv(rows, VERSIONS[rows]))
    template = f"file://{folder}/{rows}-{{dataset}}-{{year}}-{{month}}.csv"
    return {"home": str(home), "sources": {"archive_url": template}}


def test_three_processes_on_one_month_leave_the_rows_of_one_of_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    chosen = [choose(home, tmp_path, rows) for rows in VERSIONS]
    command = [sys.executable, "-c", PROGRAM, json.dumps(chosen)]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr

    services = open_services(Settings.model_validate(chosen[-1]))
    assert services.lake.read_footer(KEY).rows in VERSIONS
    rows, publications = services.warehouse.look_at_months()
    (counted,), (published,) = rows.values(), publications.values()
    assert counted == published.rows
    assert counted in VERSIONS
    assert find_left_overs(home) == []

    assert run(services, force=True).rows_rejected == 3
    assert look(services.lake, services.warehouse).rows == 500
    require_equal(services)
