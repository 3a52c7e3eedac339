"""Presenters: domain data in, words and links out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.console import MonthLine, RunDetail, RunSummary
from lakeside.coverage import CoverageState, MonthCoverage, SourceState
from lakeside.lake.layout import data_key
from lakeside.month import Month, month_range
from ui.presenters import (
    code_presenter,
    coverage_presenter,
    run_list_presenter,
    runs_presenter,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OCTOBER = Month(2020, 10)
MISSING = MonthCoverage("green", OCTOBER, SourceState.PUBLISHED)
PUBLISHED = replace(
    MISSING,
    lake_rows=95_120,
    lake_bytes=1_900_000,
    source="datatalksclub",
    warehouse_rows=95_120,
    state=CoverageState.PUBLISHED,
    key=data_key("green", OCTOBER),
    written_at=NOW - timedelta(hours=3),
)
IN_LAKE = replace(PUBLISHED, warehouse_rows=None, state=CoverageState.IN_LAKE, reason="Not loaded yet.")
BROKEN = replace(PUBLISHED, lake_rows=None, source=None, state=CoverageState.BROKEN, reason="It is cut.")
FOREIGN = replace(PUBLISHED, source=None, state=CoverageState.FOREIGN, reason="Not ours.")
OLD = replace(PUBLISHED, state=CoverageState.STALE, reason="Written under contract version 0; today's is 1.")
SOURCES = {n: ["datatalksclub", "tlc", "sample"] for n in range(1, 13)}


# --- coverage


def test_an_untouched_lake_is_empty_and_calm() -> None:
    view = coverage_presenter.present_coverage([MISSING], "green", NOW)
    assert view.is_empty
    assert view.attention == []


def test_a_cell_says_rows_on_both_sides_and_leads_to_the_object() -> None:
    cell = coverage_presenter.present_cell(PUBLISHED, NOW)
    assert (cell.rows, cell.look.word) == ("95,120", "published")
    assert "95,120 rows in the lake = 95,120 in the warehouse; from datatalksclub; 3 h ago" in cell.detail
    assert cell.href == "lake?object=data%2Fgreen%2Fgreen_tripdata_2020-10.parquet"


def test_a_missing_month_leads_to_ingest_and_an_unpublished_one_nowhere() -> None:
    assert coverage_presenter.present_cell(MISSING, NOW).href == "ingest?dataset=green&months=2020-10"
    later = replace(MISSING, source_state=SourceState.NOT_YET)
    cell = coverage_presenter.present_cell(later, NOW)
    assert (cell.href, cell.look.word) == (None, "not yet")


def test_the_worst_comes_first_and_unloaded_months_lead_to_loading() -> None:
    coverage = [IN_LAKE, replace(BROKEN, dataset="yellow"), PUBLISHED]
    notices = coverage_presenter.present_attention(coverage)
    assert [n.title for n in notices] == [
        "yellow · 1 month broken: 2020-10",
        "green · 1 month in lake: 2020-10",
    ]
    assert notices[1].link is not None
    assert notices[1].link.href == "ingest?dataset=green&mode=repair&months=2020-10"


def test_years_with_nothing_fold_unless_every_year_is_wanted() -> None:
    months = [replace(MISSING, month=m) for m in month_range(Month(2018, 1), Month(2023, 12))]
    coverage = [PUBLISHED if m.month == OCTOBER else m for m in months]
    folded = coverage_presenter.present_years(coverage, NOW)
    assert [y.label for y in folded] == ["2021–23", "2020", "2018–19"]
    assert folded[0].folded == "○ 36 missing"
    assert len(coverage_presenter.present_years(coverage, NOW, fold=False)) == 6
    assert len(coverage_presenter.present_years(months, NOW)) == 6  # nothing there at all: show what could be


def test_totals_say_when_lake_and_tables_differ() -> None:
    facts = {f.label: f for f in coverage_presenter.present_facts([PUBLISHED, IN_LAKE])}
    assert facts["Rows in the lake"].value == "190,240"
    assert facts["Rows in the lake"].note == "≠ 95,120 more than the tables"
    assert facts["Needs attention"].value == "1"


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


# --- code


@pytest.mark.parametrize(("url", "options"), [("/lake/x.parquet", False), ("gs://bucket/x.parquet", True)])
def test_code_reads_exactly_this_object(url: str, options: bool) -> None:
    code = code_presenter.present_code(url)
    assert f'"{url}"' in code["pandas"]
    assert ("storage_options" in code["pandas"]) is options
    compile(code["pandas"], "pandas", "exec")
