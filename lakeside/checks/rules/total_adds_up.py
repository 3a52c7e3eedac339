"""The total equals its parts, a null counted as nothing."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule, format_bound
from lakeside.warehouse.month_rows import Condition

TITLE = "Its total equals the sum of its parts"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One, where the dataset has a total."""
    limit = place.thresholds.total_adds_up
    if limit and limit.applies(place.month):
        parts = " + ".join(f"COALESCE({part}, 0)" for part in limit.parts)
        written = f"ABS({limit.total} - ({parts})) > {format_bound(limit.tolerance)}"
        condition = Condition(written, (limit.total, *limit.parts))
        says = f"have a {limit.total} that differs from its parts by more than {limit.tolerance:g} dollars"
        yield RowRule("total_adds_up", says, condition, limit)
