"""Presenters: domain data in, words and links out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flows.console import ConsoleHealth, MonthLine, RunDetail, RunSummary
from lakeside.month import Month
from ui.presenters import (
    run_list_presenter,
    runs_presenter,
)
from ui.presenters.status_presenter import present_status

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OCTOBER = Month(2020, 10)
SOURCES = {n: ["datatalksclub", "tlc", "sample"] for n in range(1, 13)}


# --- runs


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
)
LINE = MonthLine(
    "green", "2020-10", "running", "conform", 50_000, 500_000, 1_709_547, 3.2, 1.5, "datatalksclub"
)


def test_a_running_month_shows_where_it_is() -> None:
    view = runs_presenter.present_line(LINE)
    assert [s.progress for s in view.stages] == ["done", "now", "", "", ""]
    assert dict(view.figures)["read"] == "500.0 kB · 29.2 %"
    assert dict(view.figures)["left to read"] == "≈ 3.6 s"
    assert view.href is None


def test_a_published_month_says_its_rows_agree() -> None:
    done = replace(
        LINE, state="published", rows_written=95_120, rows_rejected=3, warehouse_rows=95_120, lake_path="/x"
    )
    view = runs_presenter.present_line(done)
    assert view.result == "95,123 rows read = 95,120 written + 3 set aside; lake 95,120 = warehouse 95,120."
    assert {s.progress for s in view.stages} == {"done"}


def test_a_failed_month_marks_its_stage_and_says_what_to_do() -> None:
    error = {"kind": "SourceMissing", "message": "green 2020-10 is not there.", "hint": "Choose another."}
    view = runs_presenter.present_line(replace(LINE, state="failed", stage="fetch", error=error))
    assert view.stages[0].progress == "failed"
    assert (view.error, view.hint) == ("green 2020-10 is not there.", "Choose another.")


def test_a_run_counts_its_months() -> None:
    months = (LINE, replace(LINE, month="2020-11", state="failed"))
    view = runs_presenter.present_run(RunDetail(RUN, months, 0.5), NOW)
    assert view.progress_words == "1 of 2 months done, 1 failed"
    assert (view.percent, view.can_cancel) == (50, True)
    waiting = replace(RUN, state_type="SCHEDULED", started_at=None)
    view = runs_presenter.present_run(RunDetail(waiting, months[:1], 0), NOW)
    assert view.progress_words.startswith("waiting for a worker")
    over = replace(RUN, state_type="COMPLETED", ended_at=NOW)
    assert not runs_presenter.present_run(RunDetail(over, months, 1.0), NOW).can_cancel


def test_a_failed_run_can_be_tried_again_and_says_a_thing_once() -> None:
    error = {"kind": "SourceMissing", "message": "Not there.", "hint": ""}
    months = (LINE, replace(LINE, month="2020-11", state="failed", stage="", error=error))
    failed = replace(RUN, state_type="FAILED", message="1 of 2 months failed")
    view = runs_presenter.present_run(RunDetail(failed, months, 1.0), NOW)
    assert (view.can_retry, view.can_repeat, view.can_cancel) == (True, True, False)
    assert view.message == ""
    assert view.lines[1].stages[0].progress == "failed"
    crashed = replace(RUN, state_type="CRASHED", message="The process died")
    assert runs_presenter.present_run(RunDetail(crashed, (LINE,), 0.5), NOW).message == "The process died"


def test_a_state_nobody_drew_is_shown_by_its_name() -> None:
    row = run_list_presenter.present_runs([replace(RUN, state_type="SOME_NEW_STATE")], NOW).rows[0]
    assert row[0].look is not None
    assert row[0].look.word == "some new state"


def test_a_prefect_that_is_late_is_not_shown_as_one_that_is_down() -> None:
    late = ConsoleHealth(
        "http://127.0.0.1:1/api", False, 0, False, "It did not answer.", "Try again.", is_late=True
    )
    words = {line.name: line.look.word for line in present_status(late, {})}
    assert words == {"Prefect": "slow", "Worker": "waiting"}
    away = replace(late, is_late=False)
    assert {line.name: line.look.word for line in present_status(away, {})}["Prefect"] == "not reachable"
