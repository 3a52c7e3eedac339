"""Arrays: bounds that are checked, offsets from 0, the first n of ARRAY_AGG."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from lakeside.warehouse.sql.expressions import call, fail_when, number


def _bracket(node: exp.Expr) -> exp.Expr:
    """`array[OFFSET(i)]` outside the array is an error; SAFE_OFFSET answers null."""
    if node.args.get("safe") or len(node.expressions) != 1:
        return node
    index = node.expressions[0]
    if isinstance(index, exp.Literal) and index.is_string:
        return node
    first = node.args.get("offset") or 0
    size = call("len", node.this)
    last = size if first else exp.Sub(this=size, expression=number(1))
    outside = exp.Or(
        this=exp.LT(this=index.copy(), expression=number(first)),
        expression=exp.GT(this=index.copy(), expression=last),
    )
    return exp.Paren(this=fail_when(exp.Paren(this=outside), "array index out of bounds", node.copy()))


def _array_agg(node: exp.Expr) -> exp.Expr:
    limit = node.this
    if not isinstance(limit, exp.Limit):
        return node
    rows = exp.ArrayAgg(this=limit.this.copy())
    return call("list_slice", rows, number(1), limit.expression)


def _unnest(node: exp.Expr) -> exp.Expr:
    """WITH OFFSET counts from 0; DuckDB's ORDINALITY from 1."""
    offset = node.args.get("offset")
    if not isinstance(offset, exp.Identifier) or len(node.expressions) != 1:
        return node
    alias = node.args.get("alias")
    names = alias.columns if alias is not None else []
    element = names[0].copy() if names else exp.to_identifier("_element")
    values = node.expressions[0]
    query = exp.Select(
        expressions=[
            exp.alias_(call("unnest", values), element),
            exp.alias_(call("unnest", call("range", call("len", values))), offset.copy()),
        ]
    )
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(f"_unnest_{element.name}")))


REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Bracket: _bracket,
    exp.ArrayAgg: _array_agg,
    exp.Unnest: _unnest,
}
