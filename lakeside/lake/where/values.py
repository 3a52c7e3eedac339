"""Literals in the units of a column's type, exactly: no value is rounded before it is compared."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

import pyarrow as pa

from lakeside.lake.where.tree import Compare, Known, Node, Operator

_UNIT_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_DAY_NANOSECONDS = 86_400 * 10**9
_WIDE = Context(prec=100)  # decimal256 has 76 digits
_LARGEST_EXPONENT = 400  # beyond every type's range; keeps `1e999999999` from becoming a number
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d{1,9}))?)?"
_MOMENT = re.compile(
    rf"(?P<year>\d{{4}})-(?P<month>\d\d?)-(?P<day>\d\d?)([ T]{_CLOCK})?\s?(?P<zone>Z|UTC|[+-]\d\d(:?\d\d)?)?"
)
_TIME = re.compile(_CLOCK)


class Kind(StrEnum):
    """How values of a type compare."""

    UNITS = "units"  # integers, decimals, dates, times: whole numbers of a unit
    FLOAT = "float"
    TEXT = "text"
    FLAG = "flag"
    OTHER = "other"  # only IS [NOT] NULL


def kind_of(data_type: pa.DataType) -> Kind:
    """How values of this type compare; a dictionary as what it holds."""
    types = pa.types
    if types.is_dictionary(data_type):
        return kind_of(data_type.value_type)
    if types.is_integer(data_type) or types.is_decimal(data_type):
        return Kind.UNITS
    if types.is_date(data_type) or types.is_timestamp(data_type) or types.is_time(data_type):
        return Kind.UNITS
    if types.is_floating(data_type):
        return Kind.FLOAT
    if types.is_string(data_type) or types.is_large_string(data_type) or types.is_string_view(data_type):
        return Kind.TEXT
    return Kind.FLAG if types.is_boolean(data_type) else Kind.OTHER


def read_number(text: str) -> Decimal:
    """A number as it is written; ValueError when no type could hold it."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text} is not a number") from None
    if not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST_EXPONENT):
        raise ValueError(f"{text} is beyond what any column can hold")
    return number


def count_units(data_type: pa.DataType, literal: Decimal | str) -> Fraction:
    """How many units of the type a literal is; ValueError says why it is none."""
    types = pa.types
    if isinstance(literal, Decimal):
        if types.is_integer(data_type) or types.is_decimal(data_type):
            scale = data_type.scale if types.is_decimal(data_type) else 0
            return Fraction(literal) * Fraction(10) ** scale
        raise ValueError("write it in quotes, as '2020-10-01' or '2020-10-01 12:30:00'")
    if types.is_date(data_type):
        return Fraction(_read_moment(literal, zoned=False), _DAY_NANOSECONDS)
    if types.is_timestamp(data_type):
        moment = _read_moment(literal, zoned=data_type.tz is not None)
        return Fraction(moment, _UNIT_NANOSECONDS[data_type.unit])
    if types.is_time(data_type):
        return Fraction(_read_time(literal), _UNIT_NANOSECONDS[data_type.unit])
    raise ValueError("a number was expected")


def compare_units(column: str, data_type: pa.DataType, operator: Operator, value: Fraction) -> Node:
    """Compare whole units with a value that may lie between two of them, or outside the type's range."""
    lowest, highest = _find_range(data_type)
    if operator is Operator.EQUAL:
        if value.denominator != 1 or not lowest <= value <= highest:
            return Known(column, False)
        return Compare(column, operator, int(value))
    upward = operator in (Operator.GREATER, Operator.GREATER_EQUAL)
    if value < lowest or value > highest:
        return Known(column, (value < lowest) == upward)
    towards_ceiling = operator in (Operator.LESS, Operator.GREATER_EQUAL)
    return Compare(column, operator, math.ceil(value) if towards_ceiling else math.floor(value))


def as_scalar(data_type: pa.DataType, value: int) -> pa.Scalar:
    """That many units as a value of the type."""
    if pa.types.is_decimal(data_type):
        return pa.scalar(Decimal(value).scaleb(-data_type.scale, _WIDE), data_type)
    if pa.types.is_integer(data_type):
        return pa.scalar(value, data_type)
    plain = pa.int32() if data_type.bit_width == 32 else pa.int64()
    return pa.scalar(value, plain).cast(data_type)


def _find_range(data_type: pa.DataType) -> tuple[int, int]:
    if pa.types.is_decimal(data_type):
        return 1 - 10**data_type.precision, 10**data_type.precision - 1
    bits = data_type.bit_width
    if pa.types.is_unsigned_integer(data_type):
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def _read_moment(text: str, zoned: bool) -> int:
    """Nanoseconds since 1970; a literal without a zone is UTC where the column has one."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a date or time such as 2020-10-01 12:30:00")
    zone = match["zone"]
    if zone and not zoned:
        raise ValueError(f"'{text}' names a time zone, the column has none")
    days = date(int(match["year"]), int(match["month"]), int(match["day"])).toordinal() - 719_163
    clock = _count_clock(match) if match["hour"] else 0
    return days * _DAY_NANOSECONDS + clock - _count_zone(zone)


def _read_time(text: str) -> int:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a time such as 12:30:00")
    return _count_clock(match)


def _count_clock(match: re.Match[str]) -> int:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"'{match[0]}' is not a time of day")
    fraction = int((match["fraction"] or "0").ljust(9, "0"))
    return (hour * 3600 + minute * 60 + second) * 10**9 + fraction


def _count_zone(zone: str | None) -> int:
    if zone in (None, "Z", "UTC"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return (-minutes if zone[0] == "-" else minutes) * 60 * 10**9
