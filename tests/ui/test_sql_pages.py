"""The two SQL pages in every state: filled, refused, dear, running, cancelled, done, truncated, empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lakeside.queries.session import QuerySession
from tests.ui.conftest import SAMPLE_ROWS, OpenPage, html_of
from ui import text

SECONDS = 120
COUNT = "SELECT source_month, COUNT(*) AS trips FROM green GROUP BY source_month ORDER BY source_month"
SUM = "SELECT SUM(fare_amount) AS s FROM green"
ENDLESS = """SELECT COUNT(*) AS n FROM green a, green b, green c, green d
    WHERE a.extra + b.extra > c.extra + d.extra"""
PLACES = {"query": "lake", "sql": "warehouse"}
BOTH = pytest.mark.parametrize("url_path", list(PLACES))


def click_run(app: AppTest) -> AppTest:
    return app.button(key="run-query").click().run()


def session_of(app: AppTest, url_path: str) -> QuerySession:
    found: QuerySession = app.session_state[f"query_session_{PLACES[url_path]}"]
    return found


def finish(app: AppTest, url_path: str) -> AppTest:
    """Wait for the query that was started, then look again."""
    running = session_of(app, url_path).running
    assert running is not None
    assert running.wait(SECONDS)
    return app.run()


@BOTH
def test_a_link_fills_the_editor_and_runs_nothing(
    url_path: str, filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, url_path, sql=COUNT)
    assert app.text_area[0].value == COUNT
    assert session_of(app, url_path).running is None
    assert "Nothing was run yet" in html_of(app)
    assert [b.label for b in app.button if b.proto.type == "primary"] == [text.RUN_QUERY]


@BOTH
def test_run_shows_rows_with_their_types(url_path: str, filled_home: Path, open_page: OpenPage) -> None:
    app = finish(click_run(open_page(filled_home, url_path, sql=COUNT)), url_path)
    rows = app.dataframe[0].value
    assert list(rows["trips"]) == [SAMPLE_ROWS] * (3 if url_path == "query" else 2)
    assert str(rows["source_month"].iloc[0]) == "2024-01-01"
    assert "rows in" in html_of(app)
    assert "Truncated" not in html_of(app)


def test_the_warehouse_says_bytes_price_and_what_is_left(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "sql", sql=SUM))
    for words in ("24.0 kB", "sizes of the columns", "10.5 MB at $6.25/TiB", "1.0 GB", "10.0 GB", "green"):
        assert words in drawn


def test_the_lake_says_how_many_objects(filled_home: Path, open_page: OpenPage) -> None:
    sql = "SELECT COUNT(*) AS n FROM green WHERE source_month = '2024-02-01'"
    drawn = html_of(open_page(filled_home, "query", sql=sql))
    assert "1 of 3 objects" in drawn


REFUSED = {
    "DROP TABLE green": "DROP is not a SELECT",
    "SELECT 1; SELECT 2": "2 statements were given",
    "SELECT fooo\nFROM green": "line 1, column 8",
    "SELECT * FROM read_csv('/etc/passwd')": "READ_CSV",
    "SELECT 1 FROM gren": "Did you mean green?",
}


@BOTH
def test_what_cannot_be_run_is_refused_with_its_place(
    url_path: str, filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, url_path)
    for sql, words in REFUSED.items():
        app.text_area[0].set_value(sql)
        drawn = html_of(click_run(app))
        assert 'role="alert"' in drawn
        assert words in drawn
        assert session_of(app, url_path).running is None
    app.text_area[0].set_value("SELECT VendorID,\n  fooo\nFROM green").run()
    assert "<mark>f</mark>ooo" in html_of(app)


def test_more_than_one_query_may_bill_is_refused(
    filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED", "0.005")
    app = click_run(open_page(filled_home, "sql", sql=SUM))
    assert "More than a limit allows" in html_of(app)
    assert "10.5 MB of green, 5.0 MB are allowed" in html_of(app)
    assert session_of(app, "sql").running is None


def test_a_spent_budget_refuses(
    filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKESIDE_WAREHOUSE__SESSION_GIGABYTES_BILLED", "0.012")
    app = finish(click_run(open_page(filled_home, "sql", sql=SUM)), "sql")
    assert "1.5 MB" in html_of(app)
    drawn = html_of(click_run(app))
    assert "of this session" in drawn
    assert "LAKESIDE_WAREHOUSE__SESSION_GIGABYTES_BILLED" in drawn


@BOTH
def test_a_long_query_can_be_cancelled(
    url_path: str, filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKESIDE_LIMITS__QUERY_SECONDS", "600")
    app = click_run(open_page(filled_home, url_path, sql=ENDLESS))
    assert app.button(key="run-query").disabled
    assert "of at most 10 min 00 s" in html_of(app)
    app.button(key="cancel-query").click().run()
    drawn = html_of(finish(app, url_path))
    assert "The query was cancelled." in drawn
    assert not app.button(key="run-query").disabled


def test_rows_beyond_the_limit_are_said(
    filled_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAKESIDE_LIMITS__QUERY_ROWS", "7")
    app = finish(click_run(open_page(filled_home, "sql", sql="SELECT * FROM green")), "sql")
    assert len(app.dataframe[0].value) == 7
    assert "Truncated: these are the first 7 rows" in html_of(app)


def test_a_query_of_the_history_runs_again(filled_home: Path, open_page: OpenPage) -> None:
    app = finish(click_run(open_page(filled_home, "sql", sql=SUM)), "sql")
    app.text_area[0].set_value(COUNT).run()
    app = finish(click_run(app), "sql")
    app.button(key="open-1").click().run()
    assert app.text_area[0].value == SUM
    assert app.query_params["sql"] == SUM
    app = finish(app.button(key="again-2").click().run(), "sql")
    assert app.text_area[0].value == COUNT
    assert [a.sql for a in session_of(app, "sql").history] == [COUNT, COUNT, SUM]


def test_a_result_is_drawn_and_can_be_taken_along(filled_home: Path, open_page: OpenPage) -> None:
    app = finish(click_run(open_page(filled_home, "query", sql=COUNT, part="chart")), "query")
    assert text.UNEXPECTED not in html_of(app)
    assert app.selectbox(key="choice_x").value == "source_month"
    assert app.selectbox(key="choice_y").value == "trips"
    app.button_group(key="choice_part").set_value("download").run()
    assert "an apostrophe before it" in html_of(app)


def test_an_example_fills_the_editor(filled_home: Path, open_page: OpenPage) -> None:
    app = open_page(filled_home, "query", sql=COUNT)
    app.button(key="example-1").click().run()
    assert "EXTRACT(HOUR FROM lpep_pickup_datetime)" in app.text_area[0].value
    assert session_of(app, "query").running is None


@BOTH
def test_without_a_table_the_page_says_what_to_do(url_path: str, home: Path, open_page: OpenPage) -> None:
    app = open_page(home, url_path)
    assert app.text_area[0].value == ""
    assert app.button(key="run-query").disabled
    assert text.NO_TABLES in html_of(app)


def test_a_link_with_what_nobody_sees_reads_as_it_runs(filled_home: Path, open_page: OpenPage) -> None:
    """The text of a stranger's link shows what it is, and still means the same between quotes."""
    app = open_page(filled_home, "sql", sql="SELECT 'nimda\u202e' AS who /* \u2066 */ FROM `gr\u200been`")
    assert app.text_area[0].value == r"SELECT 'nimda\u202e' AS who /* \u2066 */ FROM `gr\u200been`"
