"""A made-up yellow month that looks like TLC's: the input of the benchmarks, the same bytes each time.

1.37 million rows make about 124 MB of CSV and 28 MB of gzip, as January 2021 had. Trips in the order of
time, cents in fares, blanks in the last 7 % (rows the vendors sent without passenger counts).
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import numpy as np

PIECES = 10
PIECE_ROWS = 137_000
HEADER = (
    "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,RatecodeID,"
    "store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,mta_tax,tip_amount,"
    "tolls_amount,improvement_surcharge,total_amount,congestion_surcharge\n"
)
_START = np.datetime64("2021-01-01T00:00:00", "s")
_SECONDS = 31 * 86_400


def make_month(folder: Path) -> Path:
    """The month's csv.gz under `folder`, made when it is not there."""
    path = folder / "yellow/yellow_tripdata_2021-01.csv.gz"
    if not path.exists():
        rows = [_make_rows(piece) for piece in range(PIECES)]
        _write(path, [gzip.compress("".join([HEADER, *rows]).encode(), 6, mtime=0)])
    return path


def make_long_month(folder: Path) -> Path:
    """Ten times the rows, as one gzip file of eleven members: the header, and the month ten times."""
    path = folder / "yellow/yellow_tripdata_2021-02.csv.gz"
    if not path.exists():
        text = gzip.decompress(make_month(folder).read_bytes())
        rows = gzip.compress(text[len(HEADER) :], 6, mtime=0)
        _write(path, [gzip.compress(HEADER.encode(), 6, mtime=0), *[rows] * 10])
    return path


def _write(path: Path, parts: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(b"".join(parts))
    unfinished.rename(path)


def _make_rows(piece: int) -> str:
    random, pieces = np.random.default_rng([2021, piece]), PIECES
    rows = PIECE_ROWS
    begin = np.sort(random.integers(_SECONDS * piece // pieces, _SECONDS * (piece + 1) // pieces, rows))
    begin = begin + random.integers(0, 900, rows)
    miles = np.round(random.lognormal(0.6, 0.85, rows), 2)
    length = (miles * 230 * random.uniform(0.6, 1.7, rows)).astype(int) + 40
    fare = np.round((2.5 + 2.5 * miles + 0.5 * length / 60) * 2) / 2
    card = random.random(rows) < 0.72
    tip = np.where(card, np.round(fare * random.choice([0, 0.1, 0.2, 0.25, 0.3], rows), 2), 0)
    extra = random.choice([0, 0.5, 1, 2.5, 3, 3.5], rows, p=[0.3, 0.15, 0.05, 0.3, 0.1, 0.1])
    toll = np.where(random.random(rows) < 0.04, 6.12, 0)
    surcharge = np.where(random.random(rows) < 0.9, 2.5, 0)
    total = np.round(fare + tip + extra + toll + surcharge + 0.8, 2)
    picked, dropped = _times(begin), _times(begin + length)
    zones = random.integers(1, 266, (2, rows)), np.minimum(265, random.zipf(1.3, (2, rows)) + 40)
    here, there = np.where(random.random((2, rows)) < 0.6, zones[0], zones[1])
    vendor = random.choice([1, 2], rows, p=[0.32, 0.68])
    people = random.choice([0, 1, 2, 3, 4, 5, 6], rows, p=[0.02, 0.74, 0.13, 0.04, 0.02, 0.03, 0.02])
    blank = np.full(rows, piece / pieces >= 0.93) | (random.random(rows) < 0.002)
    lines = []
    for row in zip(
        vendor, picked, dropped, people, miles, here, there, np.where(card, 1, 2), fare, extra, tip, toll,
        total, surcharge, blank,
        strict=True,
    ):  # fmt: skip
        v, p, d, n, mi, pu, do, pay, fa, ex, ti, to, al, su, no = row
        money = f"{fa:g},{ex:g},0.5,{ti:g},{to:g},0.3,{al:g}"
        if no:
            lines.append(f",{p},{d},,{mi:.2f},,,{pu},{do},,{money},{su:g}\n")
        else:
            lines.append(f"{v},{p},{d},{n},{mi:.2f},1,N,{pu},{do},{pay},{money},{su:g}\n")
    return "".join(lines)


def _times(seconds: np.ndarray) -> list[str]:
    moments = (_START + seconds.astype("timedelta64[s]")).astype(str)
    return [text.replace("T", " ") for text in moments.tolist()]


if __name__ == "__main__":
    make_long_month(Path(sys.argv[1]))
