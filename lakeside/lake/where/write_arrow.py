"""A condition that was read, as Python code of a pyarrow expression that keeps the same rows.

The code speaks of `pc` (pyarrow.compute), `pa` (pyarrow), `datetime` and `Decimal`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lakeside.lake.where.tree import All, AnyOf, Compare, IsNull, Known, Like, Node, Not, Operator, Pair
from lakeside.lake.where.write import SIGNS, plain_type, value_of


def write_arrow(node: Node, schema: pa.Schema) -> str | None:
    """The expression, or None where a value has no counterpart in Python (nanoseconds, years after 9999)."""
    match node:
        case All(nodes) | AnyOf(nodes):
            parts = [write_arrow(child, schema) for child in nodes]
            if None in parts:
                return None
            return "(" + (" & " if isinstance(node, All) else " | ").join(map(str, parts)) + ")"
        case Not(child):
            inner = write_arrow(child, schema)
            return None if inner is None else f"~{inner}"
        case IsNull(name):
            return f"pc.field({name!r}).is_null()"
        case Known(name, outcome):
            return f"pc.if_else(pc.field({name!r}).is_valid(), {outcome}, pa.scalar(None, pa.bool_()))"
        case Like(name, pattern):
            return f"pc.match_like(pc.field({name!r}), {pattern!r})"
        case Pair(left, operator, right):
            return f"(pc.field({left!r}) {_sign(operator)} pc.field({right!r}))"
        case Compare(name, operator, _):
            value = _write_value(value_of(node, schema), plain_type(schema.field(name).type))
            return None if value is None else f"(pc.field({name!r}) {_sign(operator)} {value})"


def list_imports(code: str) -> list[str]:
    """The imports that such code needs."""
    found = {
        "import datetime": "datetime." in code,
        "from decimal import Decimal": "Decimal(" in code,
        "import pyarrow as pa": "pa." in code,
        "import pyarrow.compute as pc": "pc." in code,
    }
    return [line for line, needed in found.items() if needed]


def _sign(operator: Operator) -> str:
    return "==" if operator is Operator.EQUAL else SIGNS[operator]


def _write_value(value: Any, data_type: pa.DataType) -> str | None:
    if isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        return repr(value) if not pa.types.is_temporal(data_type) else None
    if isinstance(value, Decimal):
        return f"pa.scalar({value!r}, pa.{data_type})"
    if isinstance(value, datetime | date | time):
        return f"pa.scalar({value!r}, {_write_type(data_type)})"
    return None


def _write_type(data_type: pa.DataType) -> str:
    if pa.types.is_date(data_type):
        return "pa.date32()" if pa.types.is_date32(data_type) else "pa.date64()"
    if pa.types.is_time(data_type):
        return f"pa.time{data_type.bit_width}({data_type.unit!r})"
    zone = f", {data_type.tz!r}" if data_type.tz else ""
    return f"pa.timestamp({data_type.unit!r}{zone})"
