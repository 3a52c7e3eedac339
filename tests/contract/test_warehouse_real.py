"""What users bring, on both warehouses: a whole real month through its ingest, and the zone lookup."""

from __future__ import annotations

from pathlib import Path

from lakeside.datasets import get_dataset
from lakeside.datasets.zones import ZONES
from lakeside.ingest.ingest import IngestRequest, ingest_month
from lakeside.lake.lake import Lake
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings, SourceSettings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.figures import compare_figures
from lakeside.warehouse.protocol import QueryLimits, Warehouse
from lakeside.zones import ZONES_KEY, ingest_zones

GREEN, OCTOBER = get_dataset("green"), Month(2020, 10)
LIMITS = QueryLimits(rows=100, seconds=30, billed_bytes=10**9)
LOOKUP = """LocationID,Borough,Zone,service_zone
1,EWR,Newark Airport,EWR
264,Unknown,NV,N/A
265,Unknown,NA,N/A
"""


def test_a_whole_real_month_has_its_known_answers(
    warehouse: Warehouse, lake: Lake, shared_data: Path
) -> None:
    release = (
        f"file://{shared_data}/datatalksclub/{{dataset}}/{{dataset}}_tripdata_{{year}}-{{month:02d}}.csv.gz"
    )
    services = open_services(Settings(lake_url=lake.url, sources=SourceSettings(datatalksclub_url=release)))
    outcome = ingest_month(IngestRequest(GREEN, OCTOBER, SourceName.DATATALKSCLUB), services)

    assert warehouse.publish_month(GREEN, OCTOBER, lake, outcome.key).rows == 95_120

    assert compare_figures(outcome.provenance.columns, warehouse.measure_month(GREEN, OCTOBER)) == []
    answers = warehouse.run_query(
        """SELECT COUNT(*) AS n, COUNTIF(VendorID IS NULL) AS without_vendor,
        COUNTIF(fare_amount < 0) AS negative,
        COUNTIF(DATE_TRUNC(DATE(lpep_pickup_datetime), MONTH) <> source_month) AS outside FROM green""",
        LIMITS,
    ).table.to_pylist()
    assert answers == [{"n": 95_120, "without_vendor": 42_510, "negative": 189, "outside": 9}]


def test_the_zone_lookup_is_replaced_as_a_whole(warehouse: Warehouse, lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "zones.csv"
    services = open_services(
        Settings(lake_url=lake.url, sources=SourceSettings(zone_lookup_url=f"file://{file}"))
    )
    counts = []
    for text in (LOOKUP, LOOKUP, LOOKUP.rpartition("265")[0]):
        file.write_text(text)
        ingest_zones(services, load=False)
        counts.append(warehouse.publish_reference(ZONES, lake, ZONES_KEY))

    assert counts == [3, 3, 2]
    rows = warehouse.run_query("SELECT * FROM zones ORDER BY LocationID", LIMITS).table.to_pylist()
    assert rows[-1] == {"LocationID": 264, "Borough": "Unknown", "Zone": "NV", "service_zone": "N/A"}
    assert [t.name for t in warehouse.list_tables()] == ["zones"]
    assert warehouse.count_months() == {}
