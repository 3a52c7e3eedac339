"""A condition on the rows of a batch."""

from __future__ import annotations

from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from lakeside.lake.where.tree import All, AnyOf, Compare, IsNull, Known, Like, Node, Not, Pair
from lakeside.lake.where.values import Kind, as_scalar, kind_of


def find_rows(batch: pa.RecordBatch, condition: Node) -> pa.Array:
    """The places of the rows for which the condition is true, rising."""
    return pc.indices_nonzero(_evaluate(condition, batch))


def _evaluate(node: Node, batch: pa.RecordBatch) -> pa.Array:
    """true, false or null for each row."""
    match node:
        case All(nodes):
            return reduce(pc.and_kleene, (_evaluate(child, batch) for child in nodes))
        case AnyOf(nodes):
            return reduce(pc.or_kleene, (_evaluate(child, batch) for child in nodes))
        case Not(child):
            return pc.invert(_evaluate(child, batch))
        case IsNull(name):
            return pc.is_null(batch.column(name))
        case Known(name, outcome):
            valid = pc.is_valid(batch.column(name))
            return pc.if_else(valid, pa.scalar(outcome), pa.scalar(None, pa.bool_()))
        case Like(name, pattern):
            return pc.match_like(plain_values(batch.column(name)), pattern)
        case Pair(left, operator, right):
            return pc.call_function(
                operator.value, [plain_values(batch.column(left)), plain_values(batch.column(right))]
            )
        case Compare():
            return _compare(node, plain_values(batch.column(node.column)))


def _compare(node: Compare, values: pa.Array) -> pa.Array:
    if kind_of(values.type) is Kind.UNITS:
        assert isinstance(node.value, int)
        wanted = as_scalar(values.type, node.value)
    else:
        wanted = pa.scalar(node.value, values.type)
    return pc.call_function(node.operator.value, [values, wanted])


def plain_values(values: pa.Array) -> pa.Array:
    """The values in a type Arrow compares: dictionaries decoded, dates in days, small numbers widened."""
    data_type = values.type
    if pa.types.is_dictionary(data_type):
        return plain_values(values.dictionary_decode())
    if pa.types.is_floating(data_type):
        return values.cast(pa.float64())
    if pa.types.is_date64(data_type):
        return values.cast(pa.date32())
    if pa.types.is_string_view(data_type):
        return values.cast(pa.large_string())
    if pa.types.is_decimal(data_type) and data_type.bit_width < 128:
        return values.cast(pa.decimal128(data_type.precision, data_type.scale))
    return values
