"""Green taxis (street hail livery): trips since August 2013.

Source of meanings and codes: TLC data dictionary "LPEP (Green) Trip Records" (March 2025). Header eras:
2013 to June 2016 (mixed case, coordinates, `"Trip_type "` with a blank), then zones; parquet starts in 2014.
"""

from __future__ import annotations

from lakeside.datasets import meter
from lakeside.datasets.contract import SOURCE_COLUMNS, Column, Dataset, Kind
from lakeside.month import Month

GREEN = Dataset(
    name="green",
    title="Green taxi trips",
    version=1,
    columns=(
        meter.VENDOR,
        Column("lpep_pickup_datetime", Kind.TIMESTAMP, "When the meter was engaged; New York wall clock."),
        Column(
            "lpep_dropoff_datetime", Kind.TIMESTAMP, "When the meter was disengaged; New York wall clock."
        ),
        meter.STORE_AND_FORWARD,
        meter.RATE_CODE,
        meter.PICKUP_ZONE,
        meter.DROPOFF_ZONE,
        meter.PASSENGERS,
        meter.DISTANCE,
        meter.FARE,
        meter.EXTRA,
        meter.MTA_TAX,
        meter.TIP,
        meter.TOLLS,
        Column("ehail_fee", Kind.MONEY, "Fee for hailing by app, hardly ever filled; US dollars."),
        meter.IMPROVEMENT,
        meter.TOTAL,
        meter.PAYMENT,
        Column("trip_type", Kind.INTEGER, "How the trip began: 1 street hail, 2 dispatch."),
        meter.CONGESTION,
        meter.CONGESTION_ZONE_FEE,
        meter.coordinate("pickup_longitude", "longitude where the meter was engaged"),
        meter.coordinate("pickup_latitude", "latitude where the meter was engaged"),
        meter.coordinate("dropoff_longitude", "longitude where the meter was disengaged"),
        meter.coordinate("dropoff_latitude", "latitude where the meter was disengaged"),
        *SOURCE_COLUMNS,
    ),
    required=(
        ("VendorID",),
        ("lpep_pickup_datetime",),
        ("lpep_dropoff_datetime",),
        ("store_and_fwd_flag",),
        ("RatecodeID",),
        ("PULocationID", "pickup_longitude"),
        ("PULocationID", "pickup_latitude"),
        ("DOLocationID", "dropoff_longitude"),
        ("DOLocationID", "dropoff_latitude"),
        ("passenger_count",),
        ("trip_distance",),
        ("fare_amount",),
        ("extra",),
        ("mta_tax",),
        ("tip_amount",),
        ("tolls_amount",),
        ("total_amount",),
        ("payment_type",),
        ("trip_type",),
    ),
    first_month={
        "datatalksclub": Month(2019, 1),
        "tlc": Month(2014, 1),
        "archive": Month(2013, 8),
        "sample": Month(2013, 8),
    },
    last_month={"datatalksclub": Month(2021, 7)},
    pickup_column="lpep_pickup_datetime",
    dropoff_column="lpep_dropoff_datetime",
    cluster_columns=("lpep_pickup_datetime", "PULocationID"),
)
