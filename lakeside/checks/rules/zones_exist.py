"""Zones that the lookup knows; skipped until `lakeside ingest zones` has brought it."""

from __future__ import annotations

from collections.abc import Iterator

from lakeside.checks.row_rule import Place, RowRule
from lakeside.warehouse.month_rows import Condition

TITLE = "Is a zone of the lookup"


def list_rules(place: Place) -> Iterator[RowRule]:
    """One per column of the thresholds; a null is not its matter."""
    for column, limit in place.thresholds.zones.items():
        if limit.applies(place.month):
            condition = Condition(f"{column} NOT IN (SELECT LocationID FROM {{zones}})", (column,))
            yield RowRule(f"{column}_zone", f"have a {column} that is no zone", condition, limit)
