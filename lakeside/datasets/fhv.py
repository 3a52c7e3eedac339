"""For-hire vehicles (livery, black car, luxury): trips since January 2015.

Source of meanings and codes: TLC data dictionary "FHV Trip Records" (March 2025). Header eras: three
columns in 2015-16, five in the first half of 2017, `SR_Flag` since, two dispatching bases in 2018.
"""

from __future__ import annotations

from lakeside.datasets.contract import SOURCE_COLUMNS, Column, Dataset, Kind
from lakeside.month import Month

FHV = Dataset(
    name="fhv",
    title="For-hire vehicle trips",
    version=1,
    columns=(
        Column("dispatching_base_num", Kind.TEXT, "TLC licence number of the base that dispatched the trip."),
        Column(
            "pickup_datetime",
            Kind.TIMESTAMP,
            "When the trip began; New York wall clock.",
            aliases=("pickup_date",),
        ),
        Column("dropOff_datetime", Kind.TIMESTAMP, "When the trip ended; New York wall clock."),
        Column(
            "PUlocationID",
            Kind.INTEGER,
            "TLC taxi zone where the trip began; 1 to 265, often empty.",
            aliases=("locationid",),
        ),
        Column("DOlocationID", Kind.INTEGER, "TLC taxi zone where the trip ended; 1 to 265, often empty."),
        Column(
            "SR_Flag",
            Kind.INTEGER,
            "1 for a shared ride of a high-volume company (since July 2017); empty otherwise.",
        ),
        Column(
            "Affiliated_base_number",
            Kind.TEXT,
            "TLC licence number of the base the vehicle is affiliated with.",
        ),
        Column(
            "Dispatching_base_number",
            Kind.TEXT,
            "Licence number of a base, as the CSV of 2018 gives it beside an often empty "
            "`dispatching_base_num`.",
            legacy=True,
        ),
        *SOURCE_COLUMNS,
    ),
    required=(("dispatching_base_num",), ("pickup_datetime",), ("PUlocationID",)),
    foreign=("hvfhs_license_num",),
    first_month={
        "datatalksclub": Month(2019, 1),
        "tlc": Month(2015, 1),
        "archive": Month(2015, 1),
        "sample": Month(2015, 1),
    },
    last_month={"datatalksclub": Month(2021, 7)},
    pickup_column="pickup_datetime",
    dropoff_column="dropOff_datetime",
    cluster_columns=("pickup_datetime", "PUlocationID"),
)
