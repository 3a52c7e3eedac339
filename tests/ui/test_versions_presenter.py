"""What the page of an object says of its versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from lakeside.coverage import CoverageState
from lakeside.datasets.green import GREEN
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.lake.version_compare import compare_versions
from lakeside.lake.version_facts import describe_versions
from lakeside.month import Month
from lakeside.restoring import RestorePlan
from lakeside.settings import Settings
from tests.builders import write_month, write_object
from tests.ui.conftest import OpenPage, html_of
from ui.presenters.versions_presenter import (
    SHOWN_DIFFERENCES,
    present_difference,
    present_history,
    present_restore,
)
from ui.text import REMOVED

KEY = data_key("green", Month(2024, 1))
NOW = datetime.now(UTC) + timedelta(hours=2, minutes=30)


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake.open(Settings(home=home))


def write_tables(lake: Lake, *tables: pa.Table) -> None:
    for table in tables:
        write_object(lake, KEY, table, None)


def test_the_list_names_the_live_version_and_the_places_of_earlier_ones(lake: Lake) -> None:
    for rows in (10, 20, 30):
        write_month(lake, GREEN, Month(2024, 1), rows)
    view = present_history(describe_versions(lake, KEY), NOW)
    assert list(view.names.values()) == ["live", "earlier 1", "earlier 2"]
    assert [row[1].text for row in view.table.rows] == ["30", "20", "10"]
    assert view.live == lake.get_object(KEY).version
    assert view.labels[view.live] == "live: written 2 h ago, 30 rows"
    lake.remove_object(KEY)
    view = present_history(describe_versions(lake, KEY, 2), NOW)
    assert (view.live, list(view.names.values())) == (None, ["earlier 1", "earlier 2"])
    assert view.retention[0] == "The newest 2 are shown; there are older ones."


def test_a_version_that_cannot_be_read_is_listed_with_the_reason(lake: Lake) -> None:
    write_tables(lake, pa.table({"a": [1]}))
    with lake.open_writer(KEY) as file:
        file.write(b"not parquet")
    view = present_history(describe_versions(lake, KEY), NOW)
    broken = view.table.rows[0][3]
    assert broken.look is not None
    assert "has no parquet footer" in (broken.title or "")


def test_what_differs_is_a_line_a_column_with_sums_people_can_read(lake: Lake) -> None:
    for rows in (10, 20):
        write_month(lake, GREEN, Month(2024, 1), rows)
    after, before = lake.list_versions(KEY).versions
    view = present_difference(compare_versions(lake, before, after))
    assert "27 of 27 columns differ." in view.verdict
    assert "10 rows before, 20 rows after (+10)" in view.summary
    assert view.columns is not None
    titles = [column.title for column in view.columns.columns]
    lines = {row[0].text: {t: c.text for t, c in zip(titles, row, strict=True)} for row in view.columns.rows}
    assert lines["fare_amount"]["Values"] == "10 → 20"
    assert lines["fare_amount"]["Sum"].startswith("$")
    assert lines["lpep_pickup_datetime"]["Sum"] == "differs"
    assert lines["fare_amount"]["By"] == "exact"


def test_differences_of_very_many_columns_are_cut_and_said_so(lake: Lake) -> None:
    wide = {f"c{n}": [n] for n in range(SHOWN_DIFFERENCES + 5)}
    write_tables(lake, pa.table({"a": [1]}), pa.table(wide))
    after, before = lake.list_versions(KEY).versions
    view = present_difference(compare_versions(lake, before, after))
    assert view.columns is not None
    assert len(view.columns.rows) == SHOWN_DIFFERENCES
    assert view.notes[0] == "The first 200 of 206 columns are shown."


def test_equal_footers_are_not_called_equal_content(lake: Lake) -> None:
    write_tables(lake, pa.table({"a": [1, 2, 9]}), pa.table({"a": [1, 3, 9]}))
    after, before = lake.list_versions(KEY).versions
    view = present_difference(compare_versions(lake, before, after))
    assert (view.verdict, view.columns) == ("Nothing differs that the footers tell.", None)
    assert "equal bounds prove little" in view.notes[0]


@pytest.mark.parametrize(
    ("coverage", "reason", "words"),
    [
        (CoverageState.PUBLISHED, "", "The table holds exactly this content."),
        (CoverageState.STALE, "The lake's object changed after it was loaded.", "Load the month"),
        (CoverageState.STALE, "Written under contract version 0; today's is 1.", "contract version 0"),
        (None, "The warehouse does not answer: no.", "does not answer"),
    ],
)
def test_the_question_says_what_becomes_of_the_month(
    coverage: CoverageState | None, reason: str, words: str, lake: Lake
) -> None:
    write_month(lake, GREEN, Month(2024, 1), 10)
    found = lake.get_object(KEY)
    plan = RestorePlan(found, found, 10, None, False, coverage, reason)
    told = " ".join(present_restore(plan))
    assert words in told
    assert "Nothing is deleted" in told
    assert "will be there again" in " ".join(
        present_restore(RestorePlan(found, None, 10, None, False, None, ""))
    )


@pytest.fixture
def versions_page(lake: Lake, home: Path, open_page: OpenPage) -> Iterator[AppTest]:
    for rows in (10, 20):
        write_month(lake, GREEN, Month(2024, 1), rows)
    yield open_page(home, "lake", object=KEY, tab="versions")


def test_a_version_is_compared_and_restored_after_a_question(versions_page: AppTest, lake: Lake) -> None:
    drawn = html_of(versions_page)
    assert "10 rows before, 20 rows after" in drawn
    assert "earlier versions of each object are kept" in drawn
    button = next(b for b in versions_page.button if b.label == "Restore earlier 1")
    app = button.click().run()
    assert lake.read_footer(KEY).rows == 20  # nothing happens before the answer
    assert "The month will then be: in lake." in html_of(app)
    next(b for b in app.button if b.label == "Yes, restore it").click().run()
    assert lake.read_footer(KEY).rows == 10
    assert len(lake.list_versions(KEY).earlier) == 2


def test_the_live_version_needs_no_restoring(versions_page: AppTest, lake: Lake) -> None:
    live = lake.get_object(KEY).version
    app = versions_page.selectbox(key="choice_old").set_value(live).run()
    assert app.query_params["old"] == live
    assert next(b for b in app.button if b.label == "Restore live").disabled


def test_a_removed_object_is_brought_back_on_its_page(
    versions_page: AppTest, lake: Lake, home: Path, open_page: OpenPage
) -> None:
    lake.remove_object(KEY)
    app = open_page(home, "lake", object=KEY)
    assert REMOVED in html_of(app)
    app = next(b for b in app.button if b.label == "Restore earlier 1").click().run()
    assert "it will be there again" in html_of(app)
    app = next(b for b in app.button if b.label == "Yes, restore it").click().run()
    assert lake.read_footer(KEY).rows == 20
    assert REMOVED not in html_of(app)


def test_an_object_without_earlier_versions_says_so(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "lake", object=KEY, tab="versions"))
    assert "No earlier version is kept" in drawn
