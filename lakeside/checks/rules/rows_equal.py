"""Lake = warehouse: the table holds as many rows of the month as the object."""

from __future__ import annotations

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.checks.result import CheckState, Difference
from lakeside.lake.objects import Footer

NAME = "rows_lake_warehouse"
TITLE = "The table has as many rows of the month as the object"


def judge(facts: MonthFacts) -> Judgement:
    """Compare two row counts; a month that was never loaded is skipped."""
    rows = facts.rows
    if not isinstance(facts.footer, Footer):
        if not rows:
            return Judgement.skip("Neither lake nor table have the month.")
        why = "the lake has no object" if facts.footer is None else "the object cannot be read"
        return _differ(None, rows, f"{rows:,} rows in the table, {why}")
    if not rows and facts.publication is None and facts.footer.rows:
        return Judgement.skip(f"Not loaded yet: {facts.footer.rows:,} rows in the object, none in the table.")
    detail = f"{rows:,} rows in the table, {facts.footer.rows:,} in the object"
    if rows == facts.footer.rows:
        return Judgement(CheckState.PASSED, detail, 0)
    return _differ(facts.footer.rows, rows, detail)


def _differ(lake: int | None, rows: int, detail: str) -> Judgement:
    difference = Difference("", "rows", None if lake is None else str(lake), str(rows))
    return Judgement(CheckState.FAILED, detail, abs(rows - (lake or 0)), (difference,))
