"""Conditions as text: from what a person clicked, and from a condition that was read, for other engines.

What is written for a click is read again by `parse`; what is written for an engine keeps exactly the rows
`apply` keeps, also where the engine sees NaN otherwise.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa

from lakeside.lake.plain import list_values
from lakeside.lake.where.tree import All, AnyOf, Compare, IsNull, Known, Like, Node, Not, Operator, Pair
from lakeside.lake.where.values import Kind, as_scalar, kind_of
from lakeside.shown import escape_unseen


class Dialect(StrEnum):
    """Whose SQL is written."""

    GOOGLE = "googlesql"
    DUCKDB = "duckdb"


SIGNS = {
    Operator.EQUAL: "=",
    Operator.LESS: "<",
    Operator.LESS_EQUAL: "<=",
    Operator.GREATER: ">",
    Operator.GREATER_EQUAL: ">=",
}
# GoogleSQL, "Lexical structure and syntax", reserved keywords.
_RESERVED_WORDS = """
    ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS
    CUBE CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH
    FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS
    JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER
    PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT
    TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN
    DATE DATETIME TIME TIMESTAMP
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_name(name: str, dialect: Dialect = Dialect.GOOGLE) -> str:
    """A column's name, quoted where it is no plain word (always for DuckDB)."""
    if dialect is Dialect.GOOGLE and _WORD.fullmatch(name) and name.upper() not in _RESERVED:
        return name
    if dialect is Dialect.DUCKDB:
        return '"' + name.replace('"', '""') + '"'
    return quote_name(name)


def quote_name(name: str) -> str:
    """Any name between the quotes of GoogleSQL, which read escapes as a text's do; nothing unseen is left."""
    return "`" + escape_unseen(name.replace("\\", "\\\\").replace("`", "\\`")) + "`"


def write_value(value: Any, dialect: Dialect = Dialect.GOOGLE) -> str | None:
    """A literal, or None for what no condition can be compared with (bytes, lists, NaN)."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | Decimal):
        return f"{value}"
    if isinstance(value, float):
        return repr(value) if value - value == 0 else None
    if isinstance(value, datetime | date | time):
        return f"'{_write_moment(value)}'"
    if isinstance(value, str):
        return _write_text(value, dialect)
    return None


def write_equal(name: str, value: Any) -> str | None:
    """The rows that have this value (None: the null ones); None where it cannot be said."""
    if value is None:
        return f"{write_name(name)} IS NULL"
    literal = write_value(value)
    return None if literal is None else f"{write_name(name)} = {literal}"


def write_range(name: str, low: Any, high: Any, with_high: bool) -> str | None:
    """The rows from `low` up to `high`, the latter only `with_high`; None where it cannot be said."""
    first, last = write_value(low), write_value(high)
    if first is None or last is None:
        return None
    column = write_name(name)
    return f"{column} >= {first} AND {column} {'<=' if with_high else '<'} {last}"


def write_sql(node: Node, schema: pa.Schema, dialect: Dialect) -> str:
    """A condition that was read, for an engine: the same rows come to true."""
    match node:
        case All(nodes) | AnyOf(nodes):
            word = " AND " if isinstance(node, All) else " OR "
            return "(" + word.join(write_sql(child, schema, dialect) for child in nodes) + ")"
        case Not(child):
            return f"NOT {write_sql(child, schema, dialect)}"
        case IsNull(name):
            return f"({write_name(name, dialect)} IS NULL)"
        case Known(name, outcome):
            column = write_name(name, dialect)
            return f"(CASE WHEN {column} IS NOT NULL THEN {'TRUE' if outcome else 'FALSE'} END)"
        case Like(name, pattern):
            escape = " ESCAPE '\\'" if dialect is Dialect.DUCKDB else ""
            return f"({write_name(name, dialect)} LIKE {_write_text(pattern, dialect)}{escape})"
        case Pair(left, operator, right):
            sides = [write_name(left, dialect), write_name(right, dialect)]
            said = f"{sides[0]} {SIGNS[operator]} {sides[1]}"
            return _without_nan(said, (left, right), schema, dialect)
        case Compare(name, operator, _):
            said = f"{write_name(name, dialect)} {SIGNS[operator]} {_write_compared(node, schema, dialect)}"
            floor = operator in (Operator.GREATER, Operator.GREATER_EQUAL)
            return _without_nan(said, (name,) if floor else (), schema, dialect)


def value_of(node: Compare, schema: pa.Schema) -> Any:
    """What the column is compared with, as a plain value instead of a number of units."""
    data_type = plain_type(schema.field(node.column).type)
    if kind_of(data_type) is not Kind.UNITS:
        return node.value
    assert isinstance(node.value, int)
    if not pa.types.is_temporal(data_type):
        return as_scalar(data_type, node.value).as_py()
    units = pa.array([node.value], pa.int32() if data_type.bit_width == 32 else pa.int64())
    return list_values(units.view(data_type))[0]


def plain_type(data_type: pa.DataType) -> pa.DataType:
    """The type of the values, also of a dictionary's."""
    return data_type.value_type if pa.types.is_dictionary(data_type) else data_type


def _write_compared(node: Compare, schema: pa.Schema, dialect: Dialect) -> str:
    literal = write_value(value_of(node, schema), dialect)
    assert literal is not None  # conditions compare with nothing else
    return literal


def _without_nan(said: str, names: tuple[str, ...], schema: pa.Schema, dialect: Dialect) -> str:
    """DuckDB takes NaN for the largest number and equal to itself; here it compares with nothing."""
    if dialect is Dialect.GOOGLE:  # there too
        return f"({said})"
    floats = [name for name in names if pa.types.is_floating(plain_type(schema.field(name).type))]
    return "(" + " AND ".join([said, *(f"NOT isnan({write_name(name, dialect)})" for name in floats)]) + ")"


def _write_text(text: str, dialect: Dialect) -> str:
    if dialect is Dialect.DUCKDB:
        return "'" + text.replace("'", "''") + "'"
    return "'" + escape_unseen("".join(_PLAIN_ESCAPES.get(character, character) for character in text)) + "'"


def _write_moment(value: datetime | date | time) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat()
