"""What fuzzing has found, each as a test of its own."""

from __future__ import annotations

import pytest

from lakeside.apart.codec import Unreadable, unpack
from lakeside.apart.frames import Message
from lakeside.datasets import get_dataset
from lakeside.errors import ContractViolation, QueryRejected
from lakeside.warehouse.sql.translate import translate_select

# sqlglot stumbled over these with errors of Python's own.
STATEMENTS = ["SELECT 1 FROM UNNEST([ARRAY()]) AS x"]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_statement_the_parser_stumbles_over_is_refused(sql: str) -> None:
    with pytest.raises(QueryRejected, match="cannot be read"):
        translate_select(sql, "trips", {"green": None}, 10)


def test_a_header_of_very_many_columns_is_judged_at_once() -> None:
    """The time to judge names grew with the square of their number: 50,000 of them took minutes."""
    headers = [f"c{number % 60_000}" for number in range(100_000)]
    with pytest.raises(ContractViolation, match="more than one column") as refused:
        get_dataset("green").check_headers(headers, "x.csv")
    assert len(refused.value.message) < 1_000


@pytest.mark.parametrize("tag", ["field", "schema", "type", "table"])
@pytest.mark.parametrize(
    "part", [b"\xff\xff\xff\xff\x00\x00\x00\x80", b"\xff" * 8 + bytes(40), b"\xff\xff\xff\xffx\0\0\0"]
)
def test_what_arrow_calls_an_error_of_the_system_is_no_value(tag: str, part: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(Message({"t": tag, "v": 0}, [part]))
