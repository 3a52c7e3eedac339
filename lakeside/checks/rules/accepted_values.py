"""Codes that TLC's data dictionaries know: payment_type, RatecodeID, VendorID, trip_type, licence numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule, quote
from lakeside.warehouse.month_rows import Condition

TITLE = "Has a code that the data dictionary knows"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One per column of the thresholds; a null is not its matter."""
    for column, limit in place.thresholds.accepted_values.items():
        if limit.applies(place.month):
            values = ", ".join(quote(value) for value in limit.values)
            condition = Condition(f"{column} NOT IN ({values})", (column,))
            says = f"have a {column} other than {', '.join(str(value) for value in limit.values)}"
            yield RowRule(f"{column}_accepted", says, condition, limit)
