"""Rows as a browser can show them: what it would round or fail at becomes exact text of bounded length.

What nobody would see in a text, or what would turn it around, is shown by its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lakeside.lake.plain import list_values
from lakeside.shown import UNSEEN, show_unseen

SHOWN_CHARACTERS = 1_000
SHOWN_BYTES = 32
_EXACT_INTEGERS = 2**53  # JavaScript's numbers are exact up to there
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # years 1 and 9999


def present_cells(rows: pa.Table, numbers: Sequence[int]) -> pa.Table:
    """The rows behind a column of their numbers; names that occur twice are told apart."""
    shown = reveal(rows)
    names = name_once(["#", *shown.column_names])
    columns = [pa.array(list(numbers), pa.int64()), *(_as_shown(c) for c in shown.columns)]
    return pa.Table.from_arrays(columns, names=names)


def reveal(rows: pa.Table) -> pa.Table:
    """The same rows with nothing unseen in their names and texts."""
    names = [show_unseen(name) for name in rows.column_names]
    return pa.Table.from_arrays([_reveal(column) for column in rows.columns], names=names)


def present_value(value: Any) -> str:
    """One value as text, cut where it is long; null as a dash."""
    if value is None:
        return "null"
    if isinstance(value, bytes):
        more = f" … ({len(value):,} bytes)" if len(value) > SHOWN_BYTES else ""
        return f"0x{value[:SHOWN_BYTES].hex()}{more}"
    words = show_unseen(value if isinstance(value, str) else str(value))
    if len(words) <= SHOWN_CHARACTERS:
        return words
    return f"{words[:SHOWN_CHARACTERS]} … ({len(words):,} characters)"


def name_once(names: Sequence[str]) -> list[str]:
    """The names, with (2), (3) ... behind those that were there before."""
    seen: set[str] = set()
    unique = []
    for name in names:
        number, candidate = 1, name
        while candidate in seen:
            number += 1
            candidate = f"{name} ({number})"
        seen.add(candidate)
        unique.append(candidate)
    return unique


def _reveal(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    texts = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if not texts or not pc.any(pc.match_substring_regex(column, UNSEEN)).as_py():
        return column
    return pa.array([None if text is None else show_unseen(text) for text in column.to_pylist()], column.type)


def _as_shown(column: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    if _is_safe(column):
        return column
    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    values = [None if value is None else present_value(value) for value in list_values(column)]
    return pa.array(values, pa.string())


def _is_safe(column: pa.ChunkedArray) -> bool:
    types, data_type = pa.types, column.type
    if types.is_boolean(data_type) or types.is_float32(data_type) or types.is_float64(data_type):
        return True
    if types.is_date32(data_type) or types.is_timestamp(data_type):
        return _is_in_calendar(column)
    if types.is_integer(data_type):
        return _is_within(column, -_EXACT_INTEGERS, _EXACT_INTEGERS)
    if types.is_string(data_type):
        longest = pc.max(pc.utf8_length(column)).as_py()
        return longest is None or longest <= SHOWN_CHARACTERS
    return False


def _is_within(column: pa.ChunkedArray, low: int, high: int) -> bool:
    bounds = pc.min_max(column).as_py()
    return bounds["min"] is None or (low <= bounds["min"] and bounds["max"] <= high)


def _is_in_calendar(column: pa.ChunkedArray) -> bool:
    if pa.types.is_date32(column.type):
        return _is_within(column.cast(pa.int32()), _FIRST_SECOND // 86_400, _LAST_SECOND // 86_400)
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[column.type.unit]
    plain = pa.chunked_array([chunk.view(pa.int64()) for chunk in column.chunks], pa.int64())
    return _is_within(plain, _FIRST_SECOND * per_second, _LAST_SECOND * per_second)
