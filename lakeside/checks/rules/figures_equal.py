"""Lake = warehouse: count, nulls, sum, min, max and (of text) distinct values of every column."""

from __future__ import annotations

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.checks.result import CheckState, Difference
from lakeside.warehouse.figures import describe_difference, list_differences, shorten_differences

NAME = "figures_lake_warehouse"
TITLE = "Count, nulls, sum, min and max of every column are the same in object and table"


def judge(facts: MonthFacts) -> Judgement:
    """Compare the footer's figures with those measured in the table."""
    if facts.provenance is None:
        return Judgement.skip("The lake has no object that states its figures.")
    if not facts.rows:
        return Judgement.skip("The table has no rows of the month.")
    differences = tuple(list_differences(facts.provenance.columns, facts.figures))
    if not differences:
        return Judgement(CheckState.PASSED, f"{len(facts.provenance.columns)} columns equal", 0)
    words = shorten_differences([describe_difference(d) for d in differences])
    return Judgement(CheckState.FAILED, words, _count_least(differences), differences)


def _count_least(differences: tuple[Difference, ...]) -> int:
    """The least rows that can be behind the differences: figures do not say which rows they are."""
    counted = [d for d in differences if d.figure in ("count", "nulls") and d.lake and d.warehouse]
    return max([1, *(abs(int(d.lake or 0) - int(d.warehouse or 0)) for d in counted)])
