"""Made-up months, so that the console can be tried with no network.

Deterministic: the same dataset, month and row count give the same rows on every machine. Every month has
the dirt of real ones: nulls where the vendor sent nothing, refunds, zero distances, trips outside the month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from lakeside.datasets.contract import SOURCE_MONTH, SOURCE_ROW, Dataset, Kind
from lakeside.month import Month
from lakeside.sources.sample_trips import Array, Trips, draw_trips, open_random

BATCH_ROWS = 65_536
# First months of fees, from the TLC data dictionaries; before them the column is null.
_FEE_SINCE = {
    "congestion_surcharge": Month(2019, 2),
    "Airport_fee": Month(2021, 1),
    "airport_fee": Month(2021, 1),
    "cbd_congestion_fee": Month(2025, 1),
}
_AIRPORT_ZONES = (132, 138)
_BASES = np.array(["B02510", "B02512", "B02617", "B02764", "B02872", "B02887", "B03153", "B00254"])

Columns = dict[str, Any]


def sample_batches(dataset: Dataset, month: Month, rows: int) -> Iterator[pa.RecordBatch]:
    """A month's rows in batches of at most 65,536, with today's column names and the contract's types.

    Args:
        dataset: yellow, green, fhv or fhvhv.
        month: any month from 2009 on.
        rows: how many rows in all.
    """
    columns = [c for c in dataset.columns if not c.legacy and c.name not in (SOURCE_MONTH, SOURCE_ROW)]
    for start in range(0, rows, BATCH_ROWS):
        random = open_random(dataset.name, month, start)
        trips = draw_trips(random, month, min(BATCH_ROWS, rows - start))
        drawn = _DRAW[dataset.name](random, trips)
        names = {column.name for column in columns}
        _leave_out(drawn, [n for n, since in _FEE_SINCE.items() if month < since or n not in names])
        times: Columns = {dataset.pickup_column: trips.pickup}
        if dataset.dropoff_column:
            times[dataset.dropoff_column] = trips.dropoff
        drawn = times | drawn  # a dataset may have drawn its drop-off itself, with nulls
        yield pa.record_batch(
            [_to_arrow(drawn.get(c.name), c.kind, len(trips)) for c in columns],
            schema=pa.schema([pa.field(c.name, c.kind.arrow_type) for c in columns]),
        )


def _leave_out(drawn: Columns, fees: Iterable[str]) -> None:
    """Take fees that are not levied, or that the dataset does not have, out of the columns and the total."""
    for name in fees:
        fee = drawn.pop(name, None)
        if fee is not None and "total_amount" in drawn:
            amounts = fee.to_numpy(zero_copy_only=False) if isinstance(fee, pa.Array) else fee
            drawn["total_amount"] = _cents(drawn["total_amount"] - np.nan_to_num(amounts)) + 0.0


def _to_arrow(values: Any, kind: Kind, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, kind.arrow_type)
    return (values if isinstance(values, pa.Array) else _from_numpy(values)).cast(kind.arrow_type)


def _null(values: Array, where: Array) -> pa.Array:
    return _from_numpy(values, where)


def _from_numpy(values: Array, nulls: Array | None = None) -> pa.Array:
    """As pa.array() does, which however imports pandas, half a second nobody asked for."""
    valid = None if nulls is None else pa.py_buffer(np.packbits(~nulls, bitorder="little"))
    if values.dtype.kind == "U":  # ASCII, so characters are bytes
        ends = np.concatenate([[0], np.cumsum(np.char.str_len(values))]).astype(np.int32)
        data = pa.py_buffer("".join(values.tolist()).encode("ascii"))
        return pa.Array.from_buffers(pa.string(), len(values), [valid, pa.py_buffer(ends), data])
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [valid, data])


def _cents(amount: Array) -> Array:
    return np.round(amount * 100).astype(np.int64) / 100


def _draw_meter(random: np.random.Generator, trips: Trips) -> Columns:
    rows = len(trips)
    dark = random.random(rows) < 0.035  # the vendor sent no passenger count, rate or flag
    sign = np.where(random.random(rows) < 0.004, -1.0, 1.0)  # refunds repeat the trip with negative money
    airport = random.random(rows) < 0.02
    payment = random.choice([1, 2, 3, 4], rows, p=[0.74, 0.245, 0.006, 0.009])
    payment = np.where(dark, 0, np.where(sign < 0, 4, payment))
    fare = _cents(3.0 + 3.5 * trips.miles + 0.7 * trips.seconds / 240)
    extra = random.choice([0.0, 0.5, 1.0, 2.5], rows, p=[0.45, 0.2, 0.1, 0.25])
    tip = np.where(payment == 1, _cents(fare * random.uniform(0, 0.3, rows)), 0.0)
    tolls = np.where(random.random(rows) < 0.06, 6.94, 0.0)
    congestion = np.where(random.random(rows) < 0.9, 2.5, 0.0)
    fee = np.where(np.isin(trips.pickup_zone, _AIRPORT_ZONES), 1.75, 0.0)
    zone_fee = np.where(random.random(rows) < 0.7, 0.75, 0.0)
    money = {
        "fare_amount": fare,
        "extra": extra,
        "mta_tax": np.full(rows, 0.5),
        "tip_amount": tip,
        "tolls_amount": tolls,
        "improvement_surcharge": np.full(rows, 1.0),
        "congestion_surcharge": congestion,
        "Airport_fee": fee,
        "cbd_congestion_fee": zone_fee,
    }
    total = _cents(sum(money.values(), np.zeros(rows)))
    money = {name: amount * sign + 0.0 for name, amount in (money | {"total_amount": total}).items()}
    counts = random.choice([0, 1, 2, 3, 4, 5, 6], rows, p=[0.01, 0.73, 0.15, 0.04, 0.03, 0.02, 0.02])
    return {
        **money,
        "congestion_surcharge": _null(money["congestion_surcharge"], dark),
        "VendorID": random.choice([1, 2], rows, p=[0.26, 0.74]),
        "passenger_count": _null(counts, dark),
        "trip_distance": trips.miles,
        "RatecodeID": _null(np.where(airport, 2, 1), dark),
        "store_and_fwd_flag": _null(np.where(random.random(rows) < 0.004, "Y", "N"), dark),
        "PULocationID": trips.pickup_zone,
        "DOLocationID": trips.dropoff_zone,
        "payment_type": payment,
        "trip_type": _null(np.where(random.random(rows) < 0.03, 2, 1), dark),
    }


def _draw_fhv(random: np.random.Generator, trips: Trips) -> Columns:
    rows = len(trips)
    base = random.choice(_BASES, rows)
    affiliated = np.where(random.random(rows) < 0.8, base, random.choice(_BASES, rows))
    return {
        "dispatching_base_num": base,
        "dropOff_datetime": _null(trips.dropoff, random.random(rows) < 0.01),
        "PUlocationID": _null(trips.pickup_zone, random.random(rows) < 0.55),
        "DOlocationID": _null(trips.dropoff_zone, random.random(rows) < 0.15),
        "Affiliated_base_number": _null(affiliated, random.random(rows) < 0.02),
    }


def _draw_fhvhv(random: np.random.Generator, trips: Trips) -> Columns:
    rows = len(trips)
    fare = _cents(2.55 + 1.75 * trips.miles + 0.35 * trips.seconds / 60)
    wait = random.integers(60, 900, rows)
    accessible = random.random(rows) < 0.05
    asked_to_share = random.random(rows) < 0.03
    arrived = trips.pickup - (wait // 4).astype("timedelta64[s]")
    base = random.choice(_BASES, rows)

    def flags(yes: Array) -> Array:
        return np.where(yes, "Y", "N")

    return {
        "hvfhs_license_num": random.choice(["HV0003", "HV0005"], rows, p=[0.74, 0.26]),
        "dispatching_base_num": base,
        "originating_base_num": _null(base, random.random(rows) < 0.26),
        "request_datetime": trips.pickup - wait.astype("timedelta64[s]"),
        "on_scene_datetime": _null(arrived, ~accessible),
        "PULocationID": trips.pickup_zone,
        "DOLocationID": trips.dropoff_zone,
        "trip_miles": trips.miles,
        "trip_time": trips.seconds,
        "base_passenger_fare": np.where(random.random(rows) < 0.0005, -fare, fare),
        "tolls": np.where(random.random(rows) < 0.07, 6.94, 0.0),
        "bcf": _cents(fare * 0.03),
        "sales_tax": _cents(fare * 0.08875),
        "congestion_surcharge": np.where(random.random(rows) < 0.4, 2.75, 0.0),
        "airport_fee": np.where(np.isin(trips.pickup_zone, _AIRPORT_ZONES), 2.5, 0.0),
        "tips": np.where(random.random(rows) < 0.2, _cents(fare * 0.15), 0.0),
        "driver_pay": _cents(fare * 0.76),
        "shared_request_flag": flags(asked_to_share),
        "shared_match_flag": flags(asked_to_share & (random.random(rows) < 0.3)),
        "access_a_ride_flag": np.where(random.random(rows) < 0.7, " ", "N"),
        "wav_request_flag": flags(random.random(rows) < 0.002),
        "wav_match_flag": flags(accessible),
        "cbd_congestion_fee": np.where(random.random(rows) < 0.35, 1.5, 0.0),
    }


_DRAW: dict[str, Callable[[np.random.Generator, Trips], Columns]] = {
    "yellow": _draw_meter,
    "green": _draw_meter,
    "fhv": _draw_fhv,
    "fhvhv": _draw_fhvhv,
}
