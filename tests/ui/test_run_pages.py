"""The pages of runs and schedules against a real Prefect server that no worker serves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from flows.names import DEPLOYMENT, INGEST_FLOW
from lakeside.month import Month
from lakeside.plan import PlanRequest, make_plan
from lakeside.services import open_services
from lakeside.sources.probe import SourceName
from tests.flows.light_stack import LightStack
from tests.ui.conftest import OpenPage, html_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MANY = 60
OpenServed = Callable[..., AppTest]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightStack]:
    """A server with our deployments and without workers."""
    running = LightStack(tmp_path_factory.mktemp("server"))
    try:
        yield running.start(workers=0)
    finally:
        running.stop()


@pytest.fixture(scope="module")
def history(server: LightStack) -> dict[str, str]:
    """Kind of state -> id of a run in it, after many that completed."""
    from prefect.client.schemas.objects import State
    from prefect.states import Completed, Crashed, Failed, Running

    from flows.api import open_client

    client = open_client(server.api_url, 90)
    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    states: dict[str, State[Any]] = {
        "completed": Completed(),
        "failed": Failed(message="1 of 1 month failed"),
        "crashed": Crashed(message="The process died"),
        "running": Running(),
    }
    ids = {}
    for kind in [*["completed"] * (MANY - 3), "failed", "crashed", "running"]:
        run = client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"dataset": "green", "year": 2020, "months": [10]},
            name=f"green 2020 [10] {kind}",
            tags=["by:ann"],
        )
        client.set_flow_run_state(run.id, states[kind], force=True)
        ids[kind] = str(run.id)
    return ids


@pytest.fixture
def open_served(server: LightStack, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> OpenServed:
    """open_served("runs", state="failed"): the page as served by that server."""
    monkeypatch.setenv("LAKESIDE_PREFECT__API_URL", server.api_url)

    def run(url_path: str, **params: str) -> AppTest:
        deadline = time.monotonic() + 60
        while True:  # as a person would: what a busy server did not answer in time is asked for again
            drawn = open_page(server.home, url_path, **params)
            if "did not answer in time" not in html_of(drawn) or time.monotonic() > deadline:
                return drawn

    return run


def test_an_empty_history_leads_to_ingest(server: LightStack, open_served: OpenServed) -> None:
    assert server.console.find_runs().total == 0, "this test is the first that uses the server"
    drawn = html_of(open_served("runs"))
    assert "No run yet" in drawn
    assert 'href="ingest"' in drawn


def test_without_a_worker_nothing_can_be_launched(open_served: OpenServed) -> None:
    app = open_served("ingest", dataset="green", source="sample", months="2024-01")
    drawn = html_of(app)
    assert "Runs cannot start now" in drawn
    assert "worker" in drawn
    assert next(b for b in app.button if b.label == "Launch 1 month").disabled


def test_a_plan_that_is_no_longer_true_starts_nothing(server: LightStack, open_served: OpenServed) -> None:
    request = PlanRequest("green", (Month(2024, 1),), SourceName.SAMPLE)
    shown = make_plan(request, open_services(server.settings))  # with another number of rows than the page
    before = server.console.find_runs().total
    app = open_served("ingest", dataset="green", source="sample", months="2024-01")
    app.session_state["held_plan"] = shown
    drawn = html_of(app.run())
    assert "Nothing was started" in drawn
    assert "the source&#x27;s address was sample://green/2024-01?rows=" in drawn
    assert "What will happen" in drawn  # the plan as it is now
    assert server.console.find_runs().total == before


@pytest.mark.usefixtures("history")
def test_a_huge_list_is_paged_and_counted_by_the_server(open_served: OpenServed) -> None:
    drawn = html_of(open_served("runs"))
    assert f"Runs 1 to 25 of {MANY}." in drawn
    drawn = html_of(open_served("runs", page="3"))
    assert f"Runs 51 to {MANY} of {MANY}." in drawn


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"state": "failed"}, "Runs 1 to 1 of 1 that fit."),
        ({"state": "failed,crashed"}, "Runs 1 to 2 of 2 that fit."),
        ({"q": "crashed"}, "Runs 1 to 1 of 1 that fit."),
        ({"runs_of": "fhv"}, "No run fits what is looked for."),
        ({"since": "hour", "runs_of": "green"}, f"Runs 1 to 25 of {MANY} that fit."),
    ],
)
def test_runs_are_found_by_what_the_url_says(
    params: dict[str, str], words: str, open_served: OpenServed
) -> None:
    assert words in html_of(open_served("runs", **params))


def test_a_running_run_can_be_cancelled_only(history: dict[str, str], open_served: OpenServed) -> None:
    app = open_served("runs", run=history["running"])
    assert "0 of 1 month done" in html_of(app)
    labels = [b.label for b in app.button]
    assert "Cancel run" in labels
    assert "Run again" not in labels


def test_a_failed_run_offers_its_failed_months(history: dict[str, str], open_served: OpenServed) -> None:
    app = open_served("runs", run=history["failed"])
    labels = [b.label for b in app.button]
    assert {"Retry failed months", "Run again"} <= set(labels)
    assert "by ann" in html_of(app)
    next(b for b in app.button if b.label == "Retry failed months").click().run()
    assert "worker" in html_of(app)  # refused with the reason: nobody would do it
    assert not app.exception


def test_a_run_nobody_knows_is_said_so(open_served: OpenServed) -> None:
    drawn = html_of(open_served("runs", run="00000000-0000-0000-0000-000000000000"))
    assert "Not there" in drawn
    assert "All runs" in drawn


def test_a_schedule_is_made_paused_changed_and_asks_before_it_is_deleted(
    server: LightStack, open_served: OpenServed
) -> None:
    app = open_served("schedules", new="1")
    assert "Nothing runs by itself yet" in html_of(app)
    app.text_input(key="new_cron").set_value("never").run()
    assert "is not a cron expression" in html_of(app)
    assert app.button(key="new_save").disabled
    app.text_input(key="new_cron").set_value("0 6 * * 1").run()
    assert "every Monday at 06:00" in html_of(app)
    app.button(key="new_save").click().run()
    drawn = html_of(app)
    assert "Keep the newest month of green up to date" in drawn
    assert "06:00" in drawn
    next(b for b in app.button if b.label == "Pause").click().run()
    assert "starts nothing while it is paused" in html_of(app)
    assert any(b.label == "Resume" for b in app.button)
    schedule = server.console.list_schedules()[0]
    app = open_served("schedules", change=schedule.id)
    app.number_input(key=f"{schedule.id}_back").set_value(3).run()
    app.button(key=f"{schedule.id}_save").click().run()
    assert "Keep the newest 3 months of green up to date" in html_of(app)
    assert not server.console.list_schedules()[0].spec.active
    next(b for b in app.button if b.label == "Delete").click().run()
    assert any(b.label == "Yes, delete it" for b in app.button)  # it asks; a browser test answers


def test_a_webhook_goes_in_and_never_comes_out(open_served: OpenServed) -> None:
    app = open_served("schedules")
    assert "nobody is told" in html_of(app)
    app.text_input[0].set_value("http://127.0.0.1:9/very-secret")
    next(b for b in app.button if b.label == "Set the webhook").click().run()
    drawn = html_of(app)
    assert "a webhook is told" in drawn
    assert "very-secret" not in drawn
    next(b for b in app.button if b.label == "Remove the webhook").click().run()
    assert "nobody is told" in html_of(app)


def test_without_prefect_schedules_say_so(home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(home, "schedules"))
    assert "No Prefect server answers" in drawn
