"""Two plans of the same request: what moved between them."""

from __future__ import annotations

from dataclasses import asdict
from itertools import zip_longest

from lakeside.errors import PlanMoved
from lakeside.plan.plan import Plan, PlanLine

_WORDS = {
    "source": "the source",
    "url": "the source's address",
    "etag": "the source's ETag",
    "size_bytes": "the source's size in bytes",
    "last_modified": "the source's date",
    "source_fault": "the source's fault",
    "object_version": "the lake object's version",
    "content_id": "the lake object's content",
    "contract_version": "the contract version of the lake's object",
    "contract_today": "today's contract version",
    "table_content_id": "the content of the table's rows",
    "table_rows": "the table's rows",
    "attempt_run_id": "the last run",
    "attempt_state": "the last run's state",
}
_MOST_SHOWN = 5


def compare_plans(shown: Plan, now: Plan) -> list[str]:
    """The differences in words, a sentence each; empty when the tokens are equal."""
    if shown.token == now.token:
        return []
    found = [
        f"{name.capitalize()} was {_say(before)}, is {_say(after)}."
        for name, before, after in _request_pairs(shown, now)
        if before != after
    ]
    for before, after in zip_longest(shown.lines, now.lines):
        if before is None or after is None or before.month != after.month:
            return [*found, "The months are not the same."]
        found += _compare_lines(before, after)
    return found


def require_unmoved(shown: Plan, now: Plan) -> None:
    """Refuse to start what is no longer what was shown.

    Raises:
        PlanMoved: the tokens differ; the message says in what.
    """
    differences = compare_plans(shown, now)
    if not differences:
        return
    more = len(differences) - _MOST_SHOWN
    rest = f" And {more} more." if more > 0 else ""
    raise PlanMoved(
        f"Nothing was started, because the state moved since the plan was made: "
        f"{' '.join(differences[:_MOST_SHOWN])}{rest}",
        "Look at the new plan and start that.",
    )


def _request_pairs(shown: Plan, now: Plan) -> list[tuple[str, object, object]]:
    before, after = asdict(shown.request), asdict(now.request)
    return [(name, before[name], after[name]) for name in before if name != "months"]


def _compare_lines(before: PlanLine, after: PlanLine) -> list[str]:
    seen, sees = asdict(before.observed), asdict(after.observed)
    found = [
        f"{_WORDS[name]} was {_say(seen[name])}, is {_say(sees[name])}"
        for name in seen
        if seen[name] != sees[name]
    ]
    if before.action is not after.action:
        found.append(f"what would be done was {before.action}, is {after.action}")
    return [f"{before.dataset} {before.month}: {'; '.join(found)}."] if found else []


def _say(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
