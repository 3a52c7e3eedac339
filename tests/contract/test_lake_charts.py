"""Charts and profiles give the same numbers on a folder and in a bucket."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.charts.spec import Aggregate, ChartSpec, Grain
from lakeside.lake.lake import Lake
from lakeside.settings import LimitSettings, Settings
from lakeside.warehouse.lake_chart import chart_objects
from lakeside.warehouse.lake_profile import Basis, profile_object
from tests.servers.gcs import run_gcs_server

KEYS = ["data/odd names/a & b.parquet", "data/odd names/c.parquet"]
LIMITS = LimitSettings()


@pytest.fixture(
    scope="module", params=["folder", pytest.param("bucket", marks=pytest.mark.emulator)], ids=str
)
def lake(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    if request.param == "folder":
        yield fill(Lake.open(Settings(home=tmp_path_factory.mktemp("home"))))
        return
    with run_gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        server.create_bucket("trips")
        yield fill(Lake.open(Settings(lake_url="gs://trips/lake", storage_emulator_host=server.url)))


def fill(lake: Lake) -> Lake:
    for first, key in enumerate(KEYS):
        rows = {"n": range(first * 100, first * 100 + 100), "kind": ["x", "y"] * 50, "half": [0.5, None] * 50}
        with lake.open_writer(key) as file:
            pq.write_table(pa.table(rows), file, row_group_size=10)
    return lake


def test_several_objects_in_one_chart(lake: Lake) -> None:
    spec = ChartSpec("kind", Grain.VALUES, Aggregate.SUM, "n", where="n >= 50")
    chart = chart_objects(lake, KEYS, spec, LIMITS)
    assert {m.x: m.value for m in chart.marks.marks} == {
        "x": float(sum(range(50, 200, 2))),
        "y": float(sum(range(51, 200, 2))),
    }
    assert (chart.basis, chart.rows_read, chart.objects) == (Basis.EXACT, 200, 2)


def test_a_sample_reads_some_row_groups_of_each(lake: Lake) -> None:
    whole = chart_objects(lake, KEYS, ChartSpec("n", Grain.BINS), LIMITS)
    half = LIMITS.model_copy(update={"chart_megabytes": whole.bytes_read / 2e6})
    chart = chart_objects(lake, KEYS, ChartSpec("n", Grain.BINS), half)
    assert chart.basis is Basis.SAMPLE
    assert 0 < chart.rows_read == chart.marks.rows_drawn + chart.marks.rows_outside < 200
    assert {m.x >= 100 for m in chart.marks.marks} == {False, True}  # of both objects


def test_a_profile_is_the_same_by_footer_and_by_rows(lake: Lake) -> None:
    footer, exact = (profile_object(lake, KEYS[0], LIMITS, measure=m) for m in (False, True))
    for told, measured in zip(footer.columns, exact.columns, strict=True):
        for name, figure in told.figures.items():
            assert figure.basis is Basis.FOOTER
            assert measured.figures[name].value == figure.value
            assert measured.figures[name].basis is Basis.EXACT
