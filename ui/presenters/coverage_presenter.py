"""Coverage as a person reads it: the state of a month, totals, and what needs attention first. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lakeside.coverage import MonthCoverage
from lakeside.lights import ChecksState, MonthLights, Newest, SourceState, find_newest
from lakeside.month import Month
from lakeside.plan.request import Mode
from ui.formats import format_bytes, format_count, format_counted
from ui.presenters.looks import COVERAGE, find_look
from ui.presenters.places import link_to_checks, link_to_ingest
from ui.presenters.views import Fact, Link, Notice

# What hurts most comes first; the rest is not a worry.
ATTENTION = ("broken", "mismatch", "red", "stale", "changed", "foreign", "in_lake")
SHOWN_MONTHS = 6
# What loading alone mends: the lake has the rows, the table has not.
LOADABLE = ("in_lake", "mismatch")


@dataclass(frozen=True, slots=True)
class CoverageView:
    """What stands above the matrix."""

    is_empty: bool
    facts: Sequence[Fact]
    attention: Sequence[Notice]


def state_of(month: MonthCoverage) -> str:
    """The state that is drawn: a missing month says whether it can be had at all."""
    if month.state == "missing" and month.source_state != "published":
        return month.source_state
    return month.state


def find_state(month: MonthLights) -> str:
    """The same by all four lights: what is whole may still fail a check, or have changed at its source."""
    state = state_of(month.covered)
    if state in ("published", "in_lake") and month.checks.state in (ChecksState.FAILED, ChecksState.ERROR):
        return "red"
    if state in ("published", "in_lake") and month.source.state is SourceState.CHANGED:
        return "changed"
    if state == "not_yet" and month.source.state is SourceState.THERE:
        return "missing"  # earlier than the calendar expects it
    return state


def list_datasets(coverage: Iterable[MonthCoverage]) -> list[str]:
    """Names of the datasets in the order they come."""
    return list(dict.fromkeys(m.dataset for m in coverage))


def is_there(month: MonthCoverage) -> bool:
    """Is anything of the month in the lake or the warehouse."""
    return bool(month.key or month.warehouse_rows)


def present_coverage(lights: Sequence[MonthLights]) -> CoverageView:
    """Totals and attention over all datasets."""
    return CoverageView(
        is_empty=not any(is_there(m.covered) for m in lights),
        facts=present_facts(lights),
        attention=present_attention(lights),
    )


def present_facts(lights: Sequence[MonthLights]) -> list[Fact]:
    """Months, rows, size, checks and what needs attention, over all datasets."""
    coverage = [m.covered for m in lights]
    in_lake = [m for m in coverage if m.key]
    lake_rows = sum(m.lake_rows or 0 for m in in_lake)
    warehouse_rows = sum(m.warehouse_rows or 0 for m in coverage)
    needing = sum(find_state(m) in ATTENTION for m in lights)
    available = sum(m.source_state == "published" for m in coverage)
    published = sum(m.state == "published" for m in coverage)
    size = format_bytes(sum(m.lake_bytes or 0 for m in in_lake))
    return [
        Fact("Published months", format_count(published), f"of {format_count(available)} that sources have"),
        Fact("Rows in the lake", format_count(lake_rows), present_balance(lake_rows, warehouse_rows)),
        Fact("Rows in the warehouse", format_count(warehouse_rows), "counted in the tables"),
        Fact("Lake size", size, format_counted(len(in_lake), "object")),
        present_checked(lights),
        Fact(
            "Needs attention",
            format_count(needing),
            "see below" if needing else "nothing",
            "warn" if needing else "good",
        ),
    ]


def present_checked(lights: Sequence[MonthLights]) -> Fact:
    """How many of the loaded months passed their checks."""
    loaded = sum(bool(m.covered.warehouse_rows) for m in lights)
    counts = Counter(m.checks.state for m in lights)
    passed = counts[ChecksState.PASSED] + counts[ChecksState.WARNED]
    red = counts[ChecksState.FAILED] + counts[ChecksState.ERROR]
    if red:
        return Fact("Checks passed", format_count(passed), f"{format_counted(red, 'month')} failed", "bad")
    warned = f", {counts[ChecksState.WARNED]} with warnings" if counts[ChecksState.WARNED] else ""
    return Fact("Checks passed", format_count(passed), f"of {format_counted(loaded, 'loaded month')}{warned}")


def present_balance(lake_rows: int, warehouse_rows: int) -> str:
    """Do lake and warehouse agree, in words."""
    difference = lake_rows - warehouse_rows
    if difference == 0:
        return "= the tables' rows"
    side = "more than" if difference > 0 else "fewer than"
    return f"≠ {format_count(abs(difference))} {side} the tables"


def present_attention(lights: Sequence[MonthLights]) -> list[Notice]:
    """One notice per dataset and state, the worst first."""
    notices = []
    for state in ATTENTION:
        for dataset in list_datasets(m.covered for m in lights):
            months = [m for m in lights if m.covered.dataset == dataset and find_state(m) == state]
            if months:
                notices.append(_present_notice(dataset, state, months))
    return notices


def _present_notice(dataset: str, state: str, months: Sequence[MonthLights]) -> Notice:
    look = find_look(COVERAGE, state)
    names = ", ".join(str(m.covered.month) for m in months[:SHOWN_MONTHS])
    more = f" and {len(months) - SHOWN_MONTHS} more" if len(months) > SHOWN_MONTHS else ""
    title = f"{dataset} · {format_counted(len(months), 'month')} {look.word}: {names}{more}"
    return Notice(look, title, _find_reason(state, months[0]), _find_cure(dataset, state, months))


def _find_reason(state: str, month: MonthLights) -> str:
    if state == "red":
        return month.checks.says
    return month.source.says if state == "changed" else month.covered.reason


def _find_cure(dataset: str, state: str, months: Sequence[MonthLights]) -> Link:
    if state == "red":
        return Link("See the checks", link_to_checks(dataset, months[0].covered.month))
    action = "Load" if state in LOADABLE and all(m.covered.key for m in months) else "Ingest again"
    mode = Mode.ALL if state == "foreign" else Mode.REPAIR
    return Link(action, link_to_ingest(dataset, [m.covered.month for m in months], mode))


def present_summary(dataset: str, months: Sequence[MonthCoverage]) -> str:
    """One sentence about a dataset: what is there and which sources fed it."""
    there = [m for m in months if m.key]
    if not there:
        return f"Nothing of {dataset} is in the lake yet."
    fed = Counter(f"from {m.source}" if m.source else "of unknown origin" for m in there)
    sources = ", ".join(f"{format_counted(n, 'month')} {name}" for name, n in fed.most_common())
    lake = sum(m.lake_rows or 0 for m in there)
    table = sum(m.warehouse_rows or 0 for m in months)
    sign = "=" if lake == table else "≠"
    rows = f"{format_count(lake)} rows in the lake {sign} {format_count(table)} in the warehouse"
    return f"{dataset}: {rows}; {sources}."


def present_newest(lights: Sequence[MonthLights]) -> Mapping[str, str]:
    """Per dataset: `Source 2026-09 → lake 2024-03, 30 months behind → table 2024-02, 1 month behind.`"""
    return {line.dataset: _say_newest(line) for line in find_newest(lights)}


def _say_newest(line: Newest) -> str:
    lake = _say_place("lake", line.lake, line.lake_lag_months)
    table = _say_place("table", line.table, line.table_lag_months)
    return f"Newest: source {line.source or 'none'} → {lake} → {table}."


def _say_place(name: str, month: Month | None, behind: int | None) -> str:
    if month is None:
        return f"{name} empty"
    return f"{name} {month}" + (f", {format_counted(behind, 'month')} behind" if behind else "")
