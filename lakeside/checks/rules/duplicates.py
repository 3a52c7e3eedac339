"""Trips that are there twice: equal in the columns that tell one trip from another."""

from __future__ import annotations

from lakeside.checks.row_rule import Place
from lakeside.checks.thresholds import Repeats

NAME = "duplicates"
TITLE = "Is there once"


def find_limit(place: Place) -> Repeats | None:
    """The columns and how many repeats are allowed; None where the dataset has no such threshold."""
    limit = place.thresholds.duplicates
    return limit if limit and limit.applies(place.month) else None


def describe(limit: Repeats) -> str:
    """What a failing row is."""
    return f"equal an earlier one in {', '.join(limit.columns)}"
