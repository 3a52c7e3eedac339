"""The zone lookup: 265 rows, every text as it is, and clear words for anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.datasets.zones import parse_zones
from lakeside.errors import BadFile

HEADER = b'"LocationID","Borough","Zone","service_zone"\r\n'


def test_the_real_lookup_keeps_its_texts(shared_data: Path) -> None:
    path = shared_data / "tlc" / "misc" / "taxi_zone_lookup.csv"
    rows = parse_zones(path.read_bytes(), path.name).to_pylist()
    assert len(rows) == 265
    assert rows[263] == {"LocationID": 264, "Borough": "Unknown", "Zone": "NV", "service_zone": "N/A"}
    assert rows[264]["Zone"] == "NA"
    assert all(value is not None for row in rows for value in row.values())


def test_a_lookup_quoted_twice_is_named_as_such(shared_data: Path) -> None:
    path = shared_data / "bad" / "quoted_twice_taxi_zone_lookup.csv"
    with pytest.raises(BadFile, match="quoted twice") as caught:
        parse_zones(path.read_bytes(), path.name)
    assert path.name in caught.value.message


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "first line has nothing"),
        (HEADER, "no rows"),
        (HEADER + b'1,"EWR","Newark Airport"\r\n', "line 2: 3 fields"),
        (HEADER + b'one,"EWR","Newark Airport","EWR"\r\n', "LocationID 'one'"),
        (HEADER + b"1,a,b,c\r\n1,a,b,c\r\n", "a zone twice"),
        (HEADER + b'1,"\xff","b","c"\r\n', "UTF-8"),
        (b"<html>", "<html>"),
    ],
)
def test_what_is_not_the_lookup_is_refused(content: bytes, cause: str) -> None:
    with pytest.raises(BadFile, match=cause) as caught:
        parse_zones(content, "zones.csv")
    assert "zones.csv" in caught.value.message
