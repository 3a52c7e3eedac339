"""What only happens on a terminal: the progress line and the question before removing (real processes)."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakeside.lake.lake import Lake
from lakeside.settings import Settings

SCRIPT = Path(sys.executable).with_name("lakeside")


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return os.environ | {"LAKESIDE_HOME": str(home), "LAKESIDE_SOURCES__SAMPLE_ROWS": "1000"}


def run_on_terminal(
    arguments: list[str], environment: dict[str, str], answer: str = ""
) -> tuple[int, str, str]:
    """Run with stdin and stderr on a terminal; (exit code, stdout, what the terminal showed)."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [SCRIPT, *arguments], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment, text=True
    ) as process:
        os.close(theirs)
        shown, deadline = "", time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if select.select([ours], [], [], 0.2)[0]:
                shown += read(ours)
            if answer and "[y/N]" in shown:
                os.write(ours, f"{answer}\n".encode())
                answer = ""
        stdout = process.communicate(timeout=10)[0]
        while select.select([ours], [], [], 0)[0] and (rest := read(ours)):
            shown += rest
    os.close(ours)
    return process.returncode, stdout, shown


def read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode()
    except OSError:  # the other end is closed
        return ""


def test_progress_is_shown_on_the_terminal_and_json_stays_alone(environment: dict[str, str]) -> None:
    code, stdout, shown = run_on_terminal(
        ["ingest", "green", "2020-10", "--source", "sample", "--json"], environment
    )
    assert code == 0
    assert json.loads(stdout)[0]["state"] == "published"
    assert "green 2020-10" in shown and "1,000 rows" in shown
    assert "leaked" not in shown, "what DuckDB's bindings say of an untidy end"


# A shell's background job, as a test run may be, ignores Ctrl-C, and its children with it.
HEED_CTRL_C = (
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])",
)


def test_ctrl_c_reports_what_was_done(environment: dict[str, str], tmp_path: Path) -> None:
    months = ["ingest", "yellow", "2010-01..2020-12", "--source", "sample", "--json", "--no-load"]
    with (
        (tmp_path / "out").open("w+") as out,
        subprocess.Popen([*HEED_CTRL_C, SCRIPT, *months], stdout=out, env=environment) as process,
    ):
        second = Path(environment["LAKESIDE_HOME"]) / "lake/data/yellow/yellow_tripdata_2010-02.parquet"
        deadline = time.monotonic() + 60
        while not second.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 1
        results = json.loads((tmp_path / "out").read_text())
    assert len(results) == 132
    assert results[0]["state"] == "written"
    assert results[-1]["error"]["kind"] == "Interrupted"
    objects = Lake.open(Settings(home=Path(environment["LAKESIDE_HOME"]))).list_objects("data/").objects
    assert len(objects) >= 2, "every object that can be seen is whole"
    assert {pq.read_metadata(second.with_name(Path(o.key).name)).num_rows for o in objects} == {1000}


def test_removing_asks_and_no_means_no(environment: dict[str, str]) -> None:
    run_on_terminal(["ingest", "green", "2020-10", "--source", "sample"], environment)
    remove = ["remove", "green", "2020-10", "--from", "both"]
    code, _, shown = run_on_terminal(remove, environment, answer="n")
    assert code == 1 and "Remove green 2020-10 from" in shown
    code, stdout, _ = run_on_terminal(remove, environment, answer="y")
    assert code == 0 and "removed" in stdout and "1,000" in stdout
