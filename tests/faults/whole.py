"""A month in a lake and a table, and what must be true of both after any fault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from pyarrow import parquet

from lakeside.datasets import get_dataset
from lakeside.lake.keys import TEMPORARY_PREFIX
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key, quarantine_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.progress import MonthResult
from lakeside.services import Services
from lakeside.sources.probe import SourceName
from lakeside.warehouse.figures import compare_figures
from lakeside.warehouse.protocol import Warehouse

GREEN, MONTH = get_dataset("green"), Month(2020, 10)
KEY, ASIDE = data_key("green", MONTH), quarantine_key("green", MONTH)

_HEADER = (
    "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,"
    "DOLocationID,passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,"
    "ehail_fee,improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"
)


def write_csv(rows: int, rejected: int = 1) -> bytes:
    """A green month of so many good rows that all differ, and some that do not fit."""
    lines = [_HEADER]
    for number in range(rows):
        day, fare = f"2020-10-{1 + number % 28:02}", number / 10
        lines.append(
            f"2,{day} 10:00:00,{day} 10:20:00,N,1,{1 + number % 200},42,1,{number / 100},{fare},0.5,0.5,0,0,,"
            f"0.3,{1.3 + fare:.2f},1,1,0"
        )
    lines += [f"2,broken {number}" for number in range(rejected)]
    return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True)
class Whole:
    """What lake and table hold of the month; equal where nothing changed."""

    objects: dict[str, str] = field(default_factory=dict)  # key -> sha256 of its bytes
    rows: int | None = None  # of the table
    content_id: str | None = None  # of the table's publication


def look(lake: Lake, warehouse: Warehouse | None = None) -> Whole:
    """Read both, and find that each is whole in itself."""
    objects = {}
    for found in lake.list_objects().objects:
        assert TEMPORARY_PREFIX not in found.key
        with lake.open_reader(found.key) as file:
            objects[found.key] = hashlib.sha256(file.read()).hexdigest()
    if KEY in objects:
        look_into_object(lake)
    if warehouse is None:
        return Whole(objects)
    rows = warehouse.count_months().get(("green", MONTH))
    publication = warehouse.list_publications().get(("green", MONTH))
    assert (rows is None) == (publication is None)
    if publication is not None:
        assert publication.rows == rows
    return Whole(objects, rows, publication.content_id if publication else None)


def look_into_object(lake: Lake) -> None:
    """The object holds what its footer says, and the rows set aside are those it says were."""
    provenance = lake.read_footer(KEY).provenance
    assert provenance is not None
    assert provenance.is_consistent
    with lake.open_reader(KEY) as file:
        assert parquet.read_table(file).num_rows == provenance.rows_written
    aside = 0
    if lake.find_object(ASIDE) is not None:
        with lake.open_reader(ASIDE) as file:
            aside = parquet.read_table(file).num_rows
    assert aside == provenance.rows_rejected


def require_equal(services: Services) -> None:
    """Object and table agree in every figure."""
    provenance = services.lake.read_footer(KEY).provenance
    assert provenance is not None
    measured = services.warehouse.measure_month(GREEN, MONTH)
    assert compare_figures(provenance.columns, measured) == []


def run(services: Services, load: bool = True, force: bool = False) -> MonthResult:
    """Source to lake, and on to the table, as a run does it."""
    return run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE, load, force), services)


def find_left_overs(home: Path) -> list[str]:
    """Files that only unfinished work would leave: temporary names, copies of sources, staging."""
    found = [p for p in home.rglob("*") if p.is_file()]
    return sorted(
        str(p.relative_to(home))
        for p in found
        if p.name.startswith(TEMPORARY_PREFIX)
        or "tmp" in p.relative_to(home).parts
        or any(part.endswith(".staging") for part in p.relative_to(home).parts)
        or p.name.endswith(".wal")
    )
