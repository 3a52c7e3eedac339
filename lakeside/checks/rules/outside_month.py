"""Trips dated outside the month whose file they came in; TLC's files always hold a few."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule
from lakeside.warehouse.month_rows import Condition

TITLE = "Begins within the file's month"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One."""
    limit, pickup = place.thresholds.outside_month, place.dataset.pickup_column
    if limit and limit.applies(place.month):
        first, end = place.month.first_day.isoformat(), place.month.end.isoformat()
        written = f"{pickup} < DATETIME '{first} 00:00:00' OR {pickup} >= DATETIME '{end} 00:00:00'"
        condition = Condition(written, (pickup,))
        yield RowRule("outside_month", f"begin outside {place.month}", condition, limit)
