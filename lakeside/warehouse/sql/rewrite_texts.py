"""Text: positions, FORMAT, numbers written as text."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.expressions import (
    call,
    either,
    fail_when,
    literal_integer,
    number,
    text,
    try_double,
)

_MILLISECOND_LENGTH = len("2020-10-01 00:00:00.500")
_FORMATS = re.compile(r"%(?:%|[-+ 0#]*\d*(?:\.\d+)?[dioxXfFeEgGs])")


def _substring(node: exp.Expr) -> exp.Expr:
    start, length = node.args.get("start"), node.args.get("length")
    if start is not None and (literal_integer(start) or 0) < 1:
        before = exp.LT(this=start.copy(), expression=exp.Neg(this=call("length", node.this)))
        outside = exp.Or(this=exp.EQ(this=start.copy(), expression=number(0)), expression=before)
        node.set("start", either(exp.Paren(this=outside), number(1), start.copy()))
    if length is not None and (literal_integer(length) is None or (literal_integer(length) or 0) < 0):
        negative = exp.LT(this=length.copy(), expression=number(0))
        node.set("length", fail_when(negative, "SUBSTR with a negative length", length.copy()))
    return node


def _format(node: exp.Expr) -> exp.Expr:
    """FORMAT as DuckDB's printf, for the specifiers both understand alike."""
    pattern = node.this
    if not (isinstance(pattern, exp.Literal) and pattern.is_string):
        raise QueryRejected("FORMAT needs its pattern as a literal.", "Write the pattern in quotes.")
    if "%" in _FORMATS.sub("", pattern.name):
        raise QueryRejected(
            f"FORMAT with the pattern {pattern.name!r} is not supported here.",
            "Supported are %d %i %o %x %f %e %g %s with flags, width and precision.",
        )
    return call("printf", pattern, *node.expressions)


def _cast(node: exp.Expr) -> exp.Expr:
    """A FLOAT64 is written as BigQuery writes it, and becomes an INT64 by rounding half away from zero."""
    target = node.args["to"]
    if target.find(exp.Literal) or (isinstance(node.this, exp.Literal) and node.this.is_string):
        return node
    is_float = exp.EQ(this=call("typeof", node.this), expression=text("DOUBLE"))
    if target.is_type("text", "varchar"):
        is_time = exp.EQ(this=call("typeof", node.this), expression=text("TIMESTAMP"))
        return either(is_float, _write_float(node.this), either(is_time, _write_datetime(node), node.copy()))
    if target.is_type("bigint", "int"):
        whole = node.copy()
        whole.set("this", call("round", type(node)(this=node.this.copy(), to=exp.DataType.build("double"))))
        return either(is_float, whole, node.copy())
    return node


def _write_float(value: exp.Expr) -> exp.Expr:
    """The shortest of 15 and 17 digits that reads back as the same number, `NaN`, and no signed zero."""
    number_ = exp.Add(this=try_double(value), expression=exp.Literal.number("0e0"))
    short, long = (call("printf", text(pattern), number_) for pattern in ("%.15g", "%.17g"))
    same = exp.EQ(this=try_double(short), expression=exp.Paren(this=number_.copy()))
    return either(call("isnan", number_), text("NaN"), either(same, short, long))


def _write_datetime(node: exp.Expr) -> exp.Expr:
    """A fraction of a second has three or six digits."""
    plain = node.copy()
    size = call("length", plain)
    short = exp.LTE(this=size, expression=number(_MILLISECOND_LENGTH))
    three, six = (call("rpad", plain, number(n), text("0")) for n in (_MILLISECOND_LENGTH, 26))
    return either(call("contains", plain, text(".")), either(short, three, six), plain)


def _format_date(node: exp.Expr) -> exp.Expr:
    """%e is a day padded with a blank in BigQuery; DuckDB writes it without."""
    pattern = node.args.get("format")
    if isinstance(pattern, exp.Literal) and "%-d" in pattern.name:
        raise QueryRejected("Formatting a date with %e is not supported here.", "Use %d.")
    return node


def _position(node: exp.Expr) -> exp.Expr:
    if node.args.get("position") or node.args.get("occurrence"):
        raise QueryRejected("INSTR with a start or an occurrence is not supported here.", "Use STRPOS.")
    return node


def _group_concat(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Limit):
        raise QueryRejected(
            "STRING_AGG with LIMIT is not supported here.",
            "Use ARRAY_TO_STRING(ARRAY_AGG(x ORDER BY x LIMIT n), ',').",
        )
    return node


REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Substring: _substring,
    exp.Format: _format,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.TimeToStr: _format_date,
    exp.StrPosition: _position,
    exp.GroupConcat: _group_concat,
}
