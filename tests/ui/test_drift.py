"""The schemas page: what the matrix marks, in words too, and the states of the page."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakeside.datasets import get_dataset
from lakeside.lake.lake import Lake
from lakeside.lake.schema_groups import group_objects
from lakeside.lake.schemas import SchemaMatrix, Verdict, compare_objects, compare_schemas
from lakeside.month import Month, month_range
from lakeside.settings import Settings
from tests.archive import write_month
from tests.swamp import fill_swamp
from tests.ui.conftest import OpenPage, html_of
from ui.presenters.drift_presenter import ALL, DRIFTING, present_drift, shorten_type

MONTHS = month_range(Month(2009, 1), Month(2019, 1))  # 121


@pytest.fixture(scope="module")
def archive_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("archive")
    folder = home / "lake" / "data" / "yellow"
    folder.mkdir(parents=True)
    for month in MONTHS:
        write_month(folder, month)
    (folder / "yellow_tripdata_2012-02.parquet").write_bytes(b"PAR1 cut")
    fill_swamp(home / "lake" / "swamp")
    return home


@pytest.fixture(scope="module")
def matrix(archive_home: Path) -> SchemaMatrix:
    return compare_schemas(Lake.open(Settings(home=archive_home)), get_dataset("yellow"))


def test_the_archive_months_are_marked(matrix: SchemaMatrix) -> None:
    view = present_drift(matrix)
    assert len(view.heads) == 121
    rows = {row.name: row for row in view.rows}
    passengers = rows["passenger_count"].cells
    marked = {matrix.objects[at].label: cell.change.word for at, cell in enumerate(passengers) if cell.change}
    assert marked == {
        "2010-01": "name",
        "2014-01": "name",
        "2015-01": "name",
        "2017-01": "type",
        "2018-01": "type",
    }
    assert passengers[0].href == ("lake?object=data%2Fyellow%2Fyellow_tripdata_2009-01.parquet&tab=schema")
    assert "in 2016-12 passenger_count is int64" in passengers[12 * 8].title
    surcharge = rows["congestion_surcharge"]
    assert surcharge.seen == "2018-06 … 2019-01"
    assert [c.change.word for c in surcharge.cells if c.change] == ["new"]
    assert all("Trip_Pickup" not in name and name != "pickup_datetime" for name in rows)
    unreadable = next(head for head in view.heads if head.year == "2012" and head.label == "02")
    assert unreadable.verdict.word == "unreadable"
    assert "passenger_count is 'int64' until 2016-12 and 'double' from 2017-01 on." in view.changes
    assert "passenger_count is written 'Passenger_Count' until 2009-12 and " in "".join(view.changes)


def test_a_known_alias_is_the_same_column_renamed(matrix: SchemaMatrix) -> None:
    view = present_drift(matrix)
    (row,) = [row for row in view.rows if "pickup" in row.name]
    assert (row.name, row.note, row.seen) == ("tpep_pickup_datetime", "DATETIME", "")
    words = {matrix.objects[at].label: cell.change.word for at, cell in enumerate(row.cells) if cell.change}
    assert words == {"2010-01": "renamed", "2015-01": "renamed"}
    cell = row.cells[12]
    assert cell.change and "known alias" in cell.change.meaning
    assert cell.title.startswith(
        "2010-01: pickup_datetime is timestamp[us]; in 2009-12 Trip_Pickup_DateTime is"
    )
    assert (
        "tpep_pickup_datetime is called 'Trip_Pickup_DateTime' until 2009-12 and 'pickup_datetime' from "
        "2010-01 on: renamed (known alias)."
    ) in view.changes


def test_the_verdict_names_the_alias() -> None:
    lake, dataset = Lake.open(Settings(lake_url="memory://aliases")), get_dataset("yellow")
    empty = dataset.arrow_schema().empty_table()
    old = [
        {"VendorID": "vendor_name", "tpep_pickup_datetime": "Trip_Pickup_DateTime"}.get(n, n)
        for n in empty.column_names
    ]
    for month, names in (("2009-12", old), ("2010-01", empty.column_names)):
        with lake.open_writer(f"data/yellow/yellow_tripdata_{month}.parquet") as file:
            pq.write_table(empty.rename_columns(names), file)
    before, after = compare_schemas(lake, dataset).objects
    assert (before.verdict, after.verdict) == (Verdict.CONFORM_FIRST, Verdict.APPENDS)
    assert list(before.reasons) == [
        "'vendor_name' is VendorID in the table (a known alias).",
        "'Trip_Pickup_DateTime' is tpep_pickup_datetime in the table (a known alias).",
    ]


def test_an_unreadable_month_marks_no_column(matrix: SchemaMatrix) -> None:
    at = next(n for n, one in enumerate(matrix.objects) if one.label == "2012-02")
    assert not any(row.cells[at].change or row.cells[at + 1].change for row in present_drift(matrix).rows)


def test_only_what_drifts(matrix: SchemaMatrix) -> None:
    drifting = [row.name for row in present_drift(matrix, DRIFTING).rows]
    assert len(drifting) == len(present_drift(matrix, ALL).rows)  # all of them do, by the blanks of 2014
    alike = compare_schemas(Lake.open(Settings(lake_url="memory://alike")), get_dataset("yellow"))
    assert present_drift(alike, DRIFTING).rows == []


def test_verdicts_of_neighbours_share_a_line(matrix: SchemaMatrix) -> None:
    names = [row[0].text for row in present_drift(matrix).verdicts.rows]
    assert len(names) < 12
    assert names[0] == "2009-01 to 2012-01 (37 objects)"


def test_a_folder_of_strangers(archive_home: Path) -> None:
    lake = Lake.open(Settings(home=archive_home))
    groups = group_objects(lake.list_objects().objects)
    assert [group.name for group in groups] == ["yellow", "swamp/"]
    view = present_drift(compare_objects(lake, groups[1]))
    assert "Drawn are the first" in view.cut  # of 5,000 columns and more
    assert {head.verdict.word for head in view.heads} == {"same", "differs", "unreadable"}
    assert "(no name)" in {row.name for row in view.rows}


def test_short_types() -> None:
    assert shorten_type("timestamp[us]") == "ts[us]"
    assert shorten_type("dictionary<values=string, indices=int32, ordered=0>") == "dict<string>"[:10] + "…"
    assert shorten_type("list<element: int64>") == "list<int64>"


def test_the_page(archive_home: Path, open_page: OpenPage) -> None:
    app = open_page(archive_home, "schemas", dataset="yellow")
    html = html_of(app)
    assert not app.exception
    assert "Where does it drift?" in html
    assert 'class="changed tone-bad"' in html
    assert "passenger_count is &#x27;int64&#x27; until 2016-12" in html
    folder = html_of(open_page(archive_home, "schemas", dataset="swamp/"))
    assert "Is each like the one before?" in folder
    assert "list&lt;int64&gt;" in folder
    assert "<b>&lt;b&gt;bold&lt;/b&gt;</b>" in folder


def test_the_page_over_an_empty_lake(home: Path, open_page: OpenPage) -> None:
    assert "The lake is empty" in html_of(open_page(home, "schemas"))
