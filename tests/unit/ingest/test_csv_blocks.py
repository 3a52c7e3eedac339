"""Blocks of lines to columns: every row written or set aside, whatever it looks like."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.datasets import get_dataset
from lakeside.errors import BadFile
from lakeside.ingest.conform import Conformed
from lakeside.ingest.csv_blocks import CsvFormat, find_format, parse_block, read_header
from lakeside.ingest.plan import Plan, plan_columns
from lakeside.ingest.rejects import Reason

HEADERS = (
    "hvfhs_license_num,dispatching_base_num,pickup_datetime,dropoff_datetime,"
    "PULocationID,DOLocationID,SR_Flag"
)
ROW = "HV0003,B1,2019-03-01 00:13:55,2019-03-01 00:28:51,36,80,1"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_columns(get_dataset("fhvhv"), HEADERS.split(","), "evolve", "x.csv")


def parse(plan: Plan, *lines: str | bytes, end: bytes = b"\n", width: int | None = None) -> Conformed:
    block = b"".join((line if isinstance(line, bytes) else line.encode()) + end for line in lines)
    format_ = CsvFormat(plan, width) if width else find_format(plan, block)
    batch = parse_block(block, format_)
    assert batch.rows_read == batch.rows_written + len(batch.rejects)
    assert all(len(column) == batch.rows_written for column in batch.columns)
    return batch


def column(batch: Conformed, plan: Plan, name: str) -> list:
    return next(a for a, c in zip(batch.columns, plan.kept, strict=True) if c.name == name).to_pylist()


def rejected(batch: Conformed) -> list[tuple[int, Reason, str | None, str | None]]:
    return [(r.row, r.reason, r.column, r.value) for r in batch.rejects]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_clean_lines(plan: Plan, end: bytes) -> None:
    batch = parse(plan, ROW, "", ROW, end=end)
    assert (batch.rows_read, batch.rows, batch.rejects) == (2, None, [])
    assert column(batch, plan, "pickup_datetime") == [datetime.fromisoformat("2019-03-01T00:13:55")] * 2


def test_empty_fields_are_null_and_text_stays_as_it_is(plan: Plan) -> None:
    batch = parse(plan, ',"",,,,,', "HV0003, b ,2019-03-01,2019-03-01 00:28:51.250000, 36 ,80,1")
    assert column(batch, plan, "dispatching_base_num") == [None, " b "]
    assert column(batch, plan, "dropoff_datetime")[1] == datetime.fromisoformat("2019-03-01T00:28:51.250")
    assert column(batch, plan, "PULocationID") == [None, 36]


def test_surplus_empty_fields_are_trimmed_and_counted(plan: Plan) -> None:
    batch = parse(plan, ROW + ",,", ROW, ROW + ",,", ROW + ",")
    assert (batch.rows_written, batch.surplus_fields_trimmed) == (4, 5)


@pytest.mark.parametrize("width", [7, 9])
def test_lines_of_any_width_come_out_alike_whatever_is_usual(plan: Plan, width: int) -> None:
    batch = parse(plan, ROW + ",,", ROW, ROW + ",,x", "a,b", ROW + ",,", ROW + ",y", width=width)
    assert [int(r) for r in batch.rows] == [0, 1, 4]
    assert batch.surplus_fields_trimmed == 4
    assert [r[:2] for r in rejected(batch)] == [
        (2, Reason.SURPLUS_FIELD), (3, Reason.TOO_FEW_FIELDS), (5, Reason.SURPLUS_FIELD),
    ]  # fmt: skip


def test_values_that_do_not_fit(plan: Plan) -> None:
    batch = parse(
        plan, ROW, ROW.replace(",36,", ",x6,"), ROW.replace("00:13:55", "24:13:55"),
        ROW.replace(",36,", ",36.5,"), ROW.replace(",36,", ",36.0,"),
        ROW.replace(",36,", ",99999999999999999999,"),
    )  # fmt: skip
    assert [int(r) for r in batch.rows] == [0, 4]
    assert column(batch, plan, "PULocationID") == [36, 36]
    assert rejected(batch) == [
        (1, Reason.NOT_INTEGER, "PULocationID", "x6"),
        (2, Reason.NOT_TIMESTAMP, "pickup_datetime", "2019-03-01 24:13:55"),
        (3, Reason.NOT_INTEGER, "PULocationID", "36.5"),
        (5, Reason.OUT_OF_RANGE, "PULocationID", "99999999999999999999"),
    ]
    assert batch.rejects[0].line == ROW.replace(",36,", ",x6,")


def test_a_quote_that_never_ends_takes_no_other_row_along(plan: Plan) -> None:
    batch = parse(plan, ROW, ROW.replace("B1", '"B1'), ROW, ROW)
    assert [int(r) for r in batch.rows] == [0, 2, 3]
    batch = parse(plan, ROW, ROW.replace("B1", '"B'), ROW.replace("B1", '1"'), ROW)
    assert batch.rows_read == 4


def test_quotes_hold_commas(plan: Plan) -> None:
    batch = parse(plan, ROW.replace("B1", '"B ""1"", x"'))
    assert column(batch, plan, "dispatching_base_num") == ['B "1", x']


def test_bytes_that_are_no_text_cost_only_their_row(plan: Plan) -> None:
    batch = parse(plan, ROW, ROW.encode().replace(b"B1", b"B\xff"), ROW, ROW.encode() + b",\xff")
    assert [int(r) for r in batch.rows] == [0, 2]
    assert rejected(batch) == [
        (1, Reason.NOT_TEXT, "dispatching_base_num", "B\\xff"), (3, Reason.SURPLUS_FIELD, None, "\\xff"),
    ]  # fmt: skip


FIELD = st.sampled_from(
    ["", "1", "36", "36.0", "x", "2019-03-01 00:13:55", "9999-12-31", '"a,b"', '"', " 7 ", "é"]
)


@given(st.lists(st.lists(FIELD, min_size=1, max_size=9), min_size=1, max_size=12), st.booleans())
def test_every_line_is_a_row_written_or_set_aside_in_order(lines: list[list[str]], final: bool) -> None:
    plan = plan_columns(get_dataset("fhvhv"), HEADERS.split(","), "evolve", "x.csv")
    texts = [",".join(fields) for fields in lines]
    block = "\n".join(texts).encode() + (b"\n" if final else b"")
    batch = parse_block(block, find_format(plan, block)) if block.strip() else None
    rows = [t for t in texts if t]
    if batch is None:
        return
    assert batch.rows_read == len(rows) == batch.rows_written + len(batch.rejects)
    places = list(range(batch.rows_read)) if batch.rows is None else [int(r) for r in batch.rows]
    assert sorted([*places, *(r.row for r in batch.rejects)]) == list(range(len(rows)))
    bases = column(batch, plan, "dispatching_base_num")
    expected = [next(csv.reader(io.StringIO(rows[p])))[1] or None for p in places]
    assert bases == expected


def test_headers() -> None:
    assert read_header(b'\r\n\n"a", b \r\n1,2\r\n', "x") == (["a", " b "], b"1,2\r\n")
    assert read_header(b"a,b", "x") == (["a", "b"], b"")


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (b"", "empty"), (b"\n\n<!DOCTYPE html>\n", "HTML"), (b"<?xml version", "XML"),
        (b"<<<<<<< HEAD\na,b\n", "conflict marker"), (b"PAR1\x15", "binary"), (b"a,\xff\n", "header"),
    ],
)  # fmt: skip
def test_other_kinds_of_file_are_named(head: bytes, cause: str) -> None:
    with pytest.raises(BadFile, match=f"x.csv.*{cause}"):
        read_header(head, "x.csv")
