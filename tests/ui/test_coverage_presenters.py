"""The home page's presenters: lights in, words, colours and links out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lakeside.coverage import CoverageState, MonthCoverage
from lakeside.coverage import SourceState as Calendar
from lakeside.lake.layout import data_key
from lakeside.lights import ChecksState, LakeState, Light, MonthLights, SourceState, TableState
from lakeside.month import Month, month_range
from lakeside.plan import Attempt
from tests.ui.conftest import OpenPage, html_of
from ui.formats import format_short_count, format_span
from ui.presenters.coverage_presenter import (
    present_attention,
    present_checked,
    present_coverage,
    present_facts,
)
from ui.presenters.lamps import CHECKS, LAKE, SOURCE, TABLE
from ui.presenters.matrix_presenter import MatrixChoice, present_matrix
from ui.presenters.month_presenter import present_chosen
from ui.presenters.scales import ColourBy, Scale

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OCTOBER = Month(2020, 10)
MISSING = MonthLights(
    MonthCoverage("green", OCTOBER, Calendar.PUBLISHED),
    Light(SourceState.OFFERED, "Published by the calendar."),
    Light(LakeState.MISSING, "No object."),
    Light(TableState.MISSING, "No rows in the table."),
    Light(ChecksState.NONE, "Nothing to check."),
)
PUBLISHED = MonthLights(
    MonthCoverage(
        dataset="green",
        month=OCTOBER,
        source_state=Calendar.PUBLISHED,
        lake_rows=95_120,
        lake_bytes=1_900_000,
        source="datatalksclub",
        warehouse_rows=95_120,
        state=CoverageState.PUBLISHED,
        key=data_key("green", OCTOBER),
        written_at=NOW - timedelta(hours=3),
    ),
    Light(SourceState.THERE, "datatalksclub has it.", NOW - timedelta(hours=2)),
    Light(LakeState.THERE, "95,120 rows.", NOW - timedelta(hours=3)),
    Light(TableState.EQUAL, "as many.", NOW - timedelta(hours=1)),
    Light(ChecksState.PASSED, "All 3 checks passed.", NOW),
    null_share=0.031,
    source_at=NOW - timedelta(days=3),
    published_at=NOW - timedelta(hours=1),
    run_id="0123456789abcdef",
)


def changed(lights: MonthLights, **fields: object) -> MonthLights:
    """The same month with other facts of its coverage."""
    return replace(lights, covered=replace(lights.covered, **fields))  # type: ignore[arg-type]


IN_LAKE = changed(PUBLISHED, warehouse_rows=None, state=CoverageState.IN_LAKE, reason="Not loaded yet.")
BROKEN = changed(PUBLISHED, lake_rows=None, source=None, state=CoverageState.BROKEN, reason="It is cut.")


def years(lights: Sequence[MonthLights], choice: MatrixChoice | None = None) -> list[str]:
    return [row.label for row in present_matrix(lights, "green", choice or MatrixChoice(), NOW).years]


def test_an_untouched_lake_is_empty_and_calm() -> None:
    view = present_coverage([MISSING])
    assert view.is_empty
    assert view.attention == []


def test_a_cell_says_everything_and_a_click_chooses_it() -> None:
    cell = present_matrix([PUBLISHED], "green", MatrixChoice(), NOW).years[0].cells[9]
    assert cell is not None
    assert (cell.value, cell.short, cell.look.word) == ("95,120", "95 k", "published")
    assert "95,120 rows in the lake = 95,120 in the warehouse; from datatalksclub; 3 h ago" in cell.says
    assert "source ✓ has it: datatalksclub has it. (2 h ago)" in cell.says
    assert [lamp.look.symbol for lamp in cell.lamps] == ["✓"] * 4
    assert (cell.href, cell.chosen) == ("./?dataset=green&months=2020-10", False)
    again = present_matrix([PUBLISHED], "green", MatrixChoice(chosen=(OCTOBER,)), NOW).years[0].cells[9]
    assert again is not None and (again.href, again.chosen) == ("./?dataset=green", True)


def test_runs_are_laid_over_what_is_there_and_never_hide_it() -> None:
    for state, word in (("running", "running"), ("failed", "failed")):
        attempt = Attempt("green", OCTOBER, "r", state, NOW)
        choice = MatrixChoice(attempts={("green", OCTOBER): attempt})
        cell = present_matrix([MISSING], "green", choice, NOW).years[0].cells[9]
        assert cell is not None and cell.over is not None
        assert (cell.look.word, cell.over.word) == ("missing", word)
    whole = present_matrix([PUBLISHED], "green", choice, NOW).years[0].cells[9]
    assert whole is not None and whole.over is None  # what is there is whole, whatever the last run did


def test_the_worst_comes_first_and_each_leads_to_its_cure() -> None:
    red = replace(
        changed(PUBLISHED, month=Month(2020, 11)), checks=Light(ChecksState.FAILED, "1 failed: rows.", NOW)
    )
    moved = replace(
        changed(PUBLISHED, month=Month(2020, 12)), source=Light(SourceState.CHANGED, "Other size.")
    )
    found = present_attention([IN_LAKE, changed(BROKEN, dataset="yellow"), PUBLISHED, red, moved])
    assert [(n.title, n.detail) for n in found] == [
        ("yellow · 1 month broken: 2020-10", "It is cut."),
        ("green · 1 month check failed: 2020-11", "1 failed: rows."),
        ("green · 1 month source changed: 2020-12", "Other size."),
        ("green · 1 month in lake: 2020-10", "Not loaded yet."),
    ]
    assert [n.link.href for n in found if n.link] == [
        "ingest?dataset=yellow&mode=repair&months=2020-10",
        "checks?dataset=green&month=2020-11",
        "ingest?dataset=green&mode=repair&months=2020-12",
        "ingest?dataset=green&mode=repair&months=2020-10",
    ]


def test_years_with_nothing_fold_unless_every_year_is_wanted() -> None:
    months = [changed(MISSING, month=m) for m in month_range(Month(2018, 1), Month(2023, 12))]
    lights = [PUBLISHED if m.covered.month == OCTOBER else m for m in months]
    folded = present_matrix(lights, "green", MatrixChoice(), NOW).years
    assert [row.label for row in folded] == ["2021–23", "2020", "2018–19"]
    assert folded[0].folded == "○ 36 missing" and folded[0].months.startswith("2021-01,2021-02")
    assert len(years(lights, MatrixChoice(fold=False))) == 6
    assert len(years(months)) == 6  # nothing there at all: show what could be
    assert years(months, MatrixChoice(fold_all=True)) == ["2018–23"]


def test_totals_say_when_lake_and_tables_differ_and_checks_fail() -> None:
    facts = {f.label: f for f in present_facts([PUBLISHED, IN_LAKE])}
    assert facts["Rows in the lake"].value == "190,240"
    assert facts["Rows in the lake"].note == "≠ 95,120 more than the tables"
    assert facts["Needs attention"].value == "1"
    assert facts["Checks passed"].note == "of 1 loaded month"
    warned = replace(PUBLISHED, checks=Light(ChecksState.WARNED, "Warned: fares."))
    assert present_checked([warned]).note == "of 1 loaded month, 1 with warnings"
    red = replace(PUBLISHED, checks=Light(ChecksState.FAILED, "1 failed."))
    assert {f.label: f for f in present_facts([red])}["Checks passed"].tone == "bad"


def test_newest_months_and_lags_are_said() -> None:
    offered = changed(MISSING, month=Month(2020, 12))
    view = present_matrix([PUBLISHED, offered], "green", MatrixChoice(), NOW)
    assert view.newest == "Newest: source 2020-12 → lake 2020-10, 2 months behind → table 2020-10."


@pytest.mark.parametrize(
    ("by", "value", "step"),
    [("rows", "95,120", 5), ("bytes", "1.9 MB", 5), ("nulls", "3.1 %", 2), ("lag", "3 d", 2)],
)
def test_a_quantity_colours_on_five_steps_with_its_value(by: str, value: str, step: int) -> None:
    view = present_matrix(
        [PUBLISHED, changed(MISSING, month=Month(2020, 9))], "green", MatrixChoice(ColourBy(by)), NOW
    )
    cell, empty = view.years[0].cells[9], view.years[0].cells[8]
    assert cell is not None and empty is not None
    assert (cell.value, cell.step, empty.step, len(view.scale)) == (value, step, 0, 5)
    assert cell.href == f"./?dataset=green&by={by}&months=2020-10"
    assert view.legend == []


def test_a_scale_parts_what_lies_between_nothing_and_the_largest() -> None:
    scale = Scale.of([PUBLISHED], ColourBy.ROWS)
    assert [scale.find_step(v) for v in (None, 0, 19_024, 19_025, 95_120)] == [0, 1, 1, 2, 5]
    assert scale.list_words()[0] == "up to 19 k"


def test_one_chosen_month_is_shown_in_full_with_its_links() -> None:
    view = present_chosen([PUBLISHED], "green", MatrixChoice(chosen=(OCTOBER,)), NOW)
    assert view is not None and len(view.lamps) == 4
    assert {link.label: link.href for link in view.links} == {
        "Object": "lake?object=data%2Fgreen%2Fgreen_tripdata_2020-10.parquet",
        "Table": "warehouse?table=green",
        "Run 01234567": "runs?run=0123456789abcdef",
        "Checks": "checks?dataset=green&month=2020-10",
    }
    assert view.plan.href == "ingest?dataset=green&months=2020-10"
    assert any("source → lake 3 d" in fact for fact in view.facts)


def test_several_chosen_months_are_summed_and_planned_together() -> None:
    choice = MatrixChoice(chosen=(OCTOBER, Month(2020, 11)))
    view = present_chosen([PUBLISHED, changed(MISSING, month=Month(2020, 11))], "green", choice, NOW)
    assert view is not None
    assert view.facts[0] == "1 published, 1 missing"
    assert (view.plan.label, view.plan.href) == (
        "Plan 2 months",
        "ingest?dataset=green&months=2020-10,2020-11",
    )
    broken = present_chosen([BROKEN], "green", MatrixChoice(chosen=(OCTOBER,)), NOW)
    assert broken is not None and "mode=repair" in broken.plan.href
    assert present_chosen([PUBLISHED], "green", MatrixChoice(chosen=(Month(1 + 2020, 1),)), NOW) is None


def test_every_state_has_a_look() -> None:
    assert (set(SOURCE), set(LAKE), set(TABLE), set(CHECKS)) == (
        set(SourceState),
        set(LakeState),
        set(TableState),
        set(ChecksState),
    )


def test_short_counts_and_spans() -> None:
    assert [format_short_count(n) for n in (0, 950, 2_449, 95_120, 1_369_765, 3_690_000_000)] == [
        "0", "950", "2.4 k", "95 k", "1.4 M", "3.7 G",
    ]  # fmt: skip
    assert [format_span(s) for s in (40, 720, 18_000, 3_542_400, 126_230_400)] == [
        "40 s",
        "12 min",
        "5 h",
        "41 d",
        "4 y",
    ]


# --- the page


def test_all_datasets_at_a_glance_lead_to_one(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home))
    for name in ("yellow", "green", "fhv", "fhvhv"):
        assert f'<section aria-label="{name}">' in drawn
    assert 'href="./?dataset=green&amp;months=2024-01"' in drawn
    assert "Newest: source" in drawn


@pytest.mark.parametrize(
    ("by", "words"), [("rows", "largest month"), ("nulls", "share of nulls"), ("lag", "to the table")]
)
def test_the_mode_is_in_the_url(by: str, words: str, filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, dataset="green", by=by)
    drawn = html_of(app)
    assert words in drawn and 'class="ls-step step-5"' in drawn
    assert app.query_params["by"] == by


def test_months_of_the_url_are_chosen_and_forgotten_with_the_dataset(
    filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, dataset="green", months="2024-01,2024-03,nonsense")
    drawn = html_of(app)
    assert drawn.count('role="checkbox" aria-checked="true"') == 2
    assert (
        "Plan 2 months" in drawn
        and "ingest?dataset=green&amp;mode=repair&amp;months=2024-01,2024-03" in drawn
    )
    app.button_group(key="choice_dataset").set_value("yellow").run()
    assert "months" not in app.query_params
    assert 'aria-label="Chosen months"' not in html_of(app)


def test_one_chosen_month_tells_its_lights(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, dataset="green", months="2024-03"))
    assert "No rows in the table." in drawn
    assert "lake?object=data%2Fgreen%2Fgreen_tripdata_2024-03.parquet" in drawn
