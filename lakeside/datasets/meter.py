"""Columns that yellow and green taxis share: what the meter (TPEP, LPEP) reports of a trip.

Meanings, units and codes are those of the TLC data dictionaries "Yellow Taxi Trip Records" and "LPEP
(Green) Trip Records" of March 2025 (nyc.gov/site/tlc/about/tlc-trip-record-data.page). Codes that were
text until 2014 are mapped to today's numbers by the tables below; the texts are those found in the files.
"""

from __future__ import annotations

from lakeside.datasets.contract import Column, Kind

# 2009 writes whole words in any case; 2010 cuts them to three letters ("No " is "No Charge"); from
# September 2010 to 2014 they are CRD, CSH, NOC, DIS, UNK. Numbers pass as they are.
PAYMENT_CODES = {
    "credit": 1,
    "cre": 1,
    "crd": 1,
    "credit card": 1,
    "cash": 2,
    "cas": 2,
    "csh": 2,
    "no charge": 3,
    "no": 3,
    "noc": 3,
    "dispute": 4,
    "dis": 4,
    "unknown": 5,
    "unk": 5,
    "na": 5,
    "voided trip": 6,
    "void": 6,
    "voi": 6,
}

# DDS (Digital Dispatch Systems) left the market in 2010; TLC gives it no number, 3 is ours.
VENDOR_CODES = {"cmt": 1, "vts": 2, "dds": 3}

VENDOR = Column(
    "VendorID",
    Kind.INTEGER,
    "Provider of the record: 1 Creative Mobile Technologies, 2 Curb Mobility (was VeriFone), "
    "3 Digital Dispatch Systems (2009-10 only, a number of ours), 6 Myle, 7 Helix.",
    aliases=("vendor_id", "vendor_name"),
    codes=VENDOR_CODES,
)
PASSENGERS = Column(
    "passenger_count", Kind.INTEGER, "Passengers in the vehicle, as the driver entered it; a count."
)
DISTANCE = Column("trip_distance", Kind.FLOAT, "Distance the taximeter reported; miles.")
RATE_CODE = Column(
    "RatecodeID",
    Kind.INTEGER,
    "Rate in effect at the end of the trip: 1 standard, 2 JFK, 3 Newark, 4 Nassau or Westchester, "
    "5 negotiated, 6 group ride, 99 unknown.",
    aliases=("rate_code",),
)
STORE_AND_FORWARD = Column(
    "store_and_fwd_flag",
    Kind.TEXT,
    "Whether the record waited in the vehicle for a connection: Y or N (1 or 0 in 2009 and 2010).",
    aliases=("store_and_forward",),
)
PICKUP_ZONE = Column("PULocationID", Kind.INTEGER, "TLC taxi zone where the meter was engaged; 1 to 265.")
DROPOFF_ZONE = Column("DOLocationID", Kind.INTEGER, "TLC taxi zone where the meter was disengaged; 1 to 265.")
PAYMENT = Column(
    "payment_type",
    Kind.INTEGER,
    "How the passenger paid: 0 flex fare, 1 credit card, 2 cash, 3 no charge, 4 dispute, 5 unknown, "
    "6 voided trip.",
    codes=PAYMENT_CODES,
)
FARE = Column(
    "fare_amount",
    Kind.MONEY,
    "Time-and-distance fare of the meter; US dollars (negative: a refund or dispute).",
    aliases=("fare_amt",),
)
EXTRA = Column("extra", Kind.MONEY, "Miscellaneous extras and surcharges (rush hour, overnight); US dollars.")
MTA_TAX = Column("mta_tax", Kind.MONEY, "Tax triggered by the metered rate in use; US dollars.")
TIP = Column(
    "tip_amount",
    Kind.MONEY,
    "Tip, credit card tips only, cash tips are not included; US dollars.",
    aliases=("tip_amt",),
)
TOLLS = Column(
    "tolls_amount", Kind.MONEY, "All tolls paid during the trip; US dollars.", aliases=("tolls_amt",)
)
IMPROVEMENT = Column(
    "improvement_surcharge", Kind.MONEY, "Surcharge at the flag drop, levied since 2015; US dollars."
)
TOTAL = Column(
    "total_amount",
    Kind.MONEY,
    "Total charged to the passenger, without cash tips; US dollars.",
    aliases=("total_amt",),
)
CONGESTION = Column(
    "congestion_surcharge", Kind.MONEY, "New York State congestion surcharge, since 2019; US dollars."
)
CONGESTION_ZONE_FEE = Column(
    "cbd_congestion_fee",
    Kind.MONEY,
    "Charge for MTA's Congestion Relief Zone, since 5 January 2025; US dollars.",
)


def coordinate(name: str, place: str, *aliases: str) -> Column:
    """A legacy column of degrees: until June 2016 places were points, not zones.

    Args:
        name: the column's name.
        place: what was there, for example "longitude where the meter was engaged".
        aliases: other names it had.
    """
    text = f"{place[0].upper()}{place[1:]}, published until June 2016; degrees (WGS84), 0 where unknown."
    return Column(name, Kind.FLOAT, text, aliases=aliases, legacy=True)
