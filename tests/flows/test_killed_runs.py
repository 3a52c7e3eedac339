"""kill -9 of the process of a run at each of its steps, with its worker or without: what the run shows.

The short form, which kills the command instead of a run, is tests/faults/test_killed_steps.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from flows.console import Launch
from flows.dead_runs import is_flow_process
from tests.faults.steps import KEY, MANY, MONTH, STEPS, Scene
from tests.flows.conftest import wait_for
from tests.flows.light_stack import LightStack
from tests.servers.files import serve_folder

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    stack = LightStack(tmp_path_factory.mktemp("killed"))
    try:
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, light: LightStack) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("source")
    with serve_folder(folder) as source:
        scene = Scene(light.home, source, folder, tmp_path_factory.mktemp("own") / "checks")
        light.environment |= scene.environment
        light.start(workers=1)
        yield scene


def kill(light: LightStack, run_id: str, with_worker: bool) -> None:
    """SIGKILL to the process of a run; before that, to the worker, which another then replaces."""
    from flows.api import open_client

    pid = open_client(light.api_url, 90).read_flow_run(run_id).infrastructure_pid
    assert pid is not None and is_flow_process(pid)
    if with_worker:
        light.kill(next(name for name in light.processes if name.startswith("worker")))
    os.kill(int(pid.rpartition(":")[2]), signal.SIGKILL)
    if with_worker:
        light.start_worker(f"worker-after-{run_id}")


@pytest.mark.parametrize("with_worker", [False, True], ids=["the run", "the run and its worker"])
def test_a_run_killed_at_each_step_is_crashed_and_its_month_whole(
    light: LightStack, scene: Scene, with_worker: bool
) -> None:
    scene.publish_few()
    launch = Launch("green", MONTH.year, (MONTH.number,), "archive")
    for step, (in_lake, in_table) in STEPS.items():
        wait_for(lambda: light.console.check_ready(5).can_run, 120, "a worker that polls")
        with step(scene) as is_there:
            run = light.console.start_ingest(launch)
            wait_for(is_there, 120, step.__name__, pause=0.1)
            kill(light, run.id, with_worker)
            detail = light.wait_for_run(run.id, 240)
        assert detail.summary.state == "Crashed", (step.__name__, detail)
        assert [line.state for line in detail.months] == ["failed"], (step.__name__, detail)
        assert scene.look() == ([KEY], in_lake, in_table), step.__name__
    again = light.console.run_again(run.id)
    detail = light.wait_for_run(again.id, 240)
    assert (detail.summary.state, detail.months[0].state) == ("Completed", "unchanged"), detail
    assert scene.look() == ([KEY], MANY, MANY)
    assert scene.is_checked()
    assert scene.sweep() == (1, 1), "what the kills at write and at publish left"
