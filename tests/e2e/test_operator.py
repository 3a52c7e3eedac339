"""What an operator does with runs and schedules, in a real browser on the real stack."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from flows.api import open_client
from flows.names import DEPLOYMENT, INGEST_FLOW
from flows.stack import read_stack
from lakeside.settings import Settings
from tests.e2e.axe_scan import Findings
from tests.e2e.conftest import SOURCE_PASSWORD, SOURCE_SIGNATURE, Stack
from tests.e2e.visitor import visit
from tests.servers.files import Faults
from ui import text

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

RUN_SECONDS = 120_000
RUN_PAGE = re.compile(r"/runs\?run=")


def choose(page: Page, *months: str) -> None:
    """Click months in the picker, as quickly as a person can."""
    for month in months:
        page.get_by_role("checkbox", name=re.compile(f"^{month} ")).click()
    for month in months:
        expect(page.get_by_role("checkbox", name=re.compile(f"^{month} "))).to_be_checked()


@pytest.mark.usefixtures("shared_data")
def test_plan_launch_reload_cancel(stack: Stack, browser: Browser) -> None:
    """The run goes on over a reload, is seen as running by a plan, and leaves nothing when cancelled."""
    path = "/yellow/yellow_tripdata_2021-01.csv.gz"
    stack.source.faults[path] = Faults(seconds_per_piece=45)
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go("ingest?dataset=yellow&source=datatalksclub")
        choose(page, "2021-01")
        plan = page.get_by_label("What will happen")
        expect(plan.get_by_text("Fetched from datatalksclub, written and published.")).to_be_visible()
        expect(page.get_by_text("1 to fetch.")).to_be_visible()
        visitor.rest()
        visitor.shoot("plan-light")
        page.get_by_role("button", name="Launch 1 month").dblclick()
        page.wait_for_url(RUN_PAGE)
        place = page.url.rpartition("/")[2]
        expect(page.get_by_label("2021-01 running")).to_be_visible(timeout=RUN_SECONDS)
        page.reload()
        expect(page.get_by_label("2021-01 running")).to_be_visible()

        visitor.go("ingest?dataset=yellow&source=datatalksclub&months=2021-01")
        expect(page.get_by_text("1 at work already and left out")).to_be_visible()
        expect(page.get_by_role("button", name="Nothing to launch")).to_be_disabled()
        visitor.go("runs?runs_of=yellow")
        expect(page.get_by_text("Runs 1 to 1 of 1 that fit.")).to_be_visible()  # two clicks, one run

        visitor.go(place)
        page.get_by_role("button", name=text.CANCEL).click()
        expect(page.get_by_text("leaves nothing half-written")).to_be_visible()
        page.wait_for_timeout(4_000)  # the page polls meanwhile; the question must stay
        visitor.shoot("cancel-light")
        page.get_by_role("button", name=text.CANCEL_SURE).click()
        expect(page.get_by_label("2021-01 cancelled")).to_be_visible(timeout=RUN_SECONDS)
        visitor.go("lake")
        assert "yellow_tripdata_2021-01" not in visitor.text()
    del stack.source.faults[path]


@pytest.mark.usefixtures("shared_data")
def test_a_broken_month_fails_and_is_tried_again(stack: Stack, browser: Browser) -> None:
    """One month of a run is cut short by its source; the others are whole, and a retry takes it alone."""
    path = "/green/green_tripdata_2020-10.csv.gz"
    stack.source.faults[path] = Faults(content_length_off=-1000, ranges=False)
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go("ingest?dataset=green&mode=all&source=datatalksclub&months=2020-10")
        page.get_by_role("button", name="Launch 1 month").click()
        page.wait_for_url(RUN_PAGE)
        failed = page.get_by_label("2020-10 failed")
        expect(failed).to_be_visible(timeout=RUN_SECONDS)
        expect(failed.get_by_role("alert")).to_be_visible()
        visitor.rest()
        visitor.shoot("failed-light")
        del stack.source.faults[path]
        before = page.url
        page.get_by_role("button", name=text.RETRY).click()
        page.wait_for_url(lambda url: url != before and "run=" in url)
        expect(page.get_by_label("2020-10 published")).to_be_visible(timeout=RUN_SECONDS)


@pytest.mark.usefixtures("shared_data")
def test_a_run_outlives_its_worker_and_the_server(stack: Stack, browser: Browser) -> None:
    """kill -9 of both in mid-run: the supervisor brings them back, the run ends, the page finds out."""
    path = "/yellow/yellow_tripdata_2021-01.csv.gz"
    stack.source.faults[path] = Faults(seconds_per_piece=25)
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go("ingest?dataset=yellow&source=datatalksclub&months=2021-01")
        page.get_by_role("button", name="Launch 1 month").click()
        page.wait_for_url(RUN_PAGE)
        expect(page.get_by_label("2021-01 running")).to_be_visible(timeout=RUN_SECONDS)
        pids = json.loads((stack.home / "stack.json").read_text())["pids"]
        for name in ("worker", "server"):
            os.kill(pids[name], signal.SIGKILL)
        expect(page.get_by_label("2021-01 published")).to_be_visible(timeout=2 * RUN_SECONDS)
    del stack.source.faults[path]


def test_the_last_lines_of_a_log_are_seen_after_the_run_has_ended(stack: Stack, browser: Browser) -> None:
    """Prefect is handed them a moment later; the page that stands open shows them by itself."""
    from prefect.states import Completed, Running

    found = read_stack(Settings(home=stack.home))
    assert found is not None
    client = open_client(found.prefect_api_url, 90)
    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    asked = {"dataset": "green", "year": 2020, "months": [10]}
    run = client.create_flow_run_from_deployment(deployment.id, parameters=asked, state=Running())
    client.set_flow_run_state(run.id, Completed(), force=True)
    with visit(browser, stack.url) as visitor:
        visitor.go(f"runs?run={run.id}")
        expect(visitor.page.get_by_text("Nothing to show yet")).to_be_visible()
        line = {"name": "t", "level": 20, "message": "the very last line", "flow_run_id": str(run.id)}
        line["timestamp"] = datetime.now(UTC).isoformat()
        httpx.post(f"{found.prefect_api_url}/logs/", json=[line]).raise_for_status()
        expect(visitor.page.get_by_text("the very last line")).to_be_visible()


def test_a_run_that_fails_tells_no_secret_of_its_source(stack: Stack, browser: Browser) -> None:
    """Not on its page and its tabs, and nowhere in Prefect: logs, states, artifacts, parameters, blocks."""
    found = read_stack(Settings(home=stack.home))
    assert found is not None
    client = open_client(found.prefect_api_url, 90)
    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    asked = {"dataset": "green", "year": 2019, "months": [5], "source": "datatalksclub"}
    run = client.create_flow_run_from_deployment(deployment.id, parameters=asked)
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go(f"runs?run={run.id}")
        expect(page.get_by_label("2019-05 failed")).to_be_visible(timeout=RUN_SECONDS)
        words, findings = [page.content()], Findings()
        for tab in ("Log", "Tasks", "Artifacts", "Parameters"):
            page.get_by_role("tab", name=tab, exact=True).click()
            visitor.rest()
            words.append(page.content())
            if tab in ("Log", "Artifacts"):
                findings.look(visitor, f"a run that failed, {tab}")
        assert "does not exist (HTTP 404)" in words[0] and "…@127.0.0.1" in words[0]
    findings.check()
    deadline = time.monotonic() + 60
    while "@127.0.0.1" not in read_prefect(found.prefect_api_url, "logs") and time.monotonic() < deadline:
        time.sleep(0.5)  # the worker hands its lines over a moment later
    told = {name: read_prefect(found.prefect_api_url, name) for name in KEPT_BY_PREFECT}
    assert "@127.0.0.1" in told["logs"] and "@127.0.0.1" in told["artifacts"]
    kept = [path for pattern in ("logs/*.log", "audit/*.jsonl") for path in stack.home.glob(pattern)]
    logs = [path.read_text(errors="replace") for path in kept]
    for secret in (SOURCE_PASSWORD, SOURCE_SIGNATURE):
        assert [name for name, text in told.items() if secret in text] == []
        assert not any(secret in text for text in [*words, *logs])


def test_a_run_at_work_and_the_question_before_it_is_cancelled_are_accessible(
    stack: Stack, browser: Browser
) -> None:
    """A run that says it is at work and of which no worker knows, so that it stays so."""
    from prefect.states import Cancelled, Running

    found = read_stack(Settings(home=stack.home))
    assert found is not None
    client = open_client(found.prefect_api_url, 90)
    deployment = client.read_deployment_by_name(f"{INGEST_FLOW}/{DEPLOYMENT}")
    asked = {"dataset": "green", "year": 2019, "months": [6]}
    run = client.create_flow_run_from_deployment(deployment.id, parameters=asked, state=Running())
    findings = Findings()
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        page.emulate_media(reduced_motion="reduce")
        visitor.go(f"runs?run={run.id}")
        page.get_by_role("button", name=text.CANCEL).wait_for()
        findings.look(visitor, "a run at work")
        page.get_by_role("button", name=text.CANCEL).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        findings.look(visitor, "the question before a run is cancelled")
        page.get_by_role("button", name="Keep it running").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    client.set_flow_run_state(run.id, Cancelled(), force=True)
    findings.check()


# What Prefect's API is asked for, a page of 200 each.
KEPT_BY_PREFECT = (
    *("logs", "artifacts", "flow_runs", "task_runs", "deployments"),
    *("block_documents", "variables", "automations", "work_pools"),
)


def read_prefect(api_url: str, name: str) -> str:
    """Everything of that kind that Prefect's server hands out, states too."""
    pages = []
    for offset in range(0, 2_000, 200):
        body = {"limit": 200, "offset": offset}
        answer = httpx.post(f"{api_url}/{name}/filter", json=body, timeout=60).raise_for_status()
        pages.append(answer.text)
        if len(answer.json()) < 200:
            break
    return "\n".join(pages)


def test_a_schedule_is_made_and_shows_its_next_times(stack: Stack, browser: Browser) -> None:
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go()
        visitor.open("Schedules")
        page.get_by_role("button", name=text.NEW_SCHEDULE).click()
        expect(page.get_by_text("The next five times:")).to_be_visible()
        cron = page.get_by_role("textbox", name="Cron expression")
        cron.fill("nonsense")
        cron.press("Enter")
        expect(page.get_by_text("is not a cron expression")).to_be_visible()
        cron.fill("30 6 * * 1")
        cron.press("Enter")
        expect(page.get_by_text("every Monday at 06:30")).to_be_visible()
        visitor.rest()
        visitor.shoot("schedule-form-light")
        page.get_by_role("button", name=text.SAVE_SCHEDULE).click()
        times = page.get_by_label("Next times of Keep the newest month of green up to date")
        expect(times.get_by_text("06:30").first).to_be_visible()
        page.reload()
        expect(times.get_by_text("06:30").first).to_be_visible()
        visitor.rest()
        visitor.shoot("schedules-light")
        page.get_by_role("button", name=text.DELETE_SCHEDULE).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        visitor.rest()
        findings = Findings()
        findings.look(visitor, "the question before a schedule is deleted")
        findings.check()
        page.get_by_role("button", name=text.DELETE_SURE).click()
        expect(page.get_by_text("Nothing runs by itself yet")).to_be_visible()


def test_a_webhook_goes_in_and_is_never_shown_again(stack: Stack, browser: Browser) -> None:
    with visit(browser, stack.url) as visitor:
        page = visitor.page
        visitor.go("schedules")
        address = page.get_by_role("textbox", name="Webhook address")
        address.fill("http://127.0.0.1:9/very-secret")
        page.get_by_role("button", name=text.SET_WEBHOOK).click()
        expect(page.get_by_text("a webhook is told")).to_be_visible()
        expect(address).to_have_value("")
        assert "very-secret" not in page.content()
        page.get_by_role("button", name="Remove the webhook").click()
        expect(page.get_by_text("nobody is told")).to_be_visible()
    log = (stack.home / "audit" / "audit.jsonl").read_text()
    told = [json.loads(line) for line in log.splitlines()]
    acts = [line["what"] for line in told if line["result"] == "begun"]
    assert acts[-2:] == ["notifications.set", "notifications.remove"]
    assert "very-secret" not in log and told[-1]["result"] == "done"
