"""Arrow values as plain Python ones, exactly. Where Python's own types would round or fail, text.

Nanoseconds, years before 1 or after 9999, and times Arrow itself calls out of range are the cases:
a preview must show any file, and must not import pandas to do so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

_NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # years 1 and 9999, in days since 1970
_DAY = 86_400 * 10**9


def list_values(values: pa.ChunkedArray | pa.Array) -> list[Any]:
    """The values in order: None, bool, int, float, str, bytes, Decimal, date, datetime, time, list, dict.

    A map is a list of {key, value}, since keys need not be text or unique; so is a struct with two
    fields of one name a list of {name, value}.
    """
    chunks = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    return [value for chunk in chunks for value in _convert(chunk)]


def _convert(array: pa.Array) -> Sequence[Any]:
    data_type = array.type
    types = pa.types
    if isinstance(data_type, pa.BaseExtensionType):
        return _convert(array.storage)
    if types.is_dictionary(data_type):
        meant = _convert(array.dictionary)
        return [None if i is None else meant[i] for i in array.indices.to_pylist()]
    if types.is_struct(data_type):
        return _convert_structs(array)
    if types.is_map(data_type):
        pairs = zip(_convert(array.keys), _convert(array.items), strict=True)
        return _cut(array, [{"key": key, "value": value} for key, value in pairs])
    if types.is_list(data_type) or types.is_large_list(data_type):
        return _cut(array, _convert(array.values))
    if types.is_fixed_size_list(data_type):
        size, inner, start = data_type.list_size, _convert(array.values), array.offset
        return [
            list(inner[(start + i) * size : (start + i + 1) * size]) if valid else None
            for i, valid in enumerate(array.is_valid().to_pylist())
        ]
    if types.is_temporal(data_type) and not types.is_interval(data_type):
        return _convert_times(array)
    values: list[Any] = array.to_pylist()
    return values


def _cut(array: Any, inner: Sequence[Any]) -> list[Any]:
    """The inner values cut into lists by the array's offsets."""
    offsets = array.offsets.to_pylist()
    valid = array.is_valid().to_pylist()
    return [
        list(inner[a:b]) if ok else None for a, b, ok in zip(offsets[:-1], offsets[1:], valid, strict=True)
    ]


def _convert_structs(array: pa.StructArray) -> list[Any]:
    names = [field.name for field in array.type]
    columns = [_convert(column) for column in array.flatten()]
    rows = zip(*columns, strict=True) if columns else (() for _ in range(len(array)))
    unique = len(set(names)) == len(names)
    made = (
        dict(zip(names, row, strict=True))
        if unique
        else [{"name": n, "value": v} for n, v in zip(names, row, strict=True)]
        for row in rows
    )
    return [row if ok else None for row, ok in zip(made, array.is_valid().to_pylist(), strict=True)]


def _convert_times(array: pa.Array) -> list[Any]:
    data_type = array.type
    narrow = data_type.bit_width == 32
    units = array.view(pa.int32() if narrow else pa.int64()).to_pylist()
    if pa.types.is_date(data_type):
        unit = _DAY if pa.types.is_date32(data_type) else 10**6
        return [None if n is None else _show_date(n * unit) for n in units]
    unit = _NANOSECONDS[data_type.unit]
    if pa.types.is_time(data_type):
        return [None if n is None else _show_time(n * unit) for n in units]
    if pa.types.is_duration(data_type):
        return [None if n is None else _show_seconds(n * unit) for n in units]
    zone = data_type.tz
    return [None if n is None else _show_moment(n * unit, zone is not None) for n in units]


def _show_date(nanoseconds: int) -> date | str:
    days, rest = divmod(nanoseconds, _DAY)
    if not _FIRST_DAY <= days <= _LAST_DAY:
        return f"{days} days since 1970-01-01"
    day = date.fromordinal(days + 719_163)
    return day if not rest else f"{day.isoformat()} and {rest // 10**6} ms"


def _show_time(nanoseconds: int) -> time | str:
    if not 0 <= nanoseconds < _DAY:
        return f"{_show_seconds(nanoseconds)} s since midnight"
    return _make_time(nanoseconds)


def _make_time(nanoseconds: int) -> time | str:
    seconds, fraction = divmod(nanoseconds, 10**9)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60, fraction // 1000)
    return clock if fraction % 1000 == 0 else f"{clock.replace(microsecond=0).isoformat()}.{fraction:09d}"


def _show_moment(nanoseconds: int, zoned: bool) -> datetime | str:
    """A wall clock, or in UTC where the column has a zone: the zone's name is the column's type."""
    days, rest = divmod(nanoseconds, _DAY)
    if not _FIRST_DAY <= days <= _LAST_DAY:
        return f"{_show_seconds(nanoseconds)} s since 1970-01-01{' UTC' if zoned else ''}"
    day, clock = date.fromordinal(days + 719_163), _make_time(rest)
    if isinstance(clock, time):
        return datetime.combine(day, clock, UTC if zoned else None)
    return f"{day.isoformat()}T{clock}{'+00:00' if zoned else ''}"


def _show_seconds(nanoseconds: int) -> Decimal:
    seconds, fraction = divmod(abs(nanoseconds), 10**9)
    text = f"{'-' if nanoseconds < 0 else ''}{seconds}.{fraction:09d}".rstrip("0").rstrip(".")
    return Decimal(text)
