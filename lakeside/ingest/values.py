"""One value at a time, exactly: the slow way that only odd values go, and its reasons for refusing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lakeside.datasets.contract import Kind
from lakeside.ingest.rejects import Reason

# Money is summed in whole millionths of a dollar as a 64-bit integer; nobody pays nine trillion.
LARGEST_MONEY = 9e12
_INTEGER = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?", re.ASCII)
_AMERICAN = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y")


class Refused(Exception):
    """A value does not fit its column; never leaves the room."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def convert_values(
    array: pa.Array, kind: Kind, codes: Mapping[str, int]
) -> tuple[pa.Array, dict[int, tuple[Reason, str]]]:
    """Convert every value exactly; each distinct value is looked at once.

    Args:
        array: binary (the raw text of a CSV field; empty is null) or any type a parquet file had.
        kind: what the column holds.
        codes: old text codes and the numbers they stand for today.

    Returns:
        The values as the kind's Arrow type, null where refused, and by row why and what was refused.
    """
    encoded = array.dictionary_encode()
    parse = _PARSE[kind]
    values: list[Any] = []
    refused: dict[int, tuple[Reason, str]] = {}
    for index, raw in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(_parse(raw, parse, codes))
        except Refused as refusal:
            values.append(None)
            refused[index] = refusal.reason, _show(raw)
    indices = encoded.indices
    converted = pa.array(values, kind.arrow_type).take(indices)
    if not refused:
        return converted, {}
    return converted, {
        row: refused[index] for row, index in enumerate(indices.to_pylist()) if index in refused
    }


def _parse(raw: Any, parse: Callable[[Any], Any], codes: Mapping[str, int]) -> Any:
    if isinstance(raw, bytes):
        try:
            raw = raw.decode()
        except UnicodeDecodeError:
            raise Refused(Reason.NOT_TEXT) from None
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and parse is not _text:
        raw = raw.strip()
        if raw == "":
            return None
        code = codes.get(raw.casefold())
        if code is not None:
            return code
    return parse(raw)


def _show(raw: Any) -> str:
    return raw.decode(errors="backslashreplace") if isinstance(raw, bytes) else str(raw)


def _integer(raw: Any) -> int:
    if isinstance(raw, str):
        if _INTEGER.fullmatch(raw):
            return _within_64_bits(int(raw))
        if not _NUMBER.fullmatch(raw):
            raise Refused(Reason.NOT_INTEGER)
        raw = Decimal(raw)
    if isinstance(raw, float | Decimal) and not (math.isfinite(raw) and raw == int(raw)):
        raise Refused(Reason.NOT_INTEGER)
    return _within_64_bits(int(raw))


def _within_64_bits(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise Refused(Reason.OUT_OF_RANGE)
    return value


def _number(raw: Any) -> float:
    if isinstance(raw, str) and not _NUMBER.fullmatch(raw):
        raise Refused(Reason.NOT_NUMBER)
    value = float(raw)
    if not math.isfinite(value):
        raise Refused(Reason.NOT_NUMBER)
    if isinstance(raw, int) and int(value) != raw:
        raise Refused(Reason.OUT_OF_RANGE)
    return value


def _money(raw: Any) -> float:
    value = _number(raw)
    if abs(value) > LARGEST_MONEY:
        raise Refused(Reason.OUT_OF_RANGE)
    return value


def _text(raw: Any) -> str:
    return raw if isinstance(raw, str) else str(raw)


def _timestamp(raw: Any) -> datetime:
    if isinstance(raw, datetime):
        if getattr(raw, "nanosecond", 0):
            raise Refused(Reason.NOT_TIMESTAMP)  # finer than a microsecond: not without loss
        return raw
    if isinstance(raw, date):
        return datetime(raw.year, raw.month, raw.day)  # noqa: DTZ001 - wall clock has no zone
    if not isinstance(raw, str):
        raise Refused(Reason.NOT_TIMESTAMP)
    match = _TIMESTAMP.fullmatch(raw)
    if match is None:
        return _american(raw)
    day, minute, second, fraction = match.groups("")
    if fraction[7:].strip("0"):
        raise Refused(Reason.NOT_TIMESTAMP)
    try:
        return datetime.fromisoformat(f"{day}T{minute or '00:00'}{second}{fraction[:7]}")
    except ValueError:
        raise Refused(Reason.NOT_TIMESTAMP) from None


def _american(raw: str) -> datetime:
    for form in _AMERICAN:
        try:
            return datetime.strptime(raw, form)  # noqa: DTZ007 - wall clock has no zone
        except ValueError:
            continue
    raise Refused(Reason.NOT_TIMESTAMP)


def _date(raw: Any) -> date:
    try:
        moment = _timestamp(raw)
    except Refused:
        raise Refused(Reason.NOT_DATE) from None
    if moment.time() != datetime.min.time():
        raise Refused(Reason.NOT_DATE)
    return moment.date()


_PARSE: dict[Kind, Callable[[Any], Any]] = {
    Kind.INTEGER: _integer,
    Kind.MONEY: _money,
    Kind.FLOAT: _number,
    Kind.TEXT: _text,
    Kind.TIMESTAMP: _timestamp,
    Kind.DATE: _date,
}
