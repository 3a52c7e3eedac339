"""`lakeside runs` and `lakeside plan` against the real stack: real processes, one JSON document each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from tests.flows.conftest import RunningStack, wait_for

pytestmark = pytest.mark.slow
SAMPLE = ("--source", "sample")


@dataclass(frozen=True)
class Answer:
    """What a command line came to."""

    code: int
    document: Any


def start(stack: RunningStack, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cli.main", *arguments, "--json"]
    return subprocess.Popen(
        command, env=stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> Answer:
    out, err = process.communicate(timeout=240)
    try:
        return Answer(process.returncode, json.loads(out))
    except ValueError:
        return pytest.fail(f"not one JSON document: {out}\n{err}")


def call(stack: RunningStack, *arguments: str) -> Answer:
    return finish(start(stack, *arguments))


def test_plan_start_wait_and_nothing_the_second_time(stack: RunningStack) -> None:
    months = ("green", "2015-01..2015-02", "2016-03", *SAMPLE)
    planned = call(stack, "plan", *months)
    assert planned.code == 0 and planned.document["history"] is True
    assert {m["action"] for m in planned.document["months"]} == {"ingest"}

    done = call(stack, "runs", "start", *months, "--token", planned.document["token"], "--wait")
    assert done.code == 0, done.document
    runs = done.document["runs"]
    assert [run["name"] for run in runs] == ["green 2015 [1-2]", "green 2016 [3]"]
    assert {run["state"] for run in runs} == {"Completed"}
    assert {"run_id", "state", "url"} <= set(done.document) and done.document["started"] is True
    assert done.document["run_id"] == runs[0]["run_id"]
    assert done.document["url"] == f"{stack.file.console_url}/runs?run={runs[0]['run_id']}"

    again = call(stack, "runs", "start", *months)
    assert again.code == 0, again.document
    assert (again.document["state"], again.document["started"]) == ("nothing", False)
    assert again.document["run_id"] == runs[0]["run_id"]
    published = {m["month"]: m["run_id"] for m in again.document["months"]}
    assert published == {
        "2015-01": runs[0]["run_id"],
        "2015-02": runs[0]["run_id"],
        "2016-03": runs[1]["run_id"],
    }
    assert runs[1]["run_id"] in again.document["message"]

    moved = call(stack, "runs", "start", *months, "--token", planned.document["token"])
    assert (moved.code, moved.document["error"]["kind"]) == (1, "PlanMoved")


def test_commands_at_the_same_moment_make_one_run_and_the_next_waits_for_it(stack: RunningStack) -> None:
    months = ("yellow", "2015-01..2015-12", *SAMPLE)
    answers = [finish(p) for p in [start(stack, "runs", "start", *months) for _ in range(3)]]
    assert [a.code for a in answers] == [0, 0, 0], answers
    assert len({a.document["run_id"] for a in answers}) == 1
    run_id = answers[0].document["run_id"]

    busy = call(stack, "runs", "start", "yellow", "2015-12", *SAMPLE)
    assert (busy.code, busy.document["run_id"], busy.document["started"]) == (0, run_id, False)
    assert busy.document["months"][0]["action"] == "wait"

    wait_for(lambda: stack.console.get_run(run_id).summary.state == "Running", 150, "the run to begin")
    ended = call(stack, "runs", "cancel", run_id, "--wait")
    assert (ended.code, ended.document["state"]) == (0, "Cancelled")
    shown = call(stack, "runs", "show", run_id)
    assert (shown.code, shown.document["state"], len(shown.document["months"])) == (0, "Cancelled", 12)

    def read_log() -> list[dict[str, str]]:
        """Empty until the line has arrived; two processes send theirs, and may be slow."""
        lines = call(stack, "runs", "logs", run_id).document
        return lines if any("started" in line["message"] for line in lines) else []

    lines = wait_for(read_log, 150, "the log of the run")
    assert lines == sorted(lines, key=lambda line: line["at"])


def test_what_a_cancelled_run_left_is_done_by_running_it_again(stack: RunningStack) -> None:
    months = ("fhv", "2015-01..2015-06", *SAMPLE)
    run_id = call(stack, "runs", "start", *months).document["run_id"]
    wait_for(lambda: stack.console.get_run(run_id).summary.state == "Running", 120, "the run to begin")
    assert call(stack, "runs", "cancel", run_id, "--wait").document["state"] == "Cancelled"
    again = call(stack, "runs", "again", run_id, "--wait")
    assert (again.code, again.document["state"]) == (0, "Completed"), again.document
    assert again.document["run_id"] != run_id
    rows = call(stack, "status", "--dataset", "fhv", "--year", "2015").document
    assert {(m["state"], m["lake_rows"], m["warehouse_rows"]) for m in rows[:6]} == {
        ("published", 100_000, 100_000)
    }


def test_runs_are_listed_found_and_missed(stack: RunningStack) -> None:
    done = call(stack, "runs", "start", "green", "2017-05", *SAMPLE, "--wait").document
    listed = call(stack, "runs", "list", "--dataset", "green", "--state", "completed", "--text", "2017")
    assert listed.code == 0
    assert [run["run_id"] for run in listed.document] == [done["run_id"]]
    assert call(stack, "runs", "list", "--text", "no such run").document == []
    for verb in ("show", "logs", "cancel", "retry", "again"):
        missed = call(stack, "runs", verb, "0a0a0a0a-0000-4000-8000-000000000000")
        assert (missed.code, missed.document["error"]["kind"]) == (1, "NotFound"), verb
    refused = call(stack, "runs", "retry", done["run_id"])
    assert refused.code == 2 and "No month" in refused.document["error"]["message"]


def test_a_schedule_is_added_paused_resumed_and_removed(stack: RunningStack) -> None:
    for wrong in (("--every", "often"), ("--cron", "0 6 * *"), ("--cron", "0 6 * * *", "--every", "1d")):
        refused = call(stack, "schedule", "add", "green", *wrong)
        assert refused.code == 2 and refused.document["error"]["hint"], refused.document

    added = call(stack, "schedule", "add", "green", "--cron", "0 6 * * *", "--timezone", "Europe/Berlin")
    assert added.code == 0, added.document
    assert (added.document["flow"], added.document["active"]) == ("sync-months", True)
    assert len(added.document["next_times"]) >= 5 and added.document["words"]
    place = added.document["id"]

    assert call(stack, "schedule", "pause", place).code == 0
    assert {s["id"]: s["active"] for s in call(stack, "schedule", "list").document} == {place: False}
    assert call(stack, "schedule", "resume", place[:8]).code == 0
    assert {s["id"]: s["active"] for s in call(stack, "schedule", "list").document} == {place: True}
    assert call(stack, "schedule", "remove", place).code == 0
    assert call(stack, "schedule", "list").document == []
    missed = call(stack, "schedule", "remove", place)
    assert (missed.code, missed.document["error"]["kind"]) == (1, "NotFound")
