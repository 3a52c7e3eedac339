"""Months as the old files of the source have them, written by nobody's contract."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.month import Month


def write_month(folder: Path, month: Month) -> None:
    """A month as the archive drifts: times under other names, a blank before a name, a type that changes."""
    old, new = month < Month(2010, 1), month >= Month(2015, 1)
    blank = " " if month.year == 2014 else ""
    pickup = "Trip_Pickup_DateTime" if old else f"{blank}tpep_pickup_datetime" if new else "pickup_datetime"
    passengers = pa.float64() if month.year == 2017 else pa.int64()
    columns = {
        pickup: pa.array([0], pa.timestamp("us")),
        f"{blank}{'Passenger_Count' if old else 'passenger_count'}": pa.array([1], passengers),
        f"{blank}fare_amount": pa.array([1.0]),
    }
    if month >= Month(2018, 6):
        columns["congestion_surcharge"] = pa.array([2.5])
    pq.write_table(pa.table(columns), folder / f"yellow_tripdata_{month}.parquet")
