"""A month has about as many rows as its neighbours: a cut or doubled file stands out."""

from __future__ import annotations

from statistics import median

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.checks.thresholds import Deviation

NAME = "rows_deviate"
TITLE = "Has about as many rows as the months around it"


def judge(facts: MonthFacts, limit: Deviation) -> Judgement:
    """Compare with the median of the loaded neighbours."""
    found = {
        month: rows
        for month, rows in facts.counts.items()
        if rows and 0 < abs(month.index - facts.month.index) <= limit.neighbours
    }
    if not facts.rows:
        return Judgement.skip("The table has no rows of the month.")
    if not found:
        return Judgement.skip(f"None of the {limit.neighbours} months before and after is in the table.")
    middle = median(found.values())
    ratio = facts.rows / middle
    names = ", ".join(str(month) for month in sorted(found))
    detail = (
        f"{facts.rows:,} rows are {ratio:.2f} times the median {middle:,.0f} of {names}; "
        f"{limit.below:g} to {limit.above:g} times is usual"
    )
    return Judgement.of(limit.below <= ratio <= limit.above, detail)
