"""The real stack, as `lakeside up` starts it: runs followed, cancelled, planned, and processes killed.

The tests share one stack and leave it healthy.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from flows.console import Launch, LogLine, RunSummary
from flows.names import DEPLOYMENT, INGEST_FLOW
from lakeside.errors import BackendUnavailable, NotFound, SettingsError
from lakeside.services import open_services
from lakeside.settings import Settings
from tests.flows.conftest import ARCHIVE_ROWS, QUICK_MONTHS, RunningStack, is_alive, wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def client(stack: RunningStack) -> Iterator[Any]:
    """Prefect's own client, for what the console does not do."""
    from flows.api import open_client

    yield open_client(stack.console.api_url, 90)


def test_everything_is_healthy_and_on_this_machine_only(stack: RunningStack) -> None:
    assert stack.output.count("Lakeside is ready: http://127.0.0.1:") == 1
    assert stack.file.console_url in stack.output
    with urllib.request.urlopen(stack.file.console_url + "/_stcore/health", timeout=10) as answer:
        assert answer.status == 200
    assert set(stack.file.pids) == {"supervisor", "server", "worker", "console"}
    assert all(is_alive(pid) for pid in stack.file.pids.values())
    health = stack.console.check_ready()
    assert health.can_run, health
    assert health.api_url == stack.file.prefect_api_url
    listening = {address for pid in stack.file.pids.values() for address in list_listening(pid)}
    assert listening <= {"127.0.0.1"}


def list_listening(pid: int) -> set[str]:
    """The addresses a process listens at."""
    import psutil

    connections = psutil.Process(pid).net_connections(kind="inet")
    return {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}


def test_a_launch_is_followed_to_its_end(stack: RunningStack) -> None:
    launch = Launch("green", 2020, (3, 1, 2), source="sample")
    run = stack.console.start_ingest(launch)
    assert run.name == "green 2020 [1-3]"
    assert stack.console.start_ingest(launch).id == run.id, "two clicks are one run"
    seen: set[str] = set()

    def is_over() -> bool:
        detail = stack.console.get_run(run.id)
        seen.update(line.stage for line in detail.months if line.stage)
        return detail.summary.is_over

    wait_for(is_over, 120, "the run", pause=0.5)
    detail = stack.console.get_run(run.id)
    assert detail.summary.state == "Completed", stack.logs()
    assert detail.fraction_done == 1.0
    assert [(m.month, m.state, m.warehouse_rows) for m in detail.months] == [
        (f"2020-0{n}", "published", 100_000) for n in (1, 2, 3)
    ]
    assert seen & {"fetch", "conform", "write", "load", "check"}, "progress was visible on the way"
    assert stack.console.list_runs(limit=5)[0].id == run.id
    counts = open_services(stack.settings).warehouse.count_months()
    assert sorted(counts.values()) == [100_000] * 3


def test_the_log_of_a_run_is_complete_and_continues_where_asked(stack: RunningStack) -> None:
    run = next(run for run in stack.console.list_runs() if run.name == "green 2020 [1-3]")
    wanted = [f"green 2020-0{number}: published" for number in (1, 2, 3)]

    def list_complete() -> list[LogLine]:  # worker and run hand in their lines each in their own time
        lines = stack.console.list_logs(run.id)
        messages = "\n".join(line.message for line in lines)
        return lines if all(words in messages for words in [*wanted, "Finished in state"]) else []

    wait_for(list_complete, 150, "the whole log")
    lines = stack.console.list_logs(run.id)
    ended = [line for line in lines if "Finished in state" in line.message]
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert all(line.at > ended[0].at for line in stack.console.list_logs(run.id, after=ended[0].at))
    assert stack.console.list_logs(run.id, limit=2) == lines[:2]


@pytest.mark.parametrize(
    "change", [{"months": [13]}, {"dataset": "purple"}, {"months": []}, {"months": [1, 1]}]
)
def test_the_server_refuses_what_cannot_be(client: Any, change: dict[str, Any]) -> None:
    from flows.api import translated_errors

    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    parameters = {"dataset": "green", "year": 2020, "months": [1]} | change
    with pytest.raises(SettingsError, match="Validation failed"), translated_errors("Starting a run"):
        client.create_flow_run_from_deployment(deployment.id, parameters=parameters)


def test_the_console_refuses_what_cannot_be(stack: RunningStack) -> None:
    with pytest.raises(SettingsError, match=r"^months"):
        stack.console.start_ingest(Launch("green", 2020, (13,)))
    with pytest.raises(SettingsError, match=r"^dataset"):
        stack.console.start_load("purple", 2020, (1,))
    with pytest.raises(NotFound):
        stack.console.get_run("00000000-0000-0000-0000-000000000000")
    with pytest.raises(NotFound):
        stack.console.cancel_run("not an id")


def test_a_paused_pool_refuses_a_launch_at_once(stack: RunningStack, client: Any) -> None:
    from prefect.client.schemas.actions import WorkPoolUpdate

    pool = stack.settings.prefect.work_pool
    client.update_work_pool(pool, WorkPoolUpdate(is_paused=True))
    try:
        began = time.monotonic()
        with pytest.raises(BackendUnavailable, match="paused"):
            stack.console.start_ingest(Launch("green", 2020, (1,), source="sample"))
        assert time.monotonic() - began < 15, "refused, not waited for"
    finally:
        client.update_work_pool(pool, WorkPoolUpdate(is_paused=False))
    assert stack.console.check_ready().can_run


def test_a_schedule_produces_runs_and_outlives_a_new_registration(stack: RunningStack, client: Any) -> None:
    """With the wrong SQLAlchemy schedules never fire, in silence; and `serve()` would delete them."""
    from prefect.client.schemas.schedules import IntervalSchedule

    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    (made,) = client.create_deployment_schedules(
        deployment.id,
        [(IntervalSchedule(interval=timedelta(hours=6)), True)],
        parameters={"dataset": "green", "year": 2020, "months": [1], "source": "sample"},
    )
    try:
        runs = wait_for(lambda: read_planned(client, deployment.id), 150, "scheduled runs", 1)
        assert runs[0].parameters["months"] == [1]
        planned = {str(run.id) for run in runs}
        assert not planned & {run.id for run in stack.console.list_runs()}, "the list shows what is due"
        register(stack)
        assert [s.id for s in client.read_deployment_schedules(deployment.id)] == [made.id]
    finally:
        client.delete_deployment_schedule(deployment.id, made.id)


def read_planned(client: Any, deployment_id: Any) -> list[Any]:
    from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId

    runs = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id]))
    )
    return [run for run in runs if run.auto_scheduled]


def register(stack: RunningStack) -> None:
    environment = stack.environment | {"PREFECT_API_URL": stack.console.api_url}
    command = [sys.executable, "-m", "flows.serve", "register"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_a_cancelled_run_stops_and_leaves_nothing_half_written(stack: RunningStack) -> None:
    run = stack.console.start_ingest(Launch("yellow", 2021, tuple(range(1, 13)), source="archive"))

    def is_in_the_middle() -> bool:
        states = {line.month: line.state for line in stack.console.get_run(run.id).months}
        quick = [states.get(f"2021-{n:02d}") for n in QUICK_MONTHS]
        return quick == ["published"] * len(quick) and "running" in states.values()

    wait_for(is_in_the_middle, 120, "published months and one at work")
    stack.console.cancel_run(run.id)
    detail = stack.wait_for_run(run.id, 60)
    assert detail.summary.state == "Cancelled"
    assert [line.state for line in detail.months] == ["published"] * 2 + ["cancelled"] * 10
    services = open_services(stack.settings)
    yellow = services.lake.list_objects("data/yellow/").objects
    assert [services.lake.read_footer(item.key).rows for item in yellow] == [ARCHIVE_ROWS] * 2
    counts = {str(m): n for (name, m), n in services.warehouse.count_months().items() if name == "yellow"}
    assert counts == {"2021-01": ARCHIVE_ROWS, "2021-02": ARCHIVE_ROWS}
    files = [p.relative_to(stack.home / "lake") for p in (stack.home / "lake").rglob("*") if p.is_file()]
    leftovers = [p for p in files if p.suffix != ".parquet" and p.parts[0] != ".versions"]
    assert leftovers == []


def test_a_killed_worker_comes_back_and_its_run_can_still_be_cancelled(stack: RunningStack) -> None:
    run = stack.console.start_ingest(Launch("yellow", 2022, tuple(range(3, 13)), source="archive"))
    wait_for(lambda: stack.console.get_run(run.id).summary.state == "Running", 150, "the run")
    kill_and_wait_for_another(stack, "worker")
    assert stack.console.get_run(run.id).summary.state == "Running", "a run outlives its worker"
    stack.console.cancel_run(run.id)
    assert stack.wait_for_run(run.id, 60).summary.state == "Cancelled"


def test_a_killed_server_comes_back_and_runs_work_again(stack: RunningStack) -> None:
    kill_and_wait_for_another(stack, "server")

    def start() -> RunSummary | None:
        try:
            return stack.console.start_load("green", 2020, (1,))
        except BackendUnavailable:  # the worker's client pauses up to half a minute between its tries
            return None

    run = wait_for(start, 180, "the server and its worker", 1)
    detail = stack.wait_for_run(run.id, 120)
    assert [line.state for line in detail.months] == ["unchanged"], stack.logs()


def kill_and_wait_for_another(stack: RunningStack, name: str) -> None:
    killed = stack.file.pids[name]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: stack.file.pids.get(name, killed) != killed, 150, f"another {name}")


def test_a_second_stack_on_the_same_home_is_told_where_the_first_is(stack: RunningStack) -> None:
    refused = run_up(stack)
    assert refused.returncode == 1
    assert f"already running at {stack.file.console_url}" in refused.stderr


@pytest.mark.parametrize("flag", ["--port", "--prefect-port"])
def test_a_port_in_use_is_named_with_the_flag(stack: RunningStack, flag: str, tmp_path: Any) -> None:
    taken = str(stack.file.console_url.rpartition(":")[2])
    stack_elsewhere = stack.environment | {"LAKESIDE_HOME": str(tmp_path / "other")}
    other = "--prefect-port" if flag == "--port" else "--port"
    refused = run_up(stack, flag, taken, other, "1", environment=stack_elsewhere)
    assert refused.returncode == 2
    assert f"Port {taken} is in use" in refused.stderr
    assert flag in refused.stderr


def run_up(
    stack: RunningStack, *flags: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", "up", *flags]
    return subprocess.run(
        command,
        env=environment or stack.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_sigterm_cancels_what_runs_and_leaves_no_process(stack: RunningStack) -> None:
    """The last test: it stops the stack."""
    import psutil

    run = stack.console.start_ingest(Launch("yellow", 2023, tuple(range(3, 13)), source="archive"))
    wait_for(lambda: stack.console.get_run(run.id).summary.state == "Running", 120, "the run")
    pids = [stack.process.pid, *(p.pid for p in psutil.Process(stack.process.pid).children(recursive=True))]
    assert len(pids) >= 5, "supervisor, server, worker, console and the run"
    stack.process.send_signal(signal.SIGTERM)
    assert stack.process.wait(90) == 0, stack.logs()
    assert [pid for pid in pids if is_alive(pid)] == []
    assert not (stack.home / "stack.json").exists()
    assert not stack.console.check_ready().api_ok
    database = Settings(home=stack.home).home_folder / "prefect" / "prefect.db"
    assert read_run_state(str(database), run.id) == "CANCELLED"


def read_run_state(database: str, run_id: str) -> str:
    """The run's state as Prefect's database has it, now that no server answers."""
    import sqlite3

    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        query = "select state_type from flow_run where replace(id, '-', '') = replace(?, '-', '')"
        return str(connection.execute(query, [run_id]).fetchone()[0])
