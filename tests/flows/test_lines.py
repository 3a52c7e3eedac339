"""The board's lines: how a month's line changes, and how far a run is."""

from __future__ import annotations

import pytest

from flows.lines import finished_line, fraction_done, read_line, running_line, settle_line
from flows.runs import MonthLine
from lakeside.progress import MonthResult, MonthState, Progress, Stage

QUEUED = MonthLine("green", "2020-01", source="sample")


def test_a_month_at_work_shows_stage_rows_and_speed() -> None:
    line = running_line(QUEUED, Progress(Stage.CONFORM, 500, 2_000_000, 4_000_000, 2.0))
    assert (line.state, line.stage, line.rows) == ("running", "conform", 500)
    assert line.megabytes_per_second == 1.0


def test_figures_a_later_stage_does_not_give_are_kept() -> None:
    line = running_line(QUEUED, Progress(Stage.WRITE, 500, 2_000_000, 4_000_000, 2.0))
    line = running_line(line, Progress(Stage.LOAD))
    assert (line.stage, line.rows, line.bytes_read, line.bytes_total) == ("load", 500, 2_000_000, 4_000_000)


def test_the_speed_is_that_of_fetching_also_while_the_month_is_loaded() -> None:
    fetched = running_line(MonthLine("green", "2020-10"), Progress(Stage.WRITE, 10, 4_000_000, None, 2.0))
    loading = running_line(fetched, Progress(Stage.LOAD, 10, 4_000_000, 4_000_000, 40.0))
    assert loading.megabytes_per_second == 2.0


def test_a_finished_month_carries_its_result() -> None:
    result = MonthResult("green", "2020-01", "sample", MonthState.PUBLISHED, 10, 9, 1, "lake/x", 9, 100, 1.5)
    line = finished_line(running_line(QUEUED, Progress(Stage.CHECK)), result)
    assert (line.state, line.stage, line.rows, line.rows_written, line.rows_rejected) == (
        "published",
        "",
        10,
        9,
        1,
    )
    assert line.is_over


def test_a_failed_month_keeps_the_stage_it_failed_in() -> None:
    error = {"kind": "BadFile", "message": "cut", "hint": ""}
    result = MonthResult("green", "2020-01", None, MonthState.FAILED, error=error)
    line = finished_line(running_line(QUEUED, Progress(Stage.CONFORM, rows=7)), result)
    assert (line.state, line.stage, line.rows, line.source, line.error) == (
        "failed",
        "conform",
        7,
        "sample",
        error,
    )


def test_lines_travel_as_plain_data_and_ignore_what_is_newer() -> None:
    assert read_line(QUEUED.as_dict() | {"colour_of_a_newer_version": "green"}) == QUEUED


@pytest.mark.parametrize(("run_state", "state"), [("CANCELLED", "cancelled"), ("CRASHED", "failed")])
def test_months_cut_off_by_the_end_of_their_run_do_not_look_alive(run_state: str, state: str) -> None:
    assert settle_line(QUEUED, run_state).state == state
    assert settle_line(QUEUED, "RUNNING") is QUEUED
    done = MonthLine("green", "2020-01", state="published")
    assert settle_line(done, run_state) is done


def test_a_run_is_as_far_as_the_mean_of_its_months() -> None:
    half = running_line(QUEUED, Progress(Stage.CONFORM, 1, 50, 100, 1.0))
    assert fraction_done([]) == 0.0
    assert fraction_done([QUEUED]) == 0.0
    assert fraction_done([MonthLine("green", "2020-01", state="failed"), QUEUED]) == 0.5
    assert fraction_done([half]) == pytest.approx(0.35)
