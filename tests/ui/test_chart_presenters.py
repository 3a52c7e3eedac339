"""Charts, profiles and maps as people read them, and as pictures to take along."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from lakeside.charts.marks import Mark, Marks
from lakeside.charts.spec import Aggregate, ChartSpec, Grain
from lakeside.lake.where.parse import parse_condition
from lakeside.settings import LimitSettings
from lakeside.warehouse.lake_chart import Chart
from lakeside.warehouse.lake_profile import Basis
from ui.access.charts import load_picture
from ui.components.chart_picture import write_vega_lite
from ui.presenters.chart_presenter import Shape, present_chart, write_csv
from ui.presenters.map_presenter import present_map

SCHEMA = pa.schema(
    [("at", pa.timestamp("us")), ("miles", pa.float64()), ("kind", pa.string()), ("zone", pa.int64())]
)
OCTOBER = datetime.fromisoformat("2020-10-01T00:00:00")


def make_chart(
    spec: ChartSpec, *marks: Mark, left_out: tuple[int, ...] = (0,) * 5, **changes: object
) -> Chart:
    null, outside, cut, values, splits = left_out
    drawn = Marks(marks, sum(m.rows for m in marks), null, outside, cut, values, splits, False)
    fields: dict[str, object] = {
        "spec": spec,
        "schema": SCHEMA,
        "marks": drawn,
        "basis": Basis.EXACT,
        "objects": 1,
        "rows_read": 100,
        "rows_total": 100,
        "bytes_read": 5_000,
        "elapsed_seconds": 0.2,
        "limits": LimitSettings(),
    }
    return Chart(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "mark", "label", "where"),
    [
        (ChartSpec("at", Grain.HOUR_OF_DAY), Mark(7, None, 5, 5), "07", None),
        (ChartSpec("at", Grain.WEEKDAY), Mark(1, None, 5, 5), "Monday", None),
        (
            ChartSpec("at", Grain.MONTH, where="miles > 1 OR miles = 0"),
            Mark(OCTOBER.replace(month=12), None, 5, 5),
            "2020-12",
            "(miles > 1 OR miles = 0) AND `at` >= '2020-12-01 00:00:00' AND `at` < '2021-01-01 00:00:00'",
        ),
        (
            ChartSpec("miles", Grain.BINS, split="kind"),
            Mark(0.0, None, 5, 5, 2.5),
            "0 to 2.50",
            "miles >= 0.0 AND miles < 2.5 AND kind IS NULL",
        ),
        (ChartSpec("kind", Grain.VALUES), Mark("it's", None, 5, 5), "it's", "kind = 'it\\'s'"),
        (ChartSpec("kind", Grain.VALUES), Mark("", None, 5, 5), "(empty text)", "kind = ''"),
        (ChartSpec("zone", Grain.VALUES), Mark(1265, None, 5, 5), "1265", "zone = 1265"),
    ],
)
def test_a_mark_has_a_name_and_the_condition_of_its_rows(
    spec: ChartSpec, mark: Mark, label: str, where: str | None
) -> None:
    view = present_chart(make_chart(spec, mark), "green")
    (point,) = view.points
    assert point.label == label
    assert (point.where or "").replace("`", "") == (where or "").replace("`", "")
    if point.where:
        parse_condition(point.where, SCHEMA)


def test_what_is_left_out_is_said() -> None:
    spec = ChartSpec("kind", Grain.VALUES, split="zone")
    chart = make_chart(spec, Mark("a", 1, 2, 2), left_out=(3, 0, 40, 25, 2), basis=Basis.SAMPLE, rows_read=50)
    notes = " ".join(present_chart(chart, "green").notes)
    assert "Sample: rests on 50 rows of 100 rows" in notes
    assert "3 rows where kind is null are not drawn." in notes
    assert "25 values with fewer rows are not drawn." in notes
    assert "2 values of zone with fewer rows are not drawn." in notes
    assert "40 rows belong to what is cut" in notes


def test_a_chart_can_be_told_and_is_honest_when_empty() -> None:
    spec = ChartSpec("kind", Grain.VALUES, Aggregate.MEAN, "miles")
    view = present_chart(make_chart(spec, Mark("a", None, 2.5, 2), Mark("b", None, 1.5, 9)), "green")
    assert view.description == (
        "mean of miles by kind of green, 2 marks: the largest is 2.50 at a and the smallest is 1.50 at b."
    )
    assert view.shape is Shape.BARS and not view.stacks
    assert "nothing to draw" in present_chart(make_chart(spec), "green").description


def test_figures_go_along_as_csv() -> None:
    spec = ChartSpec("miles", Grain.BINS, split="kind")
    view = present_chart(make_chart(spec, Mark(0.0, "a,b", 5, 5, 2.5)), "green")
    assert write_csv(view).decode().splitlines() == ["miles,up_to,kind,rows,rows", '0.0,2.5,"a,b",5,5']


@pytest.mark.parametrize(
    "spec",
    [
        ChartSpec("at", Grain.DAY, split="kind"),
        ChartSpec("at", Grain.HOUR_OF_DAY, Aggregate.MEAN, "miles", "kind"),
        ChartSpec("miles", Grain.BINS, split="kind"),
        ChartSpec("kind", Grain.VALUES),
    ],
)
def test_every_shape_becomes_a_picture_without_a_browser(spec: ChartSpec) -> None:
    x = {Grain.DAY: OCTOBER, Grain.HOUR_OF_DAY: 7, Grain.BINS: 0.0, Grain.VALUES: "a"}[spec.grain]
    end = 2.5 if spec.grain is Grain.BINS else None
    split = "one" if spec.split else None
    view = present_chart(make_chart(spec, Mark(x, split, 5.0, 5, end)), "green 2020-10")
    document = write_vega_lite(view)
    svg = load_picture(document, "svg").decode()
    assert svg.startswith("<svg") and "green 2020-10" in svg
    assert "<path" in svg
    if spec.grain is Grain.VALUES:
        assert load_picture(document, "png")[:8] == b"\x89PNG\r\n\x1a\n"


def test_outlines_are_turned_for_the_sphere_and_lost_rows_counted() -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    features = [
        {
            "type": "Feature",
            "properties": {"id": 7, "zone": "Astoria", "borough": "Queens"},
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
        }
    ]
    spec = ChartSpec("zone", Grain.VALUES, most_values=300)
    marks = (Mark(7, None, 90, 90), Mark(264, None, 10, 10))
    view = present_map(present_chart(make_chart(spec, *marks), "green"), features, "data/x.parquet")
    (feature,) = view.features
    assert feature["geometry"]["coordinates"] == [[ring[::-1]]]
    assert (feature["value"], feature["zone"]) == (90, "Astoria")
    assert view.unplaced == "10 rows lie in zones without a shape: 264."
    assert view.description == "Map of rows by taxi zone, 2 zones. Most: Astoria (7) 90, zone (264) 10."
    table = present_map(present_chart(make_chart(spec, *marks), "green"), None, "data/x.parquet")
    assert [(c.number, c.heat) for c in table.cells] == [("7", 1.0), ("264", pytest.approx(1 / 9))]
