"""Profile, Charts, Map and Use it of an object, in every state."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from tests.builders import write_month, write_object, write_zone_shapes
from tests.ui.conftest import OpenPage, html_of

KEY = data_key("green", Month(2024, 1))
ODD_KEY = "other/odd.parquet"
ROWS = 1500


@pytest.fixture(scope="module")
def charts_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months, an object without anything to draw, and the shapes of three zones."""
    home = tmp_path_factory.mktemp("charts")
    services = open_services(Settings(home=home))
    from lakeside.datasets import get_dataset

    for month in (Month(2024, 1), Month(2024, 2)):
        write_month(services.lake, get_dataset("green"), month, ROWS)
    write_object(services.lake, ODD_KEY, pa.table({"parts": [[1], None], "raw": [b"a", b"b"]}), None)
    write_zone_shapes(services.lake)
    return home


def charts_of(app: AppTest) -> list[str]:
    """The words beside each chart."""
    return [str(chart.proto.alt) for chart in app.get("vega_lite_chart")]


def cells_of(drawn: str, column: str) -> list[str]:
    line = re.search(rf">{column}</a></th>(.*?)</tr>", drawn)
    assert line is not None
    return [re.sub(r"<[^>]+>", "|", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", line[1])]


def test_the_profile_begins_with_the_footer_and_says_so(charts_home: Path, open_page: OpenPage) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="profile")
    drawn = html_of(app)
    assert "What the footer says: no row was read." in drawn
    assert cells_of(drawn, "VendorID")[0:2] == ["int64", "0|footer|"]
    assert "exact" not in drawn and "Median" not in drawn
    assert charts_of(app) == []


def test_measured_figures_say_what_they_rest_on(charts_home: Path, open_page: OpenPage) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="profile")
    next(b for b in app.button if b.label == "Measure all columns").click().run()
    drawn = html_of(app)
    assert app.query_params["measure"] == "all"
    cells = cells_of(drawn, "fare_amount")
    assert cells[1] == "0|exact|" and cells[3].endswith("|estimate, all rows|")
    assert 'role="img" aria-label="Histogram of fare_amount' in drawn
    assert "measured in" in drawn


@pytest.mark.parametrize(
    ("column", "condition"), [("fare_amount", "fare_amount+%3E%3D+"), ("payment_type", "payment_type+%3D+1")]
)
def test_each_bar_of_a_column_leads_to_its_rows(
    column: str, condition: str, charts_home: Path, open_page: OpenPage
) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="profile", column=column)
    drawn = html_of(app)
    assert condition in drawn and "tab=rows" in drawn
    (words,) = charts_of(app)
    assert column in words and "rows." in words
    assert "Rests on all rows (exact)." in drawn


def test_a_column_without_bars_says_what_there_is(charts_home: Path, open_page: OpenPage) -> None:
    app = open_page(charts_home, "lake", object=ODD_KEY, tab="profile", column="parts")
    drawn = html_of(app)
    assert "The rows where it is null" in drawn
    assert charts_of(app) == []
    assert not app.exception


def test_charts_begin_with_rows_by_the_hour_and_say_what_they_rest_on(
    charts_home: Path, open_page: OpenPage
) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="charts")
    (words,) = charts_of(app)
    assert words.startswith("rows by hour of the day of lpep_pickup_datetime of green 2024-01, 24 marks")
    drawn = html_of(app)
    assert "Exact: rests on all 1,500 rows" in drawn and "At most 1,000 marks" in drawn
    assert "Mean fare_amount by trip_distance" in drawn
    labels = [b.label for b in app.get("download_button")]
    assert labels == ["Download PNG", "Download SVG", "Download CSV"]


def test_the_url_chooses_the_chart_and_follows_it(charts_home: Path, open_page: OpenPage) -> None:
    chosen = {"x": "trip_distance", "y": "fare_amount", "agg": "median", "where": "trip_distance < 5"}
    app = open_page(charts_home, "lake", object=KEY, tab="charts", **chosen)
    (words,) = charts_of(app)
    assert words.startswith("median (estimate) of fare_amount by trip_distance of green 2024-01")
    app.selectbox(key="choice_x").set_value("PULocationID").run()
    app.selectbox(key="choice_split").set_value("payment_type").run()
    assert [app.query_params[name] for name in ("x", "split")] == ["PULocationID", "payment_type"]
    drawn = html_of(app)
    assert "where=%28trip_distance+%3C+5%29+AND+PULocationID+%3D+" in drawn


def test_several_months_are_split_by_month(charts_home: Path, open_page: OpenPage) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="charts", months="2024-02")
    (words,) = charts_of(app)
    assert "of green 2024-01 to 2024-02, 48 marks" in words
    assert "all 3,000 rows of 2 objects" in html_of(app)


@pytest.mark.parametrize("tab", ["charts", "map", "code"])
def test_a_condition_that_cannot_be_read_is_said(tab: str, charts_home: Path, open_page: OpenPage) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab=tab, where="nowhere = 1")
    drawn = html_of(app)
    assert 'role="alert"' in drawn and "There is no column nowhere" in drawn


def test_a_condition_no_row_fits_leaves_nothing_to_draw(charts_home: Path, open_page: OpenPage) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="charts", where="trip_distance < -1")
    assert "There is nothing to draw" in html_of(app)
    assert charts_of(app) == [] and not app.exception


def test_what_cannot_be_drawn_says_why(charts_home: Path, open_page: OpenPage) -> None:
    assert "No column can be drawn" in html_of(open_page(charts_home, "lake", object=ODD_KEY, tab="charts"))
    assert "no column of taxi zones" in html_of(open_page(charts_home, "lake", object=ODD_KEY, tab="map"))


def test_the_map_colours_zones_and_names_those_without_a_shape(
    charts_home: Path, open_page: OpenPage
) -> None:
    app = open_page(charts_home, "lake", object=KEY, tab="map")
    (words,) = charts_of(app)
    assert words.startswith("Map of rows by taxi zone")
    assert "lie in zones without a shape:" in html_of(app)


def test_before_there_are_shapes_zones_are_a_table_with_the_command(
    filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, "lake", object=KEY, tab="map", zone="DOLocationID")
    drawn = html_of(app)
    assert "<code>lakeside ingest zones</code>" in drawn
    assert 'aria-label="Table of rows by taxi zone' in drawn
    assert "where=DOLocationID+%3D+" in drawn
    assert charts_of(app) == []


def test_code_reads_exactly_what_is_selected(charts_home: Path, open_page: OpenPage) -> None:
    chosen = {"columns": "fare_amount,tip_amount", "where": "fare_amount > 10", "page": "2", "rows": "page"}
    app = open_page(charts_home, "lake", object=KEY, tab="code", **chosen)
    assert "2 columns, rows where fare_amount &gt; 10, of these rows 101 to 200." in html_of(app)
    pandas, duck, arrow, load = (block.value for block in app.code)
    assert "columns=['fare_amount', 'tip_amount']" in pandas and "trips.iloc[100:200]" in pandas
    assert 'SELECT "fare_amount", "tip_amount"' in duck and "LIMIT 100 OFFSET 100" in duck
    assert "trips.slice(100, 100)" in arrow
    assert load.startswith("bq load --source_format=PARQUET trips.green_tripdata_2024_01 ")
