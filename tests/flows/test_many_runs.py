"""Many runs on a real server with two workers: started once, repeated, scheduled, told of, fanned out.

The tests share one server and leave it without schedules and runs at work.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flows.console import Launch, RunConsole, RunDetail, RunFilter, ScheduleSpec
from flows.dead_runs import is_flow_process
from lakeside.errors import SettingsError
from lakeside.month import Month, month_range
from lakeside.plan import Mode, Plan, PlanRequest, make_plan
from lakeside.services import open_services
from lakeside.sources.probe import SourceName
from tests.flows.conftest import wait_for
from tests.flows.light_stack import LightStack
from tests.servers.dask import dask_cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROWS = 2_000


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    home = tmp_path_factory.mktemp("many")
    stack = LightStack(home, ROWS)
    try:
        yield stack.start(workers=2)
    finally:
        stack.stop()


@pytest.fixture(autouse=True)
def workers_polling(light: LightStack) -> None:
    """On a busy machine a worker's heartbeat may come late, and a launch is refused until it comes."""
    wait_for(lambda: light.console.check_ready(5).can_run, 120, "workers that poll")


def plan_sample(light: LightStack, dataset: str, *months: Month) -> Plan:
    request = PlanRequest(dataset, months, SourceName.SAMPLE, Mode.REPAIR)
    services = open_services(light.settings)
    return make_plan(request, services, light.console.list_attempts(dataset, months))


def test_everything_a_run_needs_is_there_and_quickly_said(light: LightStack) -> None:
    light.console.preflight()
    preflight = light.console.preflight()
    assert preflight.ok, preflight
    assert {check.name for check in preflight.checks} == {"runs", "lake", "warehouse"}


def test_a_plan_is_started_once_however_often_it_is_asked_for(light: LightStack) -> None:
    months = [Month(2018, 12), Month(2019, 1), Month(2019, 2)]
    plan = plan_sample(light, "green", *months)
    consoles = [RunConsole.open(light.settings, f"user {n}") for n in range(2)]
    started: list[list[str]] = []

    def click(console: RunConsole) -> None:
        started.append([run.id for run in console.start_plan(plan)])

    threads = [threading.Thread(target=click, args=(console,)) for console in consoles * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 4
    assert {tuple(ids) for ids in started} == {tuple(started[0])}, "four clicks in two consoles are one"
    assert len(started[0]) == 2, "one run a year"

    other = plan_sample(light, "green", *months[1:], Month(2019, 3))
    assert [str(line.action) for line in other.lines] == ["wait", "wait", "ingest"]
    late = replace(other, lines=tuple(replace(x, action=other.lines[2].action) for x in other.lines))
    third = light.console.start_plan(late)
    assert [run.name for run in third] == ["green 2019 [3]"]
    assert [str(a.month) for a in third.skipped] == ["2019-01", "2019-02"]

    for run_id in (*started[0], third[0].id):
        assert light.wait_for_run(run_id, 240).summary.state == "Completed"
    attempts = light.console.list_attempts("green", [*months, Month(2019, 4)])
    assert [(str(a.month), a.state, a.rows) for a in attempts] == [
        (str(m), "published", ROWS) for m in months
    ]
    done = plan_sample(light, "green", *months)
    assert done.is_empty
    assert light.console.start_plan(done) == []
    assert {line.run_id for line in done.lines} == set(started[0]), "the runs that published are named"


def test_failed_months_are_retried_and_a_whole_run_repeated(light: LightStack) -> None:
    failed = light.console.start_ingest(Launch("green", 2015, (1, 2), source="archive"))
    detail = light.wait_for_run(failed.id, 240)
    assert detail.summary.state == "Failed"
    assert [line.state for line in detail.months] == ["failed", "failed"]
    again = light.console.retry_failed(failed.id)
    assert again.id != failed.id
    assert again.parameters == failed.parameters
    assert light.console.retry_failed(failed.id).id == again.id, "two clicks are one run"
    assert light.wait_for_run(again.id, 240).summary.state == "Failed"
    once_more = light.console.run_again(again.id)
    assert once_more.id not in (again.id, failed.id), "it had ended, so it is a new one"
    light.wait_for_run(once_more.id, 240)
    page = light.console.find_runs(RunFilter(("failed",), "green", "2015"), limit=2)
    assert (page.total, len(page.runs)) == (3, 2)
    assert light.console.find_runs(RunFilter(text=failed.id)).total == 1
    assert light.console.find_runs(RunFilter(dataset="yellow", states=("failed",))).total == 0
    tasks = light.console.list_tasks(failed.id)
    assert [(task.name, task.state) for task in tasks] == [
        ("green 2015-01", "Failed"),
        ("green 2015-02", "Failed"),
    ]
    assert "ARCHIVE_URL" in tasks[0].errors[0] or "archive" in tasks[0].errors[0]
    assert {artifact.key for artifact in light.console.list_artifacts(failed.id)} == {"months", "progress"}
    ended = light.console.find_runs(RunFilter(("completed",), "green"), limit=1).runs[0]
    with pytest.raises(SettingsError, match="No month"):
        light.console.retry_failed(ended.id)


def test_a_schedule_is_kept_and_makes_runs_at_once_when_resumed(light: LightStack) -> None:
    parameters = {"dataset": "yellow", "source": "sample", "months_back": 2}
    anchor = datetime.now(UTC) - timedelta(seconds=30)
    spec = ScheduleSpec(kind="interval", interval_seconds=60, parameters=parameters, anchor=anchor)
    view = light.console.add_schedule(spec)
    try:
        assert planned(light) >= 3
        light.console.pause_schedule(view.id)
        assert planned(light) == 0
        (paused,) = light.console.list_schedules()
        assert not paused.spec.active
        assert paused.spec.parameters == {**parameters, "load": True}, "pausing keeps the parameters"
        light.console.resume_schedule(view.id)
        assert planned(light) >= 3, "it does not take the server's minute"

        def ended() -> list[RunDetail]:
            runs = light.console.find_runs(RunFilter(("completed",), "yellow", "sync")).runs
            return [light.console.get_run(run.id) for run in runs] if len(runs) >= 2 else []

        second, first = wait_for(ended, 240, "two runs of the schedule", pause=1)[-2:]
        assert [line.state for line in first.months] == ["published", "published"]
        assert first.summary.schedule == view.id
        assert first.summary.started_by == "schedule"
        assert second.summary.message.startswith("Nothing to do")
        changed = replace(spec, kind="cron", cron="0 6 * * *", timezone="America/New_York")
        assert light.console.change_schedule(view.id, changed).words.startswith("every day at 06:00")
    finally:
        light.console.remove_schedule(view.id)
    assert planned(light) == 0


def planned(light: LightStack) -> int:
    (sync,) = [d for d in light.console.list_deployments() if d.flow == "sync-months"]
    return len(sync.next_runs)


class Receiver(BaseHTTPRequestHandler):
    received: list[str]

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def test_somebody_is_told_when_a_run_fails_and_the_address_stays_secret(light: LightStack) -> None:
    kind = type("Kind", (Receiver,), {"received": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    light.console.set_notification(f"http://127.0.0.1:{server.server_port}/services/T0PSECRET")
    try:
        assert light.console.has_notification()
        failed = light.console.start_ingest(Launch("fhv", 2016, (1,), source="archive"))
        light.wait_for_run(failed.id, 240)
        wait_for(lambda: kind.received, 150, "the message")
        assert failed.id in kind.received[0]
        assert "fhv 2016 [1]" in kind.received[0]
    finally:
        light.console.remove_notification()
        server.shutdown()
    assert not light.console.has_notification()
    assert not any("T0PSECRET" in log.read_text() for log in light.home.glob("*.log"))
    with pytest.raises(SettingsError):
        light.console.set_notification("ftp://T0PSECRET")


# A run of its own is the start of a process: the whole 24 months take minutes, so they run on request.
@pytest.mark.parametrize("count", [4, pytest.param(12, marks=pytest.mark.exhaustive)])
def test_months_as_runs_of_their_own_finish_with_every_row_once(light: LightStack, count: int) -> None:
    months, years = tuple(range(1, count + 1)), (2020, 2021) if count == 4 else (2022, 2023)
    launches = [Launch("fhvhv", year, months, "sample", fan_out="runs") for year in years]
    runs = [light.console.start_ingest(launch) for launch in launches]
    for run in runs:
        detail = light.wait_for_run(run.id, 500)
        assert detail.summary.state == "Completed", detail
        assert [line.state for line in detail.months] == ["published"] * count
        parts = light.console.list_parts(run.id)
        assert len(parts) == count
        assert all(part.is_part and part.started_by == "another run" for part in parts)
        found = {part.id for part in light.console.find_runs(RunFilter(dataset="fhvhv", parts=False)).runs}
        assert run.id in found and not found & {part.id for part in parts}
    assert_once(light, "fhvhv", [Month(year, number) for year in years for number in months])


def test_cancelling_a_run_ends_the_runs_of_its_months(light: LightStack) -> None:
    run = light.console.start_ingest(Launch("green", 2022, tuple(range(1, 13)), "sample", fan_out="runs"))
    wait_for(lambda: len(light.console.list_parts(run.id)) >= 2, 120, "parts", pause=0.5)
    light.console.cancel_run(run.id)
    assert light.wait_for_run(run.id, 120).summary.state == "Cancelled"

    def over() -> bool:
        return all(part.is_over for part in light.console.list_parts(run.id))

    wait_for(over, 120, "the end of its parts", pause=0.5)
    from flows.api import open_client

    client = open_client(light.api_url, 90)
    pids = [client.read_flow_run(p.id).infrastructure_pid for p in light.console.list_parts(run.id)]
    wait_for(lambda: not any(pid and is_flow_process(pid) for pid in pids), 60, "their processes' end")


def test_months_on_a_dask_cluster_finish_with_every_row_once(light: LightStack, tmp_path: Path) -> None:
    with dask_cluster(tmp_path, light.environment) as address:
        light.environment["LAKESIDE_PREFECT__DASK_SCHEDULER"] = address
        light.start_worker("with-dask")
        light.kill("worker-0")
        light.kill("worker-1")
        workers = ("with-dask",)
        wait_for(lambda: light.console.check_ready(5).workers_online >= len(workers), 120, "the worker")
        runs = [
            light.console.start_ingest(Launch("fhv", year, tuple(range(1, 13)), "sample", fan_out="dask"))
            for year in (2020, 2021)
        ]
        for run in runs:
            detail = light.wait_for_run(run.id, 400)
            assert detail.summary.state == "Completed", detail
            assert [line.state for line in detail.months] == ["published"] * 12
    assert_once(light, "fhv", month_range(Month(2020, 1), Month(2021, 12)))


def assert_once(light: LightStack, dataset: str, months: list[Month]) -> None:
    """Every month has exactly its rows in the table."""
    counts = open_services(light.settings).warehouse.count_months()
    wanted = {(dataset, m): ROWS for m in months}
    assert {place: rows for place, rows in counts.items() if place in wanted} == wanted
