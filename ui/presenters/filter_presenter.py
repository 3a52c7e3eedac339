"""A filter on one column, made of what a person chose, as a condition in text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeside.lake.where.terms import join_terms, split_terms
from lakeside.lake.where.values import Kind, kind_of
from lakeside.lake.where.write import write_name, write_value

IS_NULL, IS_NOT_NULL, BETWEEN = "is null", "is not null", "is between"
_ORDERED = {"=": "=", "is not": "<>", "<": "<", "≤": "<=", ">": ">", "≥": ">="}
_EQUAL = {"=": "=", "is not": "<>"}
_TEXT = ("contains", "starts with", "ends with")
_EXAMPLES: Sequence[tuple[Callable[[pa.DataType], bool], str]] = (
    (pa.types.is_date, "2020-10-01"),
    (pa.types.is_timestamp, "2020-10-01 12:30:00"),
    (pa.types.is_time, "12:30:00"),
    (pa.types.is_decimal, "12.50"),
    (pa.types.is_floating, "12.5"),
    (pa.types.is_integer, "100"),
)


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the condition, and the condition that is left without it."""

    text: str
    rest: str


def list_comparisons(data_type: pa.DataType) -> list[str]:
    """How values of the type can be compared, in words."""
    nulls = [IS_NULL, IS_NOT_NULL]
    match kind_of(data_type):
        case Kind.UNITS | Kind.FLOAT:
            return [*_ORDERED, BETWEEN, *nulls]
        case Kind.TEXT:
            return [*_EQUAL, *_TEXT, BETWEEN, *nulls]
        case Kind.FLAG:
            return [*_EQUAL, *nulls]
        case _:
            return nulls


def needs_values(comparison: str) -> int:
    """How many values a comparison takes: none, one or two."""
    return 0 if comparison in (IS_NULL, IS_NOT_NULL) else 2 if comparison == BETWEEN else 1


def show_example(data_type: pa.DataType) -> str:
    """What a value of the type looks like."""
    plain = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    if pa.types.is_boolean(plain):
        return "true"
    return next((f"for example {example}" for test, example in _EXAMPLES if test(plain)), "text as it is")


def show_condition(schema: pa.Schema) -> str:
    """What a condition on such rows looks like."""
    number = next((f.name for f in schema if pa.types.is_floating(f.type)), None)
    last = schema.names[-1] if schema.names else ""
    nulls = f"{write_name(last)} IS NOT NULL"
    return f"for example {write_name(number)} > 100 AND {nulls}" if number else f"for example {nulls}"


def write_filter(field: pa.Field, comparison: str, values: Sequence[str]) -> str:
    """The condition, in the grammar that is also typed; whether the values fit is seen when it is read."""
    name = write_name(field.name)
    if comparison in (IS_NULL, IS_NOT_NULL):
        return f"{name} {comparison.upper()}"
    kind = kind_of(field.type)
    literals = [_write_literal(value, kind, field.type) for value in values]
    if comparison == BETWEEN:
        return f"{name} BETWEEN {literals[0]} AND {literals[1]}"
    if comparison in _TEXT:
        return f"{name} LIKE {write_value(_as_pattern(values[0], comparison))}"
    return f"{name} {_ORDERED[comparison]} {literals[0]}"


def add_term(where: str, term: str) -> str:
    """The condition with one more part."""
    return join_terms([*split_terms(where), term])


def present_terms(where: str) -> list[Term]:
    """The parts of a condition, each with what remains without it."""
    terms = split_terms(where)
    return [Term(term, join_terms([*terms[:i], *terms[i + 1 :]])) for i, term in enumerate(terms)]


def _write_literal(value: str, kind: Kind, data_type: pa.DataType) -> str:
    value = value if kind is Kind.TEXT else value.strip()
    plain = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    if kind is Kind.TEXT or pa.types.is_temporal(plain):
        return write_value(value) or ""
    return value.upper() if kind is Kind.FLAG else value.replace(",", "") or "''"


def _as_pattern(value: str, comparison: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    head = "" if comparison == "starts with" else "%"
    return f"{head}{escaped}" + ("" if comparison == "ends with" else "%")
