"""CSV files as nobody sends them, plain and packed: each row is written or set aside, or the file is refused."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st

from lakeside.datasets import get_dataset
from lakeside.errors import BadFile, ContractViolation, LimitExceeded
from lakeside.ingest.ingest import IngestRequest, ingest_month
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from tests.fuzz.target import Target

MONTH = Month(2020, 10)
GREEN = (
    b"VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,PULocationID,DOLocationID,"
    b"passenger_count,trip_distance,fare_amount,extra,mta_tax,tip_amount,tolls_amount,ehail_fee,"
    b"improvement_surcharge,total_amount,payment_type,trip_type,congestion_surcharge"
)
ROW = b"2,2020-10-01 00:19:42,2020-10-01 00:26:03,N,1,74,168,1,3.06,10.5,0.5,0.5,2.36,0,,0.3,14.16,1,1,0"
_HEADERS = [
    GREEN,
    GREEN.upper(),
    GREEN.replace(b",", b", "),
    GREEN + b",,",
    b"VendorID," + GREEN,
    GREEN[:60],
    b"",
]
_ENDS = [b"\n", b"\r\n", b"\r", b"\n\n", b"\n\r", b""]
_ODD = [
    b'"', b'""', b'"\n', b"'", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\x1a", b"\x1b[2J", b",", b",,", b";", b"\t",
    b"\r", b"\n", b"\r\n", b"=1+1", b"NaN", b"inf", b"-0", b"1e999", b"1e-999", b"9" * 400, b"0x1F", b"1_000", b"\xd9\xa1", b"2020-02-30 00:00:00",
    b"0000-00-00 00:00:00", b"9999-12-31 23:59:59", b"2020-10-01T00:00:00Z", b"-2020-10-01 00:00:00", b"x" * 200_000, b'"' + b"a,b" * 50_000, b"<html>",
    b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"#", b"\\", b"\\N", b"null", b"True", "\u202e".encode(), "\u2028".encode(),
]  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A real header with a few rows, some of their bytes changed, perhaps packed, perhaps cut."""
    lines = [draw(st.sampled_from(_HEADERS)), *[ROW] * draw(st.integers(0, 4))]
    end = draw(st.sampled_from(_ENDS))
    content = bytearray(b"".join(line + end for line in lines))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(content)))
        until = min(len(content), at + draw(st.sampled_from([0, 0, 0, 1, 5, 40, 300])))
        content[at:until] = draw(st.one_of(st.sampled_from(_ODD), st.binary(max_size=6)))
    whole = bytes(content)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        whole = gzip.compress(whole, mtime=0)
    if draw(st.booleans()) and whole:
        at = draw(st.integers(0, len(whole) - 1))
        change = draw(st.integers(0, 3))
        if change == 0:
            whole = whole[:at]
        elif change == 1:
            whole = whole[:at] + bytes([draw(st.integers(0, 255))]) + whole[at + 1 :]
        elif change == 2:
            whole += draw(st.sampled_from([b"\0" * 9, b"\x1f\x8b", b"x", gzip.compress(b"1,2\n")]))
    return whole


@contextmanager
def open_world(folder: Path) -> Iterator[Callable[[bytes], None]]:
    """Ingests each file as the same month; the lake says afterwards what the outcome promised."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source.csv"
    template = f"file://{source}#{{dataset}}{{year}}{{month}}.csv"
    services = open_services(
        Settings.model_validate(
            {
                "home": folder / "home",
                "lake_url": f"memory://{uuid.uuid4().hex}",
                "sources": {"archive_url": template},
                "ingest": {"rejected_share": 1, "workers": 1},
            }
        )
    )
    request = IngestRequest(get_dataset("green"), MONTH, SourceName.ARCHIVE, force=True)

    def attempt(content: bytes) -> None:
        source.write_bytes(content)
        try:
            outcome = ingest_month(request, services)
        except (BadFile, ContractViolation, LimitExceeded) as error:
            assert error.message
            return
        assert outcome.provenance.is_consistent
        assert outcome.provenance.rows_read > 0
        footer = services.lake.read_footer(data_key("green", MONTH))
        assert footer.rows == outcome.provenance.rows_written
        assert footer.provenance == outcome.provenance

    yield attempt


CSV = Target("csv", files(), open_world, suite_examples=120)
