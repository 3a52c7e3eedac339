"""The rules of --json, and tables for people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cli.output import to_json
from cli.sql_command import name_columns
from cli.tables import format_bytes, format_seconds, format_table
from lakeside.progress import MonthState


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2020, 10, 1), "2020-10-01"),
        (datetime.fromisoformat("2020-10-01T12:30"), "2020-10-01T12:30:00"),
        (datetime(2020, 10, 1, tzinfo=UTC), "2020-10-01T00:00:00+00:00"),
        (Decimal("1.500"), "1.5"),
        (Decimal("12000"), "12000"),
        (float("nan"), None),
        (float("-inf"), None),
        (0.1, 0.1),
        (2**62, 2**62),
        (True, True),
        (b"\x00\xff", "00ff"),
        (timedelta(seconds=90), "90.0"),
        (MonthState.PUBLISHED, "published"),
        ({"a": (1, None)}, {"a": [1, None]}),
    ],
)
def test_values_in_json(value: object, expected: object) -> None:
    assert json.loads(to_json(value)) == expected


def test_a_table_sets_numbers_right_with_separators() -> None:
    table = format_table(("month", "rows"), [("green 2020-10", 95120), ("green 2020-11", None)])
    assert table.splitlines() == [
        "month            rows",
        "-------------  ------",
        "green 2020-10  95,120",
        "green 2020-11",
    ]


def test_sizes_and_durations_carry_their_units() -> None:
    assert [format_bytes(n) for n in (None, 12, 1_804_321, 65e9)] == ["", "12 B", "1.8 MB", "65.0 GB"]
    assert [format_seconds(s) for s in (0.41, 12.4, 200)] == ["0.4 s", "12 s", "3 min 20 s"]


def test_columns_of_the_same_name_are_all_kept() -> None:
    assert name_columns(["a", "a", "a_1", "b"]) == ["a", "a_1", "a_1_1", "b"]
