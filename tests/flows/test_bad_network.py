"""Prefect slow or away, and many at once: three workers that reach the server through a proxy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cli.output import Output
from cli.runs_session import RunSession
from flows.console import Launch, RunConsole, RunDetail
from lakeside.errors import BackendUnavailable, LimitExceeded
from lakeside.month import Month
from lakeside.services import open_services
from tests.flows.conftest import wait_for, write_sample_lines
from tests.flows.light_stack import LightStack
from tests.servers.files import Faults, FileServer, serve_folder
from tests.servers.proxy import Proxy, serve_proxy

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive, pytest.mark.timeout(900)]
ROWS, MANY = 2_000, 20_000
MONTH, PATH = Month(2021, 1), "/green_2021-01.csv"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    folder = tmp_path_factory.mktemp("source")
    header, lines = write_sample_lines("green", MONTH, ROWS)
    (folder / PATH.lstrip("/")).write_bytes(header + lines * (MANY // ROWS))
    with serve_folder(folder) as server:
        yield server


@pytest.fixture(scope="module")
def proxied(
    tmp_path_factory: pytest.TempPathFactory, source: FileServer
) -> Iterator[tuple[LightStack, Proxy]]:
    """Workers and runs go through the proxy; the stack's own console does not."""
    template = source.url + "/{dataset}_{year}-{month:02d}.csv"
    light = LightStack(tmp_path_factory.mktemp("proxied"), ROWS, {"LAKESIDE_SOURCES__ARCHIVE_URL": template})
    with serve_proxy(light.settings.prefect.port) as proxy:
        for name in ("PREFECT_API_URL", "LAKESIDE_PREFECT__API_URL"):
            light.environment[name] = f"{proxy.url}/api"
        try:
            yield light.start(workers=3), proxy
        finally:
            light.stop()


@pytest.fixture(autouse=True)
def sound(proxied: tuple[LightStack, Proxy], source: FileServer) -> Iterator[None]:
    """Each test finds workers that poll through a proxy that works."""
    light, _ = proxied
    wait_for(lambda: light.console.check_ready(5).workers_online >= 3, 180, "workers that poll")
    yield
    _, proxy = proxied
    proxy.delay_seconds, proxy.is_away = 0.0, False
    source.faults.clear()


def test_a_run_ends_right_while_the_server_is_slow_and_then_away(
    proxied: tuple[LightStack, Proxy], source: FileServer
) -> None:
    light, proxy = proxied
    services = open_services(light.settings)
    source.faults[PATH] = Faults(seconds_per_piece=600)
    proxy.delay_seconds = 0.3
    run = light.console.start_ingest(Launch("green", 2021, (1,), "archive"))
    wait_for(lambda: ("GET", PATH, None) in source.requests, 180, "the run's request to its source")

    session = RunSession(light.settings, light.console, Output(as_json=True), wait_seconds=0.5)
    with pytest.raises(LimitExceeded, match=r"had not ended after 0\.5 s, the limit of --timeout") as waited:
        session.wait_for([run.id])
    assert f"lakeside runs cancel {run.id}" in waited.value.hint

    proxy.is_away = True
    source.faults.clear()
    wait_for(services.warehouse.count_months, 180, "the month, published while Prefect was away")
    assert light.console.get_run(run.id).summary.state == "Running", "the server has not heard of it"
    proxy.is_away = False
    detail = light.wait_for_run(run.id, 240)
    assert (detail.summary.state, detail.fraction_done) == ("Completed", 1.0), detail
    assert [(line.state, line.warehouse_rows) for line in detail.months] == [("published", MANY)]
    assert services.warehouse.count_months()["green", MONTH] == MANY


def test_a_console_says_that_prefect_is_slow_or_away_and_goes_on_by_itself(
    proxied: tuple[LightStack, Proxy],
) -> None:
    light, proxy = proxied
    through = light.settings.prefect.model_copy(update={"api_url": f"{proxy.url}/api"})
    console = RunConsole.open(light.settings.model_copy(update={"prefect": through}))
    assert console.check_ready(30).can_run
    proxy.delay_seconds = 3600
    assert "did not answer in time" in console.check_ready(0.5).message
    with pytest.raises(BackendUnavailable, match="did not answer in time"):
        console.list_runs(limit=1)
    proxy.is_away = True
    health = console.check_ready(0.5)
    assert not health.api_ok and health.hint
    with pytest.raises(BackendUnavailable):
        console.start_ingest(Launch("green", 2020, (12,), "sample"))
    proxy.delay_seconds, proxy.is_away = 0.0, False
    assert console.check_ready(30).api_ok
    assert all(run.name != "green 2020 [12]" for run in console.list_runs()), "nothing was started"


def test_two_consoles_and_three_workers_on_the_same_month_leave_it_once(
    proxied: tuple[LightStack, Proxy],
) -> None:
    """They differ in their parameters, so none is taken for a second click; all are at work at once."""
    light, _ = proxied
    launch = Launch("yellow", 2019, (5, 6), "sample")
    launches = [launch, replace(launch, force=True), replace(launch, months=(6, 7), force=True)]
    consoles = [RunConsole.open(light.settings, f"user {number}") for number in range(2)]
    started: list[str] = []

    def click(number: int) -> None:
        started.append(consoles[number % 2].start_ingest(launches[number]).id)

    threads = [threading.Thread(target=click, args=(number,)) for number in range(len(launches))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(started)) == 3
    details: list[RunDetail] = [light.wait_for_run(run_id, 300) for run_id in started]
    assert [d.summary.state for d in details] == ["Completed"] * 3, details
    assert {line.state for d in details for line in d.months} <= {"published", "unchanged"}
    services = open_services(light.settings)
    months = [Month(2019, number) for number in (5, 6, 7)]
    rows = {month: n for (name, month), n in services.warehouse.count_months().items() if name == "yellow"}
    assert rows == dict.fromkeys(months, ROWS)
    objects = services.lake.list_objects("data/yellow/").objects
    assert [services.lake.read_footer(item.key).rows for item in objects] == [ROWS] * 3
    assert services.lake.sweep_temporary(older_than_seconds=0) == 0
    assert services.warehouse.sweep_staging(older_than_seconds=0) == 0
