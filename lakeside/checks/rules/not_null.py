"""Columns that should be filled: the pickup time always, ids and codes for nearly all trips."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule
from lakeside.warehouse.month_rows import Condition

TITLE = "Is filled"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One per column of the thresholds."""
    for column, limit in place.thresholds.not_null.items():
        if limit.applies(place.month):
            condition = Condition(f"{column} IS NULL", (column,))
            yield RowRule(f"{column}_not_null", f"have no {column}", condition, limit)
