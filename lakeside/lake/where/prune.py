"""Which row groups can hold rows of a condition, told from the statistics in the footer.

Statistics are bounds, not values: a group is left out only when no row between them can match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.where.tree import All, AnyOf, Compare, IsNull, Known, Node, Not, Operator, find_columns
from lakeside.lake.where.values import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Range:
    """What is known of a column in one row group. `low` and `high` are None where they are not known."""

    rows: int
    nulls: int | None
    low: Any = None
    high: Any = None
    unordered: bool = False  # floats: NaN lies in no range


def choose_row_groups(
    metadata: pq.FileMetaData, schema: pa.Schema, condition: Node, doubted: Collection[str] = ()
) -> list[int]:
    """The row groups that can hold a row for which the condition is true.

    Statistics of columns that are doubted are not used; see `lakeside.lake.where.check`.
    """
    found = find_leaves(metadata, schema, set(find_columns(condition)) - set(doubted))
    chosen = []
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        ranges = {name: read_range(group, index, kind) for name, (index, kind) in found.items()}
        if group.num_rows and can_be(condition, True, ranges):
            chosen.append(number)
    return chosen


def can_be(node: Node, outcome: bool, ranges: Mapping[str, Range]) -> bool:
    """Whether some row can make the node true (or false); True where it cannot be told."""
    match node:
        case Not(child):
            return can_be(child, not outcome, ranges)
        case All(nodes):
            return (all if outcome else any)(can_be(child, outcome, ranges) for child in nodes)
        case AnyOf(nodes):
            return (any if outcome else all)(can_be(child, outcome, ranges) for child in nodes)
        case IsNull(name):
            known = ranges.get(name)
            if known is None or known.nulls is None:
                return True
            return known.nulls > 0 if outcome else known.nulls < known.rows
        case Known(name, always):
            return outcome == always and not _is_all_null(ranges.get(name))
        case Compare(name):
            return _compare_can_be(node, outcome, ranges.get(name))
        case _:
            return True


def _compare_can_be(node: Compare, outcome: bool, known: Range | None) -> bool:
    if _is_all_null(known):
        return False
    if known is None or known.low is None or known.high is None:
        return True
    if not outcome and known.unordered:
        return True
    low, high = known.low, known.high
    value = node.value.encode() if isinstance(node.value, str) else node.value
    match node.operator:
        case Operator.EQUAL:
            return bool(low <= value <= high if outcome else not low == high == value)
        case Operator.LESS:
            return bool(low < value if outcome else high >= value)
        case Operator.LESS_EQUAL:
            return bool(low <= value if outcome else high > value)
        case Operator.GREATER:
            return bool(high > value if outcome else low <= value)
        case Operator.GREATER_EQUAL:
            return bool(high >= value if outcome else low < value)


def _is_all_null(known: Range | None) -> bool:
    return known is not None and known.nulls is not None and known.nulls >= known.rows


def find_leaves(
    metadata: pq.FileMetaData, schema: pa.Schema, names: set[str]
) -> dict[str, tuple[int, pa.DataType | None]]:
    """Leaf index of each flat column, and its type when the footer's numbers are in that type's units."""
    paths = [metadata.schema.column(i).path for i in range(metadata.num_columns)]
    places = {path: index for index, path in enumerate(paths)}
    path_counts = Counter(paths)
    stored = metadata.schema.to_arrow_schema()
    stored_counts = Counter(stored.names)
    found: dict[str, tuple[int, pa.DataType | None]] = {}
    for name in names:
        data_type = schema.field(name).type
        data_type = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
        if path_counts[name] != 1 or stored_counts[name] != 1 or pa.types.is_nested(data_type):
            continue
        index = places[name]
        if metadata.schema.column(index).max_repetition_level:
            continue
        found[name] = (index, data_type if _has_same_units(data_type, stored.field(name).type) else None)
    return found


def _has_same_units(read: pa.DataType, stored: pa.DataType) -> bool:
    if kind_of(read) is not kind_of(stored):
        return False
    if pa.types.is_timestamp(read) and pa.types.is_timestamp(stored):
        return bool(read.unit == stored.unit)
    if pa.types.is_decimal(read) and pa.types.is_decimal(stored):
        return bool(read.scale == stored.scale)
    return kind_of(read) is not Kind.UNITS or bool(read == stored)


def read_range(group: pq.RowGroupMetaData, index: int, data_type: pa.DataType | None) -> Range:
    statistics = group.column(index).statistics
    if statistics is None:
        return Range(group.num_rows, None)
    nulls = statistics.null_count if statistics.has_null_count else None
    if data_type is None or not statistics.has_min_max:
        return Range(group.num_rows, nulls)
    low, high = (_as_comparable(v, data_type) for v in (statistics.min_raw, statistics.max_raw))
    if low is None or high is None or not low <= high:
        return Range(group.num_rows, nulls)
    return Range(group.num_rows, nulls, low, high, kind_of(data_type) is Kind.FLOAT)


def _as_comparable(raw: Any, data_type: pa.DataType) -> Any:
    """A statistic as conditions have values: whole units, doubles, UTF-8 bytes, flags; else None."""
    kind = kind_of(data_type)
    if kind is Kind.UNITS:
        if isinstance(raw, bytes):  # decimals are kept big-endian, in two's complement
            return int.from_bytes(raw, "big", signed=True) if pa.types.is_decimal(data_type) else None
        if pa.types.is_unsigned_integer(data_type) and isinstance(raw, int):
            return raw % (2**64 if data_type.bit_width == 64 else 2**32)
        return raw if isinstance(raw, int) else None
    if kind is Kind.TEXT:
        return raw.encode() if isinstance(raw, str) else raw if isinstance(raw, bytes) else None
    if kind is Kind.FLOAT:
        return raw if isinstance(raw, float) else None
    return raw if kind is Kind.FLAG and isinstance(raw, bool) else None
