"""Results of checks as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.tables import format_bytes, format_table

if TYPE_CHECKING:
    from lakeside.checks.estimate import CheckEstimate
    from lakeside.checks.result import CheckResult
    from lakeside.month import Month

_TITLES = ("month", "check", "state", "severity", "failing", "share")
_SIGNS = {"passed": "✓", "failed": "✕", "error": "!", "skipped": "–"}


def describe_checks(results: Sequence[CheckResult]) -> str:
    """A table with a row a check, then what is wrong in words, and the totals."""
    rows = [
        (
            f"{r.dataset} {r.month}",
            r.check,
            f"{_SIGNS[r.state]} {r.state}",
            r.severity.value,
            r.failing_rows,
            "" if r.share is None else f"{r.share:.2%}",
        )
        for r in results
    ]
    parts = [format_table(_TITLES, rows)] if rows else []
    bad = [f"{r.severity}: {r.dataset} {r.month} {r.check}: {r.detail}." for r in results if r.is_bad]
    if bad:
        parts.append("\n".join(bad))
    parts.append(count_states(results))
    return "\n\n".join(parts)


def count_states(results: Sequence[CheckResult]) -> str:
    """`32 checks: 28 passed, 3 failed (all warnings), 1 skipped.`"""
    counts = Counter(r.state.value for r in results)
    red = sum(r.is_red for r in results)
    words = ", ".join(f"{counts[state]} {state}" for state in _SIGNS if counts[state])
    note = f"; {red} of severity error" if red else ("; none of severity error" if counts["failed"] else "")
    return f"{len(results)} checks: {words}{note}." if results else "Nothing to check."


def describe_estimate(dataset: str, estimates: Sequence[tuple[Month, CheckEstimate]]) -> str:
    """What checking would read, a row a month, and the sum."""
    rows = [(f"{dataset} {month}", found.queries, format_bytes(found.total)) for month, found in estimates]
    total = format_bytes(sum(found.total for _, found in estimates))
    table = format_table(("month", "queries", "reads at most"), rows)
    return f"{table}\n\nAll together at most {total}; on BigQuery a query that would read more is refused."
