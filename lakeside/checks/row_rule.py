"""A check of single rows: one condition that a failing row holds, counted with all others in one scan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from lakeside.checks.result import Severity
from lakeside.checks.thresholds import Limit, Thresholds
from lakeside.datasets.contract import Dataset
from lakeside.month import Month
from lakeside.warehouse.month_rows import Condition


@dataclass(frozen=True, slots=True)
class Place:
    """What a rule is made for: a dataset, a month, and what they are held against."""

    dataset: Dataset
    month: Month
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class RowRule:
    """One check of rows.

    Args:
        name: of the check, for example `fare_amount_range`.
        says: what a failing row is, after a number of rows: `have a fare_amount outside 0 to 5,000`.
        condition: true where the row fails; null counts as not failing.
        limit: how many may fail, and how bad it is.
        shown: columns a sample of failing rows shows besides those of the condition.
    """

    name: str
    says: str
    condition: Condition
    limit: Limit
    shown: tuple[str, ...] = field(default=())


class RowCheck(Protocol):
    """A file of `lakeside.checks.rules` that makes row rules: one module, one kind of check."""

    TITLE: str

    def list_rules(self, place: Place) -> Iterator[RowRule]:
        """The rules it has for the place; none where no threshold is given."""


def severity_of(rule: RowRule) -> Severity:
    """How bad it is when the rule fails."""
    return rule.limit.severity


def quote(value: int | str) -> str:
    """A value of a thresholds file as GoogleSQL writes it."""
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def format_bound(value: float) -> str:
    """A bound as people and SQL both read it: `0`, `5000`, `0.5`."""
    return f"{value:.10g}"
