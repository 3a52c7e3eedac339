"""Reading a condition: comparisons, BETWEEN, IN, IS [NOT] NULL, LIKE, AND, OR, NOT; all else is refused.

GoogleSQL's grammar, through sqlglot. There are columns and literals, no functions and no arithmetic, so
that a condition can be judged by a row group's statistics and costs nothing to apply.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
from sqlglot import exp, parse
from sqlglot.errors import ParseError, TokenError

from lakeside.errors import QueryRejected
from lakeside.lake.where.tree import (
    MIRRORED,
    All,
    AnyOf,
    Compare,
    IsNull,
    Like,
    Node,
    Not,
    Operator,
    Pair,
)
from lakeside.lake.where.values import Kind, compare_units, count_units, kind_of, read_number

MAXIMUM_CHARACTERS = 10_000
MAXIMUM_ITEMS = 500
_ALLOWED = (
    "A condition has columns, literals, = <> < <= > >=, BETWEEN, IN, IS [NOT] NULL, LIKE, AND, OR and NOT; "
    "use `lakeside sql --on lake` for more."
)
_OPERATORS: dict[type[exp.Expr], Operator] = {
    exp.EQ: Operator.EQUAL,
    exp.LT: Operator.LESS,
    exp.LTE: Operator.LESS_EQUAL,
    exp.GT: Operator.GREATER,
    exp.GTE: Operator.GREATER_EQUAL,
}
# The arguments of each node that are understood; a node with any other is refused, never half read.
_ARGUMENTS: dict[type[exp.Expr], set[str]] = {
    exp.Paren: {"this"},
    exp.Not: {"this"},
    exp.And: {"this", "expression"},
    exp.Or: {"this", "expression"},
    exp.Is: {"this", "expression"},
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
    exp.Like: {"this", "expression", "negate"},
    exp.NEQ: {"this", "expression"},
    exp.Boolean: {"this"},
    exp.Column: {"this", "table"},
    **{kind: {"this", "expression"} for kind in _OPERATORS},
}
_QUOTED_TYPES = {"DATE", "TIMESTAMP", "TIMESTAMPTZ", "DATETIME", "TIME", "DECIMAL", "BIGDECIMAL"}


def parse_condition(text: str, schema: pa.Schema) -> Node:
    """The condition on rows of that schema.

    Column names are as in the file; where no name is equal, case is ignored. Names that are no words are
    written in backticks.

    Raises:
        QueryRejected: it does not parse, has parts that are not allowed (the message names them), names
            a column that is not there or is there twice, or compares what cannot be compared.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise QueryRejected(f"The condition is longer than {MAXIMUM_CHARACTERS:,} characters.", "Shorten it.")
    try:
        statements = parse(text, dialect="bigquery")
        if len(statements) != 1 or statements[0] is None:
            raise QueryRejected("Exactly one condition is expected.", _ALLOWED)
        return _Reader(schema).read(statements[0])
    except (ParseError, TokenError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is cut"
        raise QueryRejected(f"The condition does not parse: {reason}", _ALLOWED) from error
    except RecursionError as error:
        raise QueryRejected("The condition is nested too deeply.", "Simplify it.") from error


class _Reader:
    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema

    def read(self, node: exp.Expr) -> Node:
        """A node that is true, false or null."""
        expected = _ARGUMENTS.get(type(node))
        if expected is None or any(value and name not in expected for name, value in node.args.items()):
            raise _refuse(node)
        match node:
            case exp.Paren():
                return self.read(node.this)
            case exp.Not():
                return Not(self.read(node.this))
            case exp.And():
                return All((self.read(node.this), self.read(node.expression)))
            case exp.Or():
                return AnyOf((self.read(node.this), self.read(node.expression)))
            case exp.Column():
                return self._read_flag(node)
        return self._read_predicate(node)

    def _read_predicate(self, node: exp.Expr) -> Node:
        match node:
            case exp.Is():
                return self._read_is(node)
            case exp.In():
                items = node.expressions
                if not items or len(items) > MAXIMUM_ITEMS:
                    raise QueryRejected(f"IN takes 1 to {MAXIMUM_ITEMS} values, not {len(items)}.", _ALLOWED)
                return AnyOf(tuple(self._compare(node.this, Operator.EQUAL, item) for item in items))
            case exp.Between():
                low = self._compare(node.this, Operator.GREATER_EQUAL, node.args["low"])
                return All((low, self._compare(node.this, Operator.LESS_EQUAL, node.args["high"])))
            case exp.Like():
                like = self._read_like(node)
                return Not(like) if node.args.get("negate") else like
            case exp.NEQ():
                return Not(self._compare(node.this, Operator.EQUAL, node.expression))
        operator = _OPERATORS.get(type(node))
        if operator is None:
            raise _refuse(node)
        return self._compare(node.this, operator, node.expression)

    def _read_flag(self, node: exp.Expr) -> Node:
        name, data_type = self._find_column(node)
        if kind_of(data_type) is not Kind.FLAG:
            raise QueryRejected(f"{name} is {data_type}, not true or false.", "Compare it with a value.")
        return Compare(name, Operator.EQUAL, True)

    def _read_is(self, node: exp.Is) -> Node:
        name, _ = self._find_column(node.this)
        if isinstance(node.expression, exp.Null):
            return IsNull(name)
        if isinstance(node.expression, exp.Boolean):  # IS TRUE is never null
            equal = self._compare(node.this, Operator.EQUAL, node.expression)
            return All((equal, Not(IsNull(name))))
        raise _refuse(node)

    def _read_like(self, node: exp.Like) -> Node:
        name, data_type = self._find_column(node.this)
        pattern = node.expression
        if kind_of(data_type) is not Kind.TEXT:
            raise QueryRejected(f"{name} is {data_type}; LIKE is for text.", _ALLOWED)
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise QueryRejected(f"{pattern.sql('bigquery')} is not a pattern: LIKE takes a text.", _ALLOWED)
        return Like(name, pattern.this)

    def _compare(self, left: exp.Expr, operator: Operator, right: exp.Expr) -> Node:
        if not isinstance(left, exp.Column):
            if not isinstance(right, exp.Column):
                raise _refuse(left)
            left, operator, right = right, MIRRORED[operator], left
        name, data_type = self._find_column(left)
        if isinstance(right, exp.Column):
            return self._pair(name, data_type, operator, right)
        literal = _read_literal(right)
        try:
            return _COMPARE[kind_of(data_type)](name, data_type, operator, literal)
        except ValueError as error:
            shown = right.sql("bigquery")
            raise QueryRejected(
                f"{name} is {data_type} and cannot be compared with {shown}: {error}."
            ) from error

    def _pair(self, name: str, data_type: pa.DataType, operator: Operator, right: exp.Column) -> Node:
        other, other_type = self._find_column(right)
        kind, numbers = kind_of(data_type), (pa.types.is_integer, pa.types.is_floating)
        both_numbers = all(any(test(t) for test in numbers) for t in (data_type, other_type))
        if kind is Kind.OTHER or not (data_type == other_type or both_numbers):
            raise QueryRejected(f"{name} is {data_type}, {other} is {other_type}: they cannot be compared.")
        return Pair(name, operator, other)

    def _find_column(self, node: exp.Expr) -> tuple[str, pa.DataType]:
        if not isinstance(node, exp.Column):
            raise _refuse(node)
        wanted = ".".join(part.name for part in node.parts)
        names = self._schema.names
        found = [n for n in names if n == wanted] or [n for n in names if n.casefold() == wanted.casefold()]
        if not found:
            raise QueryRejected(f"There is no column {wanted}.", f"There are {list_names(names)}.")
        if len(found) > 1:
            raise QueryRejected(f"{len(found)} columns are called {wanted}.", "It cannot be told which.")
        return found[0], self._schema.field(names.index(found[0])).type


def _read_literal(node: exp.Expr) -> Decimal | str | bool:
    """A number, text (dates and times too) or flag."""
    if isinstance(node, exp.Paren):
        return _read_literal(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Literal) and node.is_string:
        return str(node.this)
    negative = isinstance(node, exp.Neg)
    number = node.this if negative else node
    if isinstance(number, exp.Literal) and not number.is_string:
        return _as_number(number, -1 if negative else 1)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        name = node.to.this.value
        if name in _QUOTED_TYPES:
            return _as_number(node.this, 1) if name.endswith("DECIMAL") else str(node.this.this)
    if isinstance(node, exp.Null):
        raise QueryRejected("Nothing equals NULL.", "Write IS NULL or IS NOT NULL.")
    raise _refuse(node)


def _as_number(node: exp.Expr, sign: int) -> Decimal:
    try:
        return read_number(node.this).copy_negate() if sign < 0 else read_number(node.this)
    except ValueError as error:
        raise QueryRejected(f"{error}.") from error


Literal = Decimal | str | bool


def _compare_units(name: str, data_type: pa.DataType, operator: Operator, literal: Literal) -> Node:
    if isinstance(literal, bool):
        raise ValueError("it is neither true nor false")
    plain = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    return compare_units(name, plain, operator, count_units(plain, literal))


def _compare_float(name: str, data_type: pa.DataType, operator: Operator, literal: Literal) -> Node:
    if not isinstance(literal, Decimal):
        raise ValueError("a number was expected")
    return Compare(name, operator, float(literal))


def _compare_text(name: str, data_type: pa.DataType, operator: Operator, literal: Literal) -> Node:
    if not isinstance(literal, str):
        raise ValueError("a text in quotes was expected")
    return Compare(name, operator, literal)


def _compare_flag(name: str, data_type: pa.DataType, operator: Operator, literal: Literal) -> Node:
    if not isinstance(literal, bool) or operator is not Operator.EQUAL:
        raise ValueError("it can only be = or <> TRUE or FALSE")
    return Compare(name, operator, literal)


def _compare_other(name: str, data_type: pa.DataType, operator: Operator, literal: Literal) -> Node:
    raise ValueError("it can only be IS NULL or IS NOT NULL")


_COMPARE: dict[Kind, Callable[[str, pa.DataType, Operator, Literal], Node]] = {
    Kind.UNITS: _compare_units,
    Kind.FLOAT: _compare_float,
    Kind.TEXT: _compare_text,
    Kind.FLAG: _compare_flag,
    Kind.OTHER: _compare_other,
}


def _refuse(node: exp.Expr) -> QueryRejected:
    shown = node.sql("bigquery")
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    return QueryRejected(f"{node.key.upper()} is not allowed in a condition: {shown}", _ALLOWED)


def list_names(names: list[str]) -> str:
    """Columns in words; of many the first."""
    more = f" and {len(names) - 40:,} more" if len(names) > 40 else ""
    return ", ".join(names[:40]) + more
