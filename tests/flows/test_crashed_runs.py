"""Runs of which nothing is heard any more are marked Crashed; one that has ended is left as it is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from flows.console import Launch, RunDetail
from flows.dead_runs import is_flow_process
from tests.flows.conftest import wait_for
from tests.flows.light_stack import LightStack

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CRASHED_WITHIN_SECONDS = 120


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    home = tmp_path_factory.mktemp("crashed")
    stack = LightStack(home, 2_000_000)
    try:
        yield stack.start(workers=1)
    finally:
        stack.stop()


def test_a_run_without_a_process_is_crashed_within_two_minutes(light: LightStack) -> None:
    from flows.api import open_client

    short = light.console.start_ingest(Launch("fhv", 2020, (1,), "archive"))
    light.wait_for_run(short.id, 240)
    run = light.console.start_ingest(Launch("fhvhv", 2020, tuple(range(1, 13)), "sample"))

    def beating() -> RunDetail | None:
        detail = light.console.get_run(run.id)
        alive = detail.summary.state == "Running" and detail.summary.heartbeat_at is not None
        return detail if alive and any(line.state == "running" for line in detail.months) else None

    wait_for(beating, 240, "a run at work", pause=0.5)
    client = open_client(light.api_url, 90)
    pid = client.read_flow_run(run.id).infrastructure_pid
    assert pid is not None
    light.kill("worker-0")
    os.kill(int(pid.rpartition(":")[2]), signal.SIGKILL)
    killed_at = time.monotonic()
    wait_for(lambda: not is_flow_process(pid), 60, "the process's end")
    taken = take_without_beginning(client)
    time.sleep(3)
    summary = light.console.get_run(run.id).summary
    assert summary.state == "Running", "nobody has noticed yet"
    assert summary.heartbeat_age_seconds is not None, "the age of the last beat tells"
    never_began = light.wait_for_run(taken, 240).summary
    assert never_began.state == "Crashed"
    assert "its process had not begun" in never_began.message
    detail = light.wait_for_run(run.id, CRASHED_WITHIN_SECONDS + 10)
    took = time.monotonic() - killed_at
    assert detail.summary.state == "Crashed"
    assert took <= CRASHED_WITHIN_SECONDS, f"it took {took:.0f} s"
    assert light.console.get_run(short.id).summary.state == "Failed", "a run that has ended is not touched"


def take_without_beginning(client: SyncPrefectClient) -> str:
    """A run that is Pending as a worker leaves it that dies before it starts a process."""
    from prefect.states import Pending

    from flows.heartbeat import make_pending_automation, register_automation
    from flows.names import DEPLOYMENT, INGEST_FLOW

    register_automation(client, make_pending_automation(seconds=10))
    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    months = {"dataset": "green", "year": 2020, "months": [1], "source": "sample"}
    run = client.create_flow_run_from_deployment(deployment.id, parameters=months)
    client.set_flow_run_state(run.id, Pending())
    return str(run.id)
