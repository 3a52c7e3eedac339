"""Conditions on a function of `source_month`, written as ranges of the column itself.

`EXTRACT(YEAR FROM source_month) = 2020` and `DATE_TRUNC(source_month, YEAR) = '2020-01-01'` say which months
are wanted, but no engine leaves out files by them. As ranges they are pushed down to the scan, which decides
what is opened. The answer is the same, NULL included.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlglot import exp

from lakeside.datasets.contract import SOURCE_MONTH

_UNIT_MONTHS = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
_Ends = tuple[date, date]  # the first day of a period, and that of the next
# How a comparison with a period is one with its ends.
_WRITERS: dict[type[exp.Expr], Callable[[exp.Expr, _Ends], exp.Expr]] = {
    exp.EQ: lambda column, ends: exp.and_(_from(column, ends[0]), _before(column, ends[1])),
    exp.NEQ: lambda column, ends: exp.or_(_before(column, ends[0]), _from(column, ends[1])),
    exp.LT: lambda column, ends: _before(column, ends[0]),
    exp.LTE: lambda column, ends: _before(column, ends[1]),
    exp.GT: lambda column, ends: _from(column, ends[1]),
    exp.GTE: lambda column, ends: _from(column, ends[0]),
}
_TURNED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}


def narrow_months(query: exp.Expr) -> None:
    """Rewrite such conditions of every WHERE in place.

    Nothing is touched where something else is called `source_month`: only the tables' own column is a DATE
    for sure.
    """
    if _is_name_taken(query):
        return
    for where in list(query.find_all(exp.Where)):
        for found in list(where.find_all(*_WRITERS, exp.In, exp.Between)):
            written = _write(found)
            if written is not None:
                found.replace(exp.paren(written, copy=False))


def _write(node: exp.Expr) -> exp.Expr | None:
    if isinstance(node, exp.In):
        return _write_any(node)
    if isinstance(node, exp.Between):
        low, high = (_find(node.this, node.args[end]) for end in ("low", "high"))
        return (
            None
            if low is None or high is None
            else exp.and_(_from(low[0], low[1][0]), _before(high[0], high[1][1]))
        )
    kind: type[exp.Expr] = type(node)
    found = _find(node.this, node.expression)
    if found is None:
        found, kind = _find(node.expression, node.this), _TURNED.get(kind, kind)
    return None if found is None else _WRITERS[kind](*found)


def _write_any(node: exp.In) -> exp.Expr | None:
    found = [_find(node.this, value) for value in node.expressions]
    if not found or None in found:
        return None
    return exp.or_(*(_WRITERS[exp.EQ](*one) for one in found if one is not None))


def _find(function: exp.Expr, value: exp.Expr) -> tuple[exp.Expr, _Ends] | None:
    """The column and the ends of the period, where a function of `source_month` meets a constant."""
    if isinstance(function, exp.Extract) and function.name.upper() == "YEAR":
        column, unit, first = function.expression, "YEAR", _read_year(value)
    elif isinstance(function, exp.DateTrunc):
        column, unit, first = function.this, function.text("unit").upper(), _read_date(value)
    else:
        return None
    if first is None or unit not in _UNIT_MONTHS or not _is_month(column):
        return None
    months = _UNIT_MONTHS[unit]
    if first.day != 1 or (first.month - 1) % months or first.year >= 9999:
        return None  # no period begins there: left to the engine
    count = first.year * 12 + first.month - 1 + months
    return column, (first, date(count // 12, count % 12 + 1, 1))


def _read_year(value: exp.Expr) -> date | None:
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdecimal():
        return date(int(value.name), 1, 1) if 1 <= int(value.name) < 9999 else None
    return None


def _read_date(value: exp.Expr) -> date | None:
    if isinstance(value, exp.Cast) and value.is_type(exp.DType.DATE):
        value = value.this
    if isinstance(value, exp.DateFromParts):
        parts = [value.args.get(name) for name in ("year", "month", "day")]
        numbers = [part.name for part in parts if isinstance(part, exp.Literal) and part.name.isdecimal()]
        text = "{:0>4}-{:0>2}-{:0>2}".format(*numbers) if len(numbers) == 3 else ""
    else:
        text = value.name if isinstance(value, exp.Literal) and value.is_string else ""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_month(column: exp.Expr) -> bool:
    return isinstance(column, exp.Column) and column.name.casefold() == SOURCE_MONTH


def _is_name_taken(query: exp.Expr) -> bool:
    """Does the query give the name to anything but the column."""
    for alias in query.find_all(exp.Alias):
        if alias.alias.casefold() == SOURCE_MONTH and not _is_month(alias.this):
            return True
    return any(
        column.name.casefold() == SOURCE_MONTH
        for alias in query.find_all(exp.TableAlias)
        for column in alias.columns
    )


def _from(column: exp.Expr, day: date) -> exp.Expr:
    return exp.GTE(this=column.copy(), expression=_day(day))


def _before(column: exp.Expr, day: date) -> exp.Expr:
    return exp.LT(this=column.copy(), expression=_day(day))


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")
