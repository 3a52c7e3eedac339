"""High-volume for-hire vehicles (Uber, Lyft, Via, Juno): trips since February 2019.

Source of meanings and codes: TLC data dictionary "High Volume FHV Trip Records" (March 2025). The CSV had
seven columns; the parquet has 24, and 25 since 2025.
"""

from __future__ import annotations

from lakeside.datasets.contract import SOURCE_COLUMNS, Column, Dataset, Kind
from lakeside.month import Month


def _money(name: str, meaning: str) -> Column:
    return Column(name, Kind.MONEY, f"{meaning}; US dollars.")


def _flag(name: str, meaning: str) -> Column:
    return Column(name, Kind.TEXT, f"{meaning}: Y or N.")


FHVHV = Dataset(
    name="fhvhv",
    title="High-volume for-hire vehicle trips",
    version=1,
    columns=(
        Column(
            "hvfhs_license_num",
            Kind.TEXT,
            "TLC licence number of the company: HV0002 Juno, HV0003 Uber, HV0004 Via, HV0005 Lyft.",
        ),
        Column("dispatching_base_num", Kind.TEXT, "TLC licence number of the base that dispatched the trip."),
        Column("originating_base_num", Kind.TEXT, "Licence number of the base that received the request."),
        Column("request_datetime", Kind.TIMESTAMP, "When the passenger asked; New York wall clock."),
        Column(
            "on_scene_datetime",
            Kind.TIMESTAMP,
            "When the driver arrived (accessible vehicles only); New York wall clock.",
        ),
        Column("pickup_datetime", Kind.TIMESTAMP, "When the trip began; New York wall clock."),
        Column("dropoff_datetime", Kind.TIMESTAMP, "When the trip ended; New York wall clock."),
        Column("PULocationID", Kind.INTEGER, "TLC taxi zone where the trip began; 1 to 265."),
        Column("DOLocationID", Kind.INTEGER, "TLC taxi zone where the trip ended; 1 to 265."),
        Column("trip_miles", Kind.FLOAT, "Distance of the trip; miles."),
        Column("trip_time", Kind.INTEGER, "Duration of the trip; seconds."),
        _money("base_passenger_fare", "Passenger fare before tolls, tips, taxes and fees"),
        _money("tolls", "All tolls paid during the trip"),
        _money("bcf", "Black Car Fund"),
        _money("sales_tax", "New York State sales tax"),
        _money("congestion_surcharge", "New York State congestion surcharge"),
        _money("airport_fee", "2.50 for drop-off and pick-up at LaGuardia, Newark and JFK airports"),
        _money("tips", "Tips from the passenger"),
        _money("driver_pay", "Pay of the driver, without tolls, tips, commission, surcharges and taxes"),
        _flag("shared_request_flag", "Whether the passenger agreed to a shared ride"),
        _flag("shared_match_flag", "Whether the ride was shared"),
        _flag("access_a_ride_flag", "Whether it was for MTA's Access-A-Ride (blank where not reported)"),
        _flag("wav_request_flag", "Whether a wheelchair-accessible vehicle was asked for"),
        _flag("wav_match_flag", "Whether it was in a wheelchair-accessible vehicle"),
        _money("cbd_congestion_fee", "Charge for MTA's Congestion Relief Zone, since 5 January 2025"),
        Column(
            "SR_Flag", Kind.INTEGER, "1 for a shared ride, CSV of 2019 to 2021; empty otherwise.", legacy=True
        ),
        *SOURCE_COLUMNS,
    ),
    required=(
        ("hvfhs_license_num",),
        ("dispatching_base_num",),
        ("pickup_datetime",),
        ("dropoff_datetime",),
        ("PULocationID",),
        ("DOLocationID",),
        ("SR_Flag", "shared_request_flag"),
        ("SR_Flag", "trip_miles"),
        ("SR_Flag", "base_passenger_fare"),
    ),
    first_month={
        "datatalksclub": Month(2019, 2),
        "tlc": Month(2019, 2),
        "archive": Month(2019, 2),
        "sample": Month(2019, 2),
    },
    last_month={"datatalksclub": Month(2021, 7)},
    pickup_column="pickup_datetime",
    dropoff_column="dropoff_datetime",
    cluster_columns=("pickup_datetime", "PULocationID"),
)
