"""A trip ends after it began."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule
from lakeside.warehouse.month_rows import Condition

TITLE = "Ends no earlier than it begins"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One, where the dataset has both times."""
    limit, dropoff, pickup = (
        place.thresholds.dropoff_after_pickup,
        place.dataset.dropoff_column,
        place.dataset.pickup_column,
    )
    if limit and dropoff and limit.applies(place.month):
        condition = Condition(f"{dropoff} < {pickup}", (pickup, dropoff))
        yield RowRule("dropoff_after_pickup", "end before they begin", condition, limit)
