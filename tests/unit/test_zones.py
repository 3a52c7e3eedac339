"""The zone lookup in lake and warehouse: whole, once, and joined to trips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lakeside.errors import BadFile, LimitExceeded, SourceMissing
from lakeside.lake.layout import reference_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.protocol import QueryLimits
from lakeside.zones import SHAPES_KEY, ZONES_KEY, ingest_zone_shapes, ingest_zones, read_zone_shapes

LIMITS = QueryLimits(100, 30, 10**9)
LOOKUP = """"LocationID","Borough","Zone","service_zone"
1,"EWR","Newark Airport","EWR"
264,"Unknown","NV","N/A"
265,"Unknown","NA","N/A"
"""


def open_with(settings: Settings, url: str) -> Services:
    sources = settings.sources.model_copy(update={"zone_lookup_url": url, "sample_rows": 500})
    return open_services(settings.model_copy(update={"sources": sources}))


@pytest.fixture
def lookup(tmp_path: Path) -> Path:
    path = tmp_path / "taxi_zone_lookup.csv"
    path.write_text(LOOKUP)
    return path


@pytest.fixture
def services(settings: Settings, lookup: Path) -> Services:
    return open_with(settings, lookup.as_uri())


def texts(services: Services) -> list[str]:
    found = services.warehouse.run_query("SELECT Zone FROM trips.zones ORDER BY LocationID", LIMITS)
    return [str(zone) for zone in found.table["Zone"].to_pylist()]


def test_it_lies_in_the_lake_and_is_a_table(services: Services) -> None:
    outcome = ingest_zones(services)
    assert (outcome.key, outcome.state, outcome.rows, outcome.warehouse_rows) == (
        reference_key("taxi_zone_lookup"),
        "published",
        3,
        3,
    )
    footer = services.lake.read_footer(ZONES_KEY)
    assert footer.provenance is not None and footer.provenance.dataset == "zones"
    assert texts(services) == ["Newark Airport", "NV", "NA"]
    (table,) = [t for t in services.warehouse.list_tables() if t.name == "zones"]
    assert table.columns[0] == ("LocationID", "INT64", "Number of the TLC taxi zone, 1 to 265.")
    assert ingest_zones(services).state == "unchanged"
    assert ingest_zones(services, force=True).state == "published"
    assert services.warehouse.count_months() == {}


def test_a_changed_lookup_replaces_the_table_as_a_whole(services: Services, lookup: Path) -> None:
    ingest_zones(services)
    lookup.write_text(LOOKUP.replace("Newark Airport", "Newark").rsplit("\n", 2)[0] + "\n")
    assert ingest_zones(services).warehouse_rows == 2
    assert texts(services) == ["Newark", "NV"]


def test_without_load_the_warehouse_waits(services: Services) -> None:
    assert replace(ingest_zones(services, load=False), source_url="").warehouse_rows is None
    assert services.warehouse.list_tables() == []
    assert ingest_zones(services).state == "published"


def test_trips_join_their_zones(services: Services) -> None:
    ingest_zones(services)
    run_month(MonthRequest("green", Month(2020, 10), SourceName.SAMPLE), services)
    joined = "SELECT count(*) AS n FROM green LEFT JOIN zones ON zones.LocationID = green.PULocationID"
    assert services.warehouse.run_query(joined, LIMITS).table.to_pylist() == [{"n": 500}]


def test_a_bad_lookup_leaves_the_good_one(settings: Settings, services: Services, lookup: Path) -> None:
    ingest_zones(services)
    lookup.write_text("<html>sorry</html>")
    with pytest.raises(BadFile, match=r"taxi_zone_lookup\.csv"):
        ingest_zones(services)
    lookup.write_text(LOOKUP + "3,a,b,c\n" * 200_000)
    with pytest.raises(LimitExceeded, match="1 MB"):
        ingest_zones(services)
    with pytest.raises(SourceMissing):
        ingest_zones(open_with(settings, lookup.with_name("other.csv").as_uri()))
    assert texts(services) == ["Newark Airport", "NV", "NA"]


def test_shapes_lie_in_the_lake_with_their_provenance(settings: Settings, shared_data: Path) -> None:
    path = shared_data / "tlc" / "misc" / "taxi_zones.zip"
    sources = settings.sources.model_copy(update={"zone_shapes_url": path.as_uri()})
    services = open_services(settings.model_copy(update={"sources": sources}))
    assert read_zone_shapes(services.lake) is None
    outcome = ingest_zone_shapes(services)
    assert (outcome.key, outcome.state, outcome.rows) == ("reference/taxi_zones.parquet", "written", 260)
    origin = services.lake.read_footer(SHAPES_KEY).provenance
    assert origin is not None and (origin.dataset, origin.source_url) == ("zone_shapes", path.as_uri())
    shapes = read_zone_shapes(services.lake)
    assert shapes is not None and shapes.num_rows == 260
    assert ingest_zone_shapes(services).state == "unchanged"


def test_another_object_in_the_place_of_the_shapes_is_refused(services: Services) -> None:
    ingest_zones(services)
    with services.lake.open_reader(ZONES_KEY) as lookup, services.lake.open_writer(SHAPES_KEY) as file:
        file.write(lookup.read())
    with pytest.raises(BadFile, match=r"taxi_zones\.parquet does not hold"):
        read_zone_shapes(services.lake)
