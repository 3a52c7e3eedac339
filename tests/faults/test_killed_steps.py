"""kill -9 of the process that works on a month, at each of its steps: the whole old or the whole new month.

One month is tried again and again; each try is killed at another step, and the last one goes through.
Real runs, with their worker or without, are killed in tests/flows/test_killed_runs.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakeside.settings import PROJECT_ROOT
from tests.faults.steps import FEW, KEY, MANY, STEPS, Scene
from tests.flows.conftest import wait_for
from tests.servers.files import serve_folder

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "cli.main", "ingest", "green", "2021-03", "--source", "archive", "--json"]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    folder = tmp_path / "source"
    folder.mkdir()
    with serve_folder(folder) as source:
        yield Scene(tmp_path / "home", source, folder, tmp_path / "checks")


def start(scene: Scene) -> subprocess.Popen[str]:
    environment = os.environ | scene.environment
    return subprocess.Popen(
        COMMAND, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_month_killed_at_each_step_is_whole_and_the_next_try_ends_it(scene: Scene) -> None:
    assert scene.look() == ([KEY], FEW, FEW)
    for step, (in_lake, in_table) in STEPS.items():
        with step(scene) as is_there:
            process = start(scene)
            wait_for(lambda: is_there() or process.poll() is not None, 120, step.__name__, pause=0.05)  # noqa: B023 - called at once
            assert process.poll() is None, process.communicate()
            process.kill()
            process.communicate()
        assert scene.look() == ([KEY], in_lake, in_table), step.__name__
    assert not scene.is_checked()

    out, err = start(scene).communicate(timeout=240)
    assert '"unchanged"' in out, err
    assert scene.look() == ([KEY], MANY, MANY)
    assert scene.is_checked(), "what was published is checked, although nothing is published again"
    assert scene.sweep() == (1, 1), "what the kills at write and at publish left"
