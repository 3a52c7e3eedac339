"""How far lake and table are behind the source: TLC publishes a month about two months after its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from lakeside.checks.facts import Judgement, MonthFacts
from lakeside.checks.thresholds import Freshness

NAME = "freshness"
TITLE = "Is loaded in time after TLC publishes it, and the table has what the lake has"


def judge(facts: MonthFacts, limit: Freshness) -> Judgement:
    """Late when the source has had it for longer than allowed; stale when the table has older content."""
    due = due_day(facts)
    last = due + timedelta(days=limit.late_days)
    if not facts.rows:
        if facts.today < due:
            return Judgement.skip(f"TLC usually publishes it in {due:%Y-%m}.")
        where = "not loaded from the lake" if facts.footer else "neither in the lake nor in the table"
        late = (facts.today - due).days
        detail = (
            f"Usually published since {due:%Y-%m}, {where}: {late:,} days late, {limit.late_days} allowed"
        )
        return Judgement.of(facts.today <= last, detail)
    stored, loaded = facts.provenance, facts.publication
    if stored and loaded and stored.content_id != loaded.content_id:
        return Judgement.of(
            False, f"The object was replaced {_ago(stored.written_at, facts)}, not loaded since"
        )
    return Judgement.of(True, _describe(facts))


def due_day(facts: MonthFacts) -> date:
    """The day from which the month counts as published."""
    return facts.month.plus(facts.dataset.publication_lag_months).first_day


def _describe(facts: MonthFacts) -> str:
    stored, loaded = facts.provenance, facts.publication
    steps = []
    if stored and stored.source_last_modified:
        steps.append(f"source changed {_ago(stored.source_last_modified, facts)}")
    if stored:
        steps.append(f"lake written {_ago(stored.written_at, facts)}")
    if loaded:
        steps.append(f"table loaded {_ago(loaded.published_at, facts)}")
    return ", ".join(steps) or "nothing says when it was loaded"


def _ago(moment: datetime, facts: MonthFacts) -> str:
    days = (facts.checked_at - moment).total_seconds() / 86_400
    return "today" if days < 1 else f"{int(days):,} days ago"
