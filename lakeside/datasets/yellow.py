"""Yellow taxis: every trip since January 2009.

Source of meanings and codes: TLC data dictionary "Yellow Taxi Trip Records" (March 2025). Header eras:
2009 (`vendor_name`, `Start_Lon`), 2010-14 (`vendor_id`, `pickup_longitude`, `surcharge`), 2015 to June 2016
(`RateCodeID`, coordinates), then zones; TLC's parquet of 2011 and later has today's names for all years.
"""

from __future__ import annotations

from lakeside.datasets import meter
from lakeside.datasets.contract import SOURCE_COLUMNS, Column, Dataset, Kind
from lakeside.month import Month

YELLOW = Dataset(
    name="yellow",
    title="Yellow taxi trips",
    version=1,
    columns=(
        meter.VENDOR,
        Column(
            "tpep_pickup_datetime",
            Kind.TIMESTAMP,
            "When the meter was engaged; New York wall clock.",
            aliases=("pickup_datetime", "trip_pickup_datetime"),
        ),
        Column(
            "tpep_dropoff_datetime",
            Kind.TIMESTAMP,
            "When the meter was disengaged; New York wall clock.",
            aliases=("dropoff_datetime", "trip_dropoff_datetime"),
        ),
        meter.PASSENGERS,
        meter.DISTANCE,
        meter.RATE_CODE,
        meter.STORE_AND_FORWARD,
        meter.PICKUP_ZONE,
        meter.DROPOFF_ZONE,
        meter.PAYMENT,
        meter.FARE,
        meter.EXTRA,
        meter.MTA_TAX,
        meter.TIP,
        meter.TOLLS,
        meter.IMPROVEMENT,
        meter.TOTAL,
        meter.CONGESTION,
        Column(
            "Airport_fee",
            Kind.MONEY,
            "Charge for pick-ups at LaGuardia and John F. Kennedy airports; US dollars.",
        ),
        meter.CONGESTION_ZONE_FEE,
        Column(
            "surcharge",
            Kind.MONEY,
            "Rush hour and overnight surcharge of 2009 to 2014, today part of `extra`; US dollars.",
            legacy=True,
        ),
        meter.coordinate("pickup_longitude", "longitude where the meter was engaged", "start_lon"),
        meter.coordinate("pickup_latitude", "latitude where the meter was engaged", "start_lat"),
        meter.coordinate("dropoff_longitude", "longitude where the meter was disengaged", "end_lon"),
        meter.coordinate("dropoff_latitude", "latitude where the meter was disengaged", "end_lat"),
        *SOURCE_COLUMNS,
    ),
    required=(
        ("VendorID",),
        ("tpep_pickup_datetime",),
        ("tpep_dropoff_datetime",),
        ("passenger_count",),
        ("trip_distance",),
        ("RatecodeID",),
        ("store_and_fwd_flag",),
        ("PULocationID", "pickup_longitude"),
        ("PULocationID", "pickup_latitude"),
        ("DOLocationID", "dropoff_longitude"),
        ("DOLocationID", "dropoff_latitude"),
        ("payment_type",),
        ("fare_amount",),
        ("extra", "surcharge"),
        ("mta_tax",),
        ("tip_amount",),
        ("tolls_amount",),
        ("total_amount",),
    ),
    first_month={
        "datatalksclub": Month(2019, 1),
        "tlc": Month(2009, 1),
        "archive": Month(2009, 1),
        "sample": Month(2009, 1),
    },
    last_month={"datatalksclub": Month(2021, 7)},
    pickup_column="tpep_pickup_datetime",
    dropoff_column="tpep_dropoff_datetime",
    cluster_columns=("tpep_pickup_datetime", "PULocationID"),
)
