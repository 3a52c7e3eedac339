"""Distances, fares and passenger counts within what can be; negative fares are refunds and disputes."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule, format_bound
from lakeside.checks.thresholds import Range
from lakeside.warehouse.month_rows import Condition

TITLE = "Lies within its range"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One per column of the thresholds; a null is not its matter."""
    for column, limit in place.thresholds.range.items():
        bounds = _list_bounds(column, limit)
        if bounds and limit.applies(place.month):
            condition = Condition(" OR ".join(bounds), (column,))
            yield RowRule(f"{column}_range", f"have {_describe(column, limit)}", condition, limit)


def _list_bounds(column: str, limit: Range) -> list[str]:
    low = [] if limit.min is None else [f"{column} < {format_bound(limit.min)}"]
    return low + ([] if limit.max is None else [f"{column} > {format_bound(limit.max)}"])


def _describe(column: str, limit: Range) -> str:
    if limit.max is None:
        return f"a {column} below {format_bound(limit.min or 0)}"
    if limit.min is None:
        return f"a {column} above {format_bound(limit.max)}"
    return f"a {column} outside {format_bound(limit.min)} to {format_bound(limit.max)}"
