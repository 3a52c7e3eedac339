"""The taxi zone lookup: a small reference table, 265 rows, the words behind PULocationID and DOLocationID.

Source: TLC "Taxi Zone Lookup Table" (taxi_zone_lookup.csv). In it `N/A` and `NA` are text, not null.
"""

from __future__ import annotations

import csv
import io

import pyarrow as pa

from lakeside.datasets.contract import Column, Kind, Reference
from lakeside.errors import BadFile

ZONES = Reference(
    name="zones",
    title="Taxi zones",
    version=1,
    file="taxi_zone_lookup",
    columns=(
        Column("LocationID", Kind.INTEGER, "Number of the TLC taxi zone, 1 to 265.", nullable=False),
        Column("Borough", Kind.TEXT, "Borough, `EWR` for Newark Airport, or `Unknown`."),
        Column("Zone", Kind.TEXT, "Name of the zone; `NV` and `NA` are text."),
        Column(
            "service_zone",
            Kind.TEXT,
            "Who serves it: Yellow Zone, Boro Zone, Airports, EWR; `N/A` is text.",
        ),
    ),
)
_NAMES = [column.name for column in ZONES.columns]


def parse_zones(content: bytes, file: str) -> pa.Table:
    """Read the lookup; every text is kept as it is.

    Args:
        content: the CSV file.
        file: its URL, for messages.

    Raises:
        BadFile: it is not UTF-8 CSV with the four columns, a row has other fields, a number is not one
            or is there twice, or it has no rows; the message names the file and the line.
    """
    try:
        lines = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{file} is not a CSV file in UTF-8: {error}.", _HINT) from error
    header = [name.strip() for name in lines[0]] if lines else []
    if [name.casefold() for name in header] != [name.casefold() for name in _NAMES]:
        raise BadFile(f"{file} is not a taxi zone lookup: {_describe(header)}", _HINT)
    rows = [_parse_row(row, line, file) for line, row in enumerate(lines[1:], start=2)]
    numbers = [number for number, *_ in rows]
    if not rows or len(set(numbers)) != len(numbers):
        raise BadFile(f"{file} has {'a zone twice' if rows else 'no rows'}.", _HINT)
    schema = ZONES.arrow_schema()
    columns = [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(columns, schema=schema)


_HINT = "Check LAKESIDE_SOURCES__ZONE_LOOKUP_URL; TLC publishes the file as misc/taxi_zone_lookup.csv."


def _describe(header: list[str]) -> str:
    if len(header) == 1 and "," in header[0]:
        return "each line is quoted as a whole, so it has one column instead of four (it was quoted twice)."
    shown = ", ".join(header)[:80] or "nothing"
    return f"its first line has {shown}, not {', '.join(_NAMES)}."


def _parse_row(row: list[str], line: int, file: str) -> tuple[int, str, str, str]:
    if len(row) != len(_NAMES):
        raise BadFile(f"{file}, line {line}: {len(row)} fields instead of {len(_NAMES)}.", _HINT)
    number, borough, zone, service_zone = row
    if not number.strip().isdecimal():
        raise BadFile(f"{file}, line {line}: LocationID {number!r} is not a number.", _HINT)
    return int(number), borough, zone, service_zone
