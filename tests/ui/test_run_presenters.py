"""The list of runs, what a run consists of, its log, and how often the page looks again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.console import ArtifactLine, LogLine, MonthLine, RunDetail, RunFilter, RunSummary, TaskLine
from ui.pace import LOOKS_A_STEP, seconds_after
from ui.presenters import log_presenter, run_list_presenter, run_parts_presenter, runs_presenter

NOW = datetime(2026, 11, 22, 8, 0, 30, tzinfo=UTC)
RUN = RunSummary(
    "12208598-1a49-4fe3-8e18-6f790d5fe97f",
    "green 2020 [10]",
    "ingest-months",
    "Running",
    "RUNNING",
    {"dataset": "green", "months": [10], "load": True},
    NOW - timedelta(seconds=10),
    NOW - timedelta(seconds=8),
    None,
    8.0,
    "",
    started_by="ann",
    plan_token="f00d",
)
DONE = MonthLine(
    "green", "2020-10", "published", rows_written=9, rows_rejected=3, warehouse_rows=9, lake_path="/x"
)


def test_what_is_chosen_becomes_a_filter_that_stays_the_same_within_a_minute() -> None:
    wanted = run_list_presenter.make_filter(["running", "failed"], "green", "hour", " 2020 ", NOW)
    since = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
    assert wanted == RunFilter(("RUNNING", "CANCELLING", "FAILED"), "green", "2020", since)
    assert run_list_presenter.make_filter([], "any", "any", "", NOW) == RunFilter()


def test_a_run_whose_process_is_silent_says_for_how_long() -> None:
    assert run_list_presenter.say_silence(replace(RUN, heartbeat_age_seconds=30)) == ""
    silent = replace(RUN, heartbeat_age_seconds=75)
    row = run_list_presenter.present_runs([silent], NOW).rows[0]
    assert (row[4].text, row[5].text) == ("ann", "no sign of life for 1 min 15 s")
    view = runs_presenter.present_run(RunDetail(silent, (), 0.0), NOW)
    assert "no sign of life for 1 min 15 s" in view.silence
    ended = replace(silent, state_type="CRASHED")
    assert run_list_presenter.say_silence(ended) == ""


def test_the_total_is_the_servers() -> None:
    assert run_list_presenter.present_total(25, 1137, 2, 25, False) == "Runs 26 to 50 of 1,137."
    assert run_list_presenter.present_total(1, 1, 1, 25, True) == "Runs 1 to 1 of 1 that fit."


def test_a_month_leads_to_its_object_table_and_rejected_rows() -> None:
    assert [(link.label, link.href.partition("?")[0]) for link in runs_presenter.present_links(DONE)] == [
        ("object", "lake"),
        ("table", "warehouse"),
        ("rejected rows", "lake"),
    ]
    assert runs_presenter.present_links(replace(DONE, state="failed", lake_path=None, warehouse_rows=None))


def test_a_run_says_who_asked_for_it() -> None:
    view = runs_presenter.present_run(RunDetail(RUN, (DONE,), 1.0), NOW)
    assert dict(view.parameters)["started by"] == "ann"
    assert dict(view.parameters)["plan"] == "f00d"
    assert view.facts[0].note.endswith("by ann")


def test_a_task_names_what_each_failed_try_ended_in() -> None:
    task = TaskLine("ingest 2020-10", "Failed", 2, NOW, 4.2, "gone", ("HTTP 503", "gone"))
    row = run_parts_presenter.present_tasks([task], NOW).rows[0]
    assert row[5].text == "1. HTTP 503 2. gone"
    assert row[2].text == "2"


def test_an_artifact_says_what_it_holds() -> None:
    lines = [
        ArtifactLine("1", "progress", "progress", "", NOW, 50.0),
        ArtifactLine("2", "months", "table", "", NOW, "[]"),
    ]
    table = run_parts_presenter.present_artifacts(lines, NOW)
    assert [row[2].text for row in table.rows] == ["50 %", "the months above"]


def test_logs_are_filtered_by_level_and_words() -> None:
    lines = [LogLine(NOW, "INFO", "green 2020-10: fetch"), LogLine(NOW, "ERROR", "Green went wrong")]
    assert len(log_presenter.filter_logs(lines, "INFO", "GREEN")) == 2
    assert log_presenter.filter_logs(lines, "WARNING", "") == lines[1:]
    assert log_presenter.write_logs(lines[:1]) == "2026-11-22 08:00:30 UTC  INFO      green 2020-10: fetch\n"


@pytest.mark.parametrize(
    ("state", "seconds", "grows"),
    [
        ("RUNNING", None, True),
        ("COMPLETED", 0, True),
        ("FAILED", 14, True),
        ("COMPLETED", -5, True),
        ("COMPLETED", 15, False),
        ("COMPLETED", -3600, False),
        ("CRASHED", None, False),
    ],
)
def test_the_last_lines_of_a_log_are_awaited_after_the_run(
    state: str, seconds: int | None, grows: bool
) -> None:
    ended = None if seconds is None else NOW - timedelta(seconds=seconds)
    run = replace(RUN, state_type=state, ended_at=ended)
    view = runs_presenter.present_run(RunDetail(run, (DONE,), 1.0), NOW)
    assert (view.log_may_grow, view.ended_at) == (grows, ended)


def test_tracebacks_are_found_once() -> None:
    broken = LogLine(NOW, "ERROR", "Encountered an exception:\nTraceback (most recent call last):\n  …")
    assert log_presenter.find_tracebacks([LogLine(NOW, "INFO", "x"), broken, broken]) == [broken.message]


@pytest.mark.parametrize(
    ("looks", "seconds"), [(0, 1.0), (LOOKS_A_STEP, 2.0), (2 * LOOKS_A_STEP, 5.0), (999, 10.0)]
)
def test_a_page_looks_less_often_while_nothing_moves(looks: int, seconds: float) -> None:
    assert seconds_after(looks) == seconds
