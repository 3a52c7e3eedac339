"""The month picker and the plan in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lakeside.coverage import CoverageState, MonthCoverage, SourceState
from lakeside.lake.layout import data_key
from lakeside.month import Month, month_range
from lakeside.plan import Action, Attempt, Mode, MonthStanding, Plan, PlanLine, PlanRequest, RowsBasis
from lakeside.sources.probe import SourceName
from ui.presenters.ingest_presenter import present_plan
from ui.presenters.picker_presenter import (
    Picks,
    list_offered,
    list_quick,
    list_range,
    present_picker,
    read_months,
)
from ui.presenters.places import link_to_ingest
from ui.presenters.standings import Standings

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OCTOBER, NOVEMBER = Month(2020, 10), Month(2020, 11)
MISSING = MonthCoverage("green", OCTOBER, SourceState.PUBLISHED)
IN_LAKE = replace(
    MISSING,
    lake_rows=95_120,
    state=CoverageState.IN_LAKE,
    key=data_key("green", OCTOBER),
    written_at=NOW - timedelta(hours=3),
)
FAILED = Attempt("green", OCTOBER, "12208598-1a49-4fe3-8e18-6f790d5fe97f", "failed", NOW)
LINE = PlanLine(
    "green", OCTOBER, MonthStanding.MISSING, Action.INGEST, "Not in the lake. Fetched.", SourceName.TLC
)


def plan_of(*lines: PlanLine) -> Plan:
    request = PlanRequest("green", tuple(line.month for line in lines))
    return Plan(request, lines, at_once=2)


def test_a_standing_counts_what_runs_did_and_a_plan_found() -> None:
    assert Standings.of([MISSING]).find(OCTOBER) == "missing"
    assert Standings.of([MISSING], [replace(FAILED, state="queued")]).find(OCTOBER) == "running"
    assert Standings.of([MISSING], [FAILED]).find(OCTOBER) == "failed"
    assert Standings.of([IN_LAKE], [replace(FAILED, at=NOW - timedelta(days=1))]).find(OCTOBER) == "in_lake"
    found = replace(LINE, standing=MonthStanding.STALE)
    assert Standings.of([IN_LAKE], [FAILED], [found]).find(OCTOBER) == "stale"


def test_only_months_that_exist_are_offered() -> None:
    coverage = [
        replace(MISSING, month=Month(2026, 9)),
        replace(MISSING, month=Month(2026, 10), source_state=SourceState.NOT_YET),
    ]
    sources = {m.month: ["tlc", "sample"] for m in coverage}
    assert list_offered(coverage, sources, "auto") == [Month(2026, 9)]
    assert list_offered(coverage, sources, "sample") == [Month(2026, 9), Month(2026, 10)]
    assert list_offered(coverage, sources, "datatalksclub") == []
    assert list_offered([replace(IN_LAKE, month=Month(2026, 9))], {}, "auto") == [Month(2026, 9)]


def test_a_click_on_a_month_adds_it_and_a_second_takes_it_away() -> None:
    coverage = [MISSING, replace(MISSING, month=NOVEMBER)]
    sources = {m.month: ["tlc"] for m in coverage}
    picks = Picks({"dataset": "green"}, "auto", [OCTOBER])
    view = present_picker(Standings.of(coverage), sources, picks, [OCTOBER, NOVEMBER])
    october, november = view.years[0].cells[9:11]
    assert october is not None
    assert november is not None
    assert (october.chosen, october.href) == (True, "ingest?dataset=green")
    assert november.href == "ingest?dataset=green&months=2020-10,2020-11"
    assert view.years[0].href == november.href
    assert view.years[0].months == "2020-10,2020-11"


def test_far_years_are_folded_until_something_in_them_is_chosen() -> None:
    coverage = [replace(MISSING, month=m) for m in month_range(Month(2009, 1), Month(2026, 9))]
    offered = [m.month for m in coverage]
    view = present_picker(Standings.of(coverage), {}, Picks({}, "tlc", [Month(2010, 5)]), offered)
    assert [y.year for y in view.years] == [*map(str, range(2026, 2018, -1)), "2010"]
    assert view.hidden_years == 9
    assert len(present_picker(Standings.of(coverage), {}, Picks({}, "tlc", [], True), offered).years) == 18


def test_many_months_can_be_chosen_in_one_go() -> None:
    states = {OCTOBER: "failed", NOVEMBER: "missing", Month(2021, 1): "stale", Month(2021, 2): "published"}
    quick = {q.label: (list(q.months), q.mode) for q in list_quick(states, list(states))}
    assert quick["Missing"] == ([NOVEMBER], Mode.MISSING)
    assert quick["Failed"] == ([OCTOBER], Mode.REPAIR)
    assert quick["Missing, failed and stale"][0] == [OCTOBER, NOVEMBER, Month(2021, 1)]
    assert quick["In the lake"][0] == [Month(2021, 1), Month(2021, 2)]
    assert list_range(Month(2021, 2), NOVEMBER, list(states)) == [NOVEMBER, Month(2021, 1), Month(2021, 2)]


def test_months_of_a_url_are_read_and_written() -> None:
    assert read_months("2020-11,nonsense,2020-10,2020-11,1999-01") == [OCTOBER, NOVEMBER]
    assert link_to_ingest("green", [NOVEMBER, OCTOBER]) == "ingest?dataset=green&months=2020-10,2020-11"


def test_a_plan_says_what_it_costs_and_what_it_leaves_out() -> None:
    lines = (
        replace(
            LINE,
            bytes_expected=1_709_547,
            rows_expected=95_120,
            rows_basis=RowsBasis.CATALOGUE,
            seconds_expected=4,
        ),
        replace(
            LINE, month=NOVEMBER, action=Action.WAIT, standing=MonthStanding.RUNNING, run_id="12208598-1"
        ),
        replace(LINE, month=Month(2020, 12), action=Action.NOTHING, blocked=True, source=None),
    )
    view = present_plan(plan_of(*lines))
    assert view.summary == "1 to fetch, 1 at work already and left out, 1 that cannot be done."
    assert (view.button, view.can_launch) == ("Launch 1 month", True)
    facts = {f.label: f.value for f in view.facts}
    assert facts == {
        "Months to do": "1",
        "To fetch": "1.7 MB",
        "Rows expected": "about 95,120",
        "Time expected": "about 4.0 s",
    }
    assert [r.action.word for r in view.rows] == ["fetched", "at work", "blocked"]
    assert view.rows[1].run is not None
    assert view.rows[1].run.href == "runs?run=12208598-1"


def test_a_plan_without_work_cannot_be_launched() -> None:
    view = present_plan(plan_of(replace(LINE, action=Action.NOTHING, standing=MonthStanding.PUBLISHED)))
    assert (view.button, view.can_launch) == ("Nothing to launch", False)
    assert view.summary == "Nothing to start: 1 left alone."
