"""Numbers: literals, division, rounding, and what BigQuery calls an error."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.expressions import call, cast, either, fail_when, number

_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Paren)
# BigQuery's NUMERIC: 38 digits, 9 of them after the point.
_NUMERIC = "DECIMAL(38, 9)"


def _literal(node: exp.Expr) -> exp.Expr:
    """INT64 and FLOAT64 literals; DuckDB would take INTEGER and DECIMAL."""
    if node.args.get("is_string"):
        return node
    if not node.name.isdigit():
        return node if "e" in node.name.casefold() else exp.Literal.number(f"{node.name}e0")
    return cast(node, "BIGINT") if _is_value(node) else node


def _is_value(node: exp.Expr) -> bool:
    """Whether an integer literal is a value of its own: selected, in an array, or among literals only."""
    top = node
    while isinstance(top.parent, _ARITHMETIC):
        top = top.parent
    if any(_is_typed(part) for part in top.walk()):
        return False
    if isinstance(top.parent, exp.Array):
        return True
    if isinstance(top.parent, exp.Alias):
        return isinstance(top.parent.parent, exp.Select)
    return isinstance(top.parent, exp.Select) and top.arg_key == "expressions"


def _is_typed(part: exp.Expr) -> bool:
    """Whether it gives its neighbours a type, unlike a bare literal (or one that was cast already)."""
    if isinstance(part, exp.Cast):
        return not isinstance(part.this, exp.Literal)
    return isinstance(part, exp.Column | exp.Interval | exp.Func)


def _call(node: exp.Expr) -> exp.Expr:
    """IEEE_DIVIDE is what DuckDB's division does by itself."""
    if node.name.upper() != "IEEE_DIVIDE" or len(node.expressions) != 2:
        return node
    above, below = (cast(part, "DOUBLE") for part in node.expressions)
    return exp.Paren(this=exp.Div(this=above, expression=below))


def _count_if(node: exp.Expr) -> exp.Expr:
    """COUNTIF of no rows is 0; DuckDB's is null."""
    if isinstance(node.this, exp.Distinct):
        return node
    when = exp.If(this=node.this.copy(), true=number(1))
    return exp.Count(this=exp.Case(ifs=[when]), big_int=True)


def _divide(node: exp.Expr) -> exp.Expr:
    zero = exp.EQ(this=node.expression.copy(), expression=number(0))
    return exp.Paren(this=fail_when(zero, "division by zero", node.copy()))


def _fails_when(condition: type[exp.Binary]) -> Callable[[exp.Expr], exp.Expr]:
    def rewrite(node: exp.Expr) -> exp.Expr:
        argument = node.expression if isinstance(node, exp.Log) and node.expression else node.this
        out = condition(this=argument.copy(), expression=number(0))
        return fail_when(out, f"{node.sql_name()} of a number out of its range", node.copy())  # type: ignore[attr-defined]

    return rewrite


def _of_float(node: exp.Expr) -> exp.Expr:
    """Rounding answers FLOAT64 also for INT64; a NUMERIC stays what it is."""
    if isinstance(node.this, exp.Cast) and node.this.to.is_type("decimal"):
        return node
    node.set("this", cast(node.this, "DOUBLE"))
    return node


def _safe(plain: type[exp.Binary]) -> Callable[[exp.Expr], exp.Expr]:
    """SAFE_ADD and its kin are null where the operator overflows."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        left, right = exp.Paren(this=node.this.copy()), exp.Paren(this=node.expression.copy())
        return call("try", plain(this=left, expression=right))

    return rewrite


def _safe_negate(node: exp.Expr) -> exp.Expr:
    return call("try", exp.Neg(this=exp.Paren(this=node.this.copy())))


def _sign(node: exp.Expr) -> exp.Expr:
    # The never taken branch gives the answer the type of the argument.
    return either(exp.true(), node.copy(), node.this.copy())


def _pi_range(node: exp.Expr) -> exp.Expr:
    out = exp.GT(this=call("abs", node.this), expression=number(1))
    return fail_when(out, f"{node.key.upper()} of a number out of its range", node.copy())


def _data_type(node: exp.Expr) -> exp.Expr:
    if node.is_type("bigdecimal"):
        raise QueryRejected("BIGNUMERIC is not supported here.", "Use NUMERIC or FLOAT64.")
    if node.is_type("decimal") and not node.expressions:
        return exp.DataType.build(_NUMERIC, dialect="duckdb")
    return node


REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.CountIf: _count_if,
    exp.Literal: _literal,
    exp.Anonymous: _call,
    exp.Div: _divide,
    exp.Sqrt: _fails_when(exp.LT),
    exp.Ln: _fails_when(exp.LTE),
    exp.Log: _fails_when(exp.LTE),
    exp.Acos: _pi_range,
    exp.Asin: _pi_range,
    exp.Round: _of_float,
    exp.Trunc: _of_float,
    exp.Ceil: _of_float,
    exp.Floor: _of_float,
    exp.SafeAdd: _safe(exp.Add),
    exp.SafeSubtract: _safe(exp.Sub),
    exp.SafeMultiply: _safe(exp.Mul),
    exp.SafeNegate: _safe_negate,
    exp.Sign: _sign,
    exp.DataType: _data_type,
}
