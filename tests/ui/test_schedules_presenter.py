"""Schedules and deployments in words, and what the form makes of its fields."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.console import DeploymentView, ScheduleSpec, ScheduleView
from flows.names import INGEST_FLOW, LOAD_FLOW, SYNC_FLOW
from ui.presenters.schedules_presenter import (
    FormTimes,
    find_schedule,
    make_spec,
    present_cards,
    present_deployments,
    present_facts,
    read_times,
    say_work,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SPEC = ScheduleSpec(cron="0 6 * * *", parameters={"dataset": "green", "months_back": 2})
VIEW = ScheduleView("abc", SPEC, "every day at 06:00 (UTC)", (NOW + timedelta(hours=22),))
DEPLOYMENT = DeploymentView(
    "d1", "lakeside", SYNC_FLOW, "Brings months.\nMore.", {}, (VIEW,), None, VIEW.next_times, False, "pool"
)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (SPEC, "Keep the newest 2 months of green up to date"),
        (
            ScheduleSpec(SYNC_FLOW, parameters={"dataset": "fhv", "source": "tlc"}),
            "Keep the newest month of fhv up to date from tlc",
        ),
        (
            ScheduleSpec(INGEST_FLOW, parameters={"dataset": "green", "year": 2020, "months": [10, 11]}),
            "Ingest green 2020 [10-11]",
        ),
        (
            ScheduleSpec(LOAD_FLOW, parameters={"dataset": "green", "year": 2020, "months": [1]}),
            "Load green 2020 [1]",
        ),
    ],
)
def test_a_schedule_says_what_it_does(spec: ScheduleSpec, words: str) -> None:
    assert say_work(spec) == words


def test_a_card_has_its_next_times_and_a_paused_one_none() -> None:
    paused = replace(VIEW, id="def", spec=replace(SPEC, active=False), next_times=())
    first, second = present_cards([replace(DEPLOYMENT, schedules=(VIEW, paused))])
    assert (first.look.word, first.times) == ("active", ["Mon 23 Nov 2026, 06:00 UTC"])
    assert first.change.href == "schedules?change=abc"
    assert (second.look.word, second.times, second.is_active) == ("paused", [], False)
    facts = present_facts([replace(DEPLOYMENT, schedules=(VIEW, paused))], is_told=False, now=NOW)
    assert [f.value for f in facts] == ["1", "in 22 h 00 min", "nobody is told"]


def test_a_deployment_says_its_last_and_next_run() -> None:
    row = [cell.text for cell in present_deployments([DEPLOYMENT], NOW).rows[0]]
    assert row == [
        SYNC_FLOW,
        "Brings months.",
        "as asked for",
        "1 schedule",
        "never",
        "in 22 h 00 min",
        "pool",
    ]


def test_a_form_keeps_what_it_does_not_change() -> None:
    times = FormTimes("interval", "0 6 * * *", 6, "hours", "America/New_York")
    made = make_spec(SYNC_FLOW, times, {"dataset": "green"}, replace(SPEC, active=False, anchor=NOW))
    assert (made.kind, made.cron, made.interval_seconds, made.active) == ("interval", "", 21_600, False)
    assert made.anchor is None
    same = make_spec(SYNC_FLOW, times, {"dataset": "green"}, replace(made, anchor=NOW))
    assert same.anchor == NOW
    cron = make_spec(SYNC_FLOW, replace(times, kind="cron"), {}, SPEC)
    assert (cron.cron, cron.interval_seconds, cron.timezone) == ("0 6 * * *", 0, "America/New_York")
    assert read_times(made) == times
    assert read_times(SPEC).every == 1


def test_only_a_schedule_that_is_there_can_be_changed() -> None:
    assert find_schedule([DEPLOYMENT], "abc") is VIEW
    assert find_schedule([DEPLOYMENT], "xyz") is None
    assert find_schedule([DEPLOYMENT], None) is None
