"""Dates and times: parts, truncation that keeps its type, whole units between timestamps."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from lakeside.errors import QueryRejected
from lakeside.warehouse.sql.expressions import call, cast, number, text

_PARTS = frozenset(["YEAR", "QUARTER", "MONTH", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND", "ISOYEAR"])
_UNIT_MICROSECONDS = {
    "MICROSECOND": 1,
    "MILLISECOND": 1_000,
    "SECOND": 1_000_000,
    "MINUTE": 60_000_000,
    "HOUR": 3_600_000_000,
    "DAY": 86_400_000_000,
}
_BUCKETS = {
    "MICROSECOND": "1 microsecond",
    "MILLISECOND": "1 millisecond",
    "SECOND": "1 second",
    "MINUTE": "1 minute",
    "HOUR": "1 hour",
    "DAY": "1 day",
    "MONTH": "1 month",
    "QUARTER": "3 months",
    "YEAR": "12 months",
}
# A day each week can start on; 2000-01-02 was a Sunday.
_WEEK_ORIGINS = {
    "SUNDAY": "2000-01-02",
    "MONDAY": "2000-01-03",
    "TUESDAY": "2000-01-04",
    "WEDNESDAY": "2000-01-05",
    "THURSDAY": "2000-01-06",
    "FRIDAY": "2000-01-07",
    "SATURDAY": "2000-01-08",
}


def _extract(node: exp.Expr) -> exp.Expr:
    value, part = node.expression, node.this
    name = _week_name(part) or part.name.upper()
    if name in _PARTS:
        return node
    if name == "DAYOFWEEK":
        return exp.Paren(this=exp.Add(this=_part("DOW", value), expression=number(1)))
    if name in ("WEEK(SUNDAY)", "WEEK"):
        return cast(call("strftime", value, text("%U")), "BIGINT")
    if name == "WEEK(MONDAY)":
        return cast(call("strftime", value, text("%W")), "BIGINT")
    if name == "ISOWEEK":
        return _part("WEEK", value)
    if name in ("DATE", "TIME"):
        return cast(value, name)
    if name in ("MILLISECOND", "MICROSECOND"):
        size = 1_000 if name == "MILLISECOND" else 1_000_000
        return exp.Paren(this=exp.Mod(this=_part(name, value), expression=number(size)))
    raise QueryRejected(f"EXTRACT({name}) is not supported here.", "Use another part.")


def _date_trunc(node: exp.Expr) -> exp.Expr:
    return _bucket(node.this, node.args.get("unit"))


def _datetime_trunc(node: exp.Expr) -> exp.Expr:
    return _bucket(cast(node.this, "TIMESTAMP"), node.args.get("unit"))


def _timestamp_trunc(node: exp.Expr) -> exp.Expr:
    if node.args.get("zone"):
        raise QueryRejected("TIMESTAMP_TRUNC with a time zone is not supported here.", "Leave it out.")
    return cast(_bucket(cast(node.this, "TIMESTAMP"), node.args.get("unit")), "TIMESTAMPTZ")


def _bucket(value: exp.Expr, unit: exp.Expr | None) -> exp.Expr:
    """time_bucket keeps DATE a DATE, which date_trunc does not."""
    name = (_week_name(unit) or (unit.name.upper() if unit is not None else "")).replace(
        "ISOWEEK", "WEEK(MONDAY)"
    )
    if name in _BUCKETS:
        return call("time_bucket", cast(text(_BUCKETS[name]), "INTERVAL"), value)
    start = "SUNDAY" if name == "WEEK" else name.removeprefix("WEEK(").rstrip(")")
    if start not in _WEEK_ORIGINS:
        raise QueryRejected(f"Truncating to {name or 'nothing'} is not supported here.", "Use another part.")
    origin = cast(text(_WEEK_ORIGINS[start]), "DATE")
    return call("time_bucket", cast(text("7 days"), "INTERVAL"), value, origin)


def _as_date(node: exp.Expr) -> exp.Expr:
    return cast(node, "DATE")


def _timestamp_diff(node: exp.Expr) -> exp.Expr:
    """Whole units between two timestamps, where DuckDB would count boundaries."""
    unit = node.args.get("unit")
    name = unit.name.upper() if unit is not None else ""
    if name not in _UNIT_MICROSECONDS:
        raise QueryRejected(f"TIMESTAMP_DIFF in {name} is not supported here.", "Use DAY or a smaller unit.")
    between = exp.Sub(this=call("epoch_us", node.this), expression=call("epoch_us", node.expression))
    # On integers DuckDB's // drops the fraction, also below zero, as BigQuery does.
    whole = exp.IntDiv(this=exp.Paren(this=between), expression=number(_UNIT_MICROSECONDS[name]))
    return exp.Paren(this=whole)


def _unix(microseconds: int) -> Callable[[exp.Expr], exp.Expr]:
    """Whole units since 1970, rounded down, also before it."""

    def rewrite(node: exp.Expr) -> exp.Expr:
        since = call("epoch_us", node.this)
        units = exp.Div(this=since, expression=exp.Literal.number(f"{microseconds}e0"))
        return cast(call("floor", units), "BIGINT")

    return rewrite


def _week_name(unit: exp.Expr | None) -> str | None:
    if isinstance(unit, exp.WeekStart):
        return f"WEEK({unit.name.upper()})"
    return None


def _part(name: str, value: exp.Expr) -> exp.Extract:
    return exp.Extract(this=exp.var(name), expression=value.copy())


REWRITES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Extract: _extract,
    exp.DateTrunc: _date_trunc,
    exp.DatetimeTrunc: _datetime_trunc,
    exp.TimestampTrunc: _timestamp_trunc,
    exp.DateAdd: _as_date,
    exp.DateSub: _as_date,
    exp.DateFromUnixDate: _as_date,
    exp.UnixSeconds: _unix(1_000_000),
    exp.UnixMillis: _unix(1_000),
    exp.TimestampDiff: _timestamp_diff,
}
