"""Small DuckDB expressions the rewrites are made of."""

from __future__ import annotations

from sqlglot import exp


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """`name(arguments)`, written as it is."""
    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def text(value: str) -> exp.Literal:
    """A string literal."""
    return exp.Literal.string(value)


def number(value: int) -> exp.Literal:
    """An integer literal, not negative."""
    return exp.Literal(this=str(value), is_string=False)


def cast(value: exp.Expr, kind: str) -> exp.Cast:
    """`CAST(value AS kind)`, in DuckDB's types."""
    return exp.Cast(this=value.copy(), to=exp.DataType.build(kind, dialect="duckdb"))


def try_double(value: exp.Expr) -> exp.TryCast:
    """`TRY_CAST(value AS DOUBLE)`: binds for every type, null where it is no number."""
    return exp.TryCast(this=value.copy(), to=exp.DataType.build("double"))


def fail_when(condition: exp.Expr, message: str, otherwise: exp.Expr) -> exp.Case:
    """The query fails with the message where the condition holds, as BigQuery does."""
    return either(condition, call("error", text(message)), otherwise)


def either(condition: exp.Expr, value: exp.Expr, otherwise: exp.Expr) -> exp.Case:
    """`CASE WHEN condition THEN value ELSE otherwise END`."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=otherwise)


def literal_integer(node: exp.Expr | None) -> int | None:
    """The value of an integer literal (a minus before it counted), else None."""
    if isinstance(node, exp.Neg):
        inner = literal_integer(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        return int(node.name)
    return None
