"""The warehouse page: every table and view, a tab at a time, and the models."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.warehouse.column_queries import Bar, Bars
from lakeside.warehouse.protocol import QueryLimits, TableInfo, TablePage
from lakeside.warehouse.table_profile import TableColumn, profile_table_column
from tests.ui.conftest import SAMPLE_ROWS, OpenPage, html_of
from ui import text
from ui.presenters.sample_queries import list_samples
from ui.presenters.table_presenter import count_pages, present_column, present_page, present_tables

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GREEN = TableInfo("green", 250, 1_000_000, NOW, "Green trips", (("source_month", "DATE", ""),))
VIEW = TableInfo(
    "daily",
    None,
    None,
    None,
    "Per day (model 0123456789ab, made 2026-11-22T07:00:00+00:00)",
    (),
    is_view=True,
    definition="SELECT 1",
)


@pytest.fixture(scope="session")
def modelled_home(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the filled home that may be changed, with a table that somebody else made."""
    home = tmp_path_factory.mktemp("modelled") / "home"
    shutil.copytree(filled_home, home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE trips.weather AS SELECT DATE '2024-01-01' + CAST(i AS INTEGER) AS day, "
            "i / 2 AS degrees, {'a': i} AS nested FROM range(300) t(i)"
        )
    return home


def test_tables_and_views_are_told_apart() -> None:
    table = present_tables([GREEN, VIEW], [("green", Month(2020, 10))], "green", NOW)
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts == [
        ["▸ green", "table", "250", "1.0 MB", "1", "just now", "Green trips"],
        ["daily", "view", "—", "—", "—", "1 h ago", "Per day"],
    ]
    assert table.rows[1][0].href == "warehouse?table=daily"


def test_pages_and_costs_are_said() -> None:
    assert (count_pages(GREEN), count_pages(VIEW)) == (3, None)
    rows = pa.table({"a": range(50)})
    assert present_page(TablePage(rows, 200, False, 0.1), 250) == (
        "Rows 201 to 250 of 250 rows, in 0.1 s, free of charge."
    )
    view = present_page(TablePage(rows, 0, True, 0.1, is_free=False), None)
    assert view == "Rows 1 to 50, more follow, in 0.1 s, read by a query within the limits."
    assert present_page(TablePage(rows.slice(0, 0), 0, False, 0.1), 0) == "No rows."


def test_samples_fit_the_columns_and_open_in_sql() -> None:
    columns = tuple((name, "INT64", "") for name in ("source_month", "PULocationID", "fare_amount"))
    table = TableInfo("green", 1, None, None, "", columns)
    questions = [sample.question for sample in list_samples(table, ["green", "zones"])]
    assert questions == ["What is in it?", "How many rows has each month?", "Where do most trips begin?"]
    assert len(list_samples(table, ["green"])) == 2
    first = list_samples(table, [])[0]
    assert first.href == "sql?sql=SELECT+%2A%0AFROM+%60green%60%0ALIMIT+100"


@pytest.mark.parametrize(
    ("kind", "bar", "where"),
    [
        ("STRING", Bar(3, value="it's"), "WHERE+%60c%60+%3D+%27it%5C%27s%27"),
        ("INT64", Bar(3, value=7), "WHERE+%60c%60+%3D+7"),
        ("FLOAT64", Bar(3, low=0.5, high=1.0), "WHERE+%60c%60+%3E%3D+0.5+AND+%60c%60+%3C%3D+1.0"),
        ("DATE", Bar(3, value="2024-01"), None),
    ],
)
def test_a_bar_leads_to_the_query_for_its_rows(kind: str, bar: Bar, where: str | None) -> None:
    found = TableColumn("green", "c", kind, 10, 1, 4, bars=Bars("top", [bar], others=6))
    view = present_column(found)
    assert view.bars is not None and view.bars.note == "Not shown: 6 rows with other values."
    href = view.bars.bars[0].href
    assert (href is None) if where is None else (href is not None and where in href)


def test_the_page_lists_every_table_with_what_it_holds(modelled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(modelled_home, "warehouse", table="weather", tab="columns"))
    for name in ("green", "yellow", "weather", "lakeside_loads"):
        assert f"warehouse?table={name}" in drawn
    assert "degrees" in drawn and "nested" in drawn
    assert "warehouse?table=weather&amp;tab=profile&amp;column=degrees" in drawn


@pytest.mark.parametrize(
    ("table", "tab", "column", "words"),
    [
        ("green", "profile", "fare_amount", "≈"),
        ("weather", "profile", "day", "2024-10-26"),
        ("weather", "profile", "nested", "300"),
        ("weather", "queries", "", "sql?sql=SELECT"),
        ("green", "months", "", f"Lake {3 * SAMPLE_ROWS:,} rows ≠ {2 * SAMPLE_ROWS:,} rows in the table"),
    ],
)
def test_the_url_opens_a_tab(
    table: str, tab: str, column: str, words: str, modelled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(modelled_home, "warehouse", table=table, tab=tab, column=column)
    drawn = html_of(app)
    assert words in drawn
    assert text.UNEXPECTED not in drawn


def test_rows_come_by_page(modelled_home: Path, open_page: OpenPage) -> None:
    app = open_page(modelled_home, "warehouse", table="weather", tab="rows", page="3")
    assert len(app.dataframe[0].value) == 100
    assert "Rows 201 to 300 of 300 rows" in html_of(app)


def test_models_are_applied_from_the_page(modelled_home: Path, open_page: OpenPage) -> None:
    app = open_page(modelled_home, "warehouse", table="green")
    assert html_of(app).count("not applied") >= 3
    next(b for b in app.button if b.label == f"{text.APPLY_MODELS} (3)").click().run()
    drawn = html_of(app)
    assert "warehouse?table=hourly_demand" in drawn
    assert next(b for b in app.button if b.label.startswith(text.APPLY_MODELS)).disabled
    app.toggle(key="check_models").set_value(True).run()
    drawn = html_of(app)
    assert f"{3 * SAMPLE_ROWS:,} found, {3 * SAMPLE_ROWS:,} expected." in drawn
    assert "zones_named" in drawn  # red, because no zones are loaded here


def test_a_columns_profile_is_exact_in_what_it_counts(modelled_home: Path) -> None:
    warehouse = open_services(Settings(home=modelled_home)).warehouse
    table = next(t for t in warehouse.list_tables() if t.name == "weather")
    found = profile_table_column(warehouse, table, "degrees", QueryLimits(100, 30, 10**9))
    assert (found.rows, found.nulls, found.low, found.high, found.mean) == (300, 0, 0.0, 149.5, 74.75)
    assert found.bars is not None and found.bars.kind == "histogram"
    assert sum(bar.count for bar in found.bars.bars) + found.bars.below + found.bars.above == 300
