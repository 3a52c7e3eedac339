"""Source = lake: rows read = written + rejected, and the object holds what was written."""

from __future__ import annotations

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.errors import LakesideError
from lakeside.lake.objects import Footer

NAME = "rows_source_lake"
TITLE = "Rows read from the source = rows written + rows rejected = rows in the object"


def judge(facts: MonthFacts) -> Judgement:
    """Compare the provenance's counts with each other and with the footer's."""
    if isinstance(facts.footer, LakesideError):
        return Judgement.of(False, facts.footer.message)
    if facts.footer is None:
        return Judgement.skip("The lake has no object of the month.")
    return compare(facts.footer)


def compare(footer: Footer) -> Judgement:
    """The same for one footer that has a provenance."""
    p = footer.provenance
    if p is None:
        return Judgement.skip("The object does not say where it came from.")
    detail = (
        f"{p.rows_read:,} rows read, {p.rows_written:,} written, {p.rows_rejected:,} rejected, "
        f"{footer.rows:,} in the object"
    )
    missing = abs(p.rows_read - p.rows_written - p.rows_rejected) + abs(p.rows_written - footer.rows)
    return Judgement.of(missing == 0, detail, missing)
