"""Rows that are set aside, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a row is not written."""

    TOO_FEW_FIELDS = "too few fields"
    SURPLUS_FIELD = "a surplus field is not empty"
    NOT_INTEGER = "not an integer"
    NOT_NUMBER = "not a finite number"
    NOT_TIMESTAMP = "not a timestamp"
    NOT_DATE = "not a date"
    NOT_TEXT = "not UTF-8 text"
    OUT_OF_RANGE = "out of range"


@dataclass(frozen=True, slots=True)
class Reject:
    """One row set aside. `row` counts from the start of its block until the block's place is known."""

    row: int
    reason: Reason
    column: str | None
    value: str | None
    line: str
