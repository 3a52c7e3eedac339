"""What is wrong: totals over all checks, what needs attention first, and a matrix of checks by months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from lakeside.checks.result import CheckKind, CheckResult, CheckState, Light, group_by_month, judge_light
from lakeside.month import Month
from ui.formats import format_count, format_counted, format_relative, format_share, format_utc
from ui.presenters.looks import CHECK, Look, find_look
from ui.presenters.places import link_to_checks
from ui.presenters.views import Fact, Link, Notice

SHOWN_MONTHS = 12
KINDS = (CheckKind.RECONCILE, CheckKind.SCHEMA, CheckKind.FRESHNESS, CheckKind.QUALITY)
KIND_WORDS = {
    CheckKind.RECONCILE: "Source = lake = warehouse",
    CheckKind.SCHEMA: "Columns",
    CheckKind.FRESHNESS: "Freshness",
    CheckKind.QUALITY: "Rows",
}
_NAMED_MONTHS = 4


@dataclass(frozen=True, slots=True)
class CheckCell:
    """One check of one month: how it came out, the failing share in short, and a sentence."""

    look: Look
    text: str
    says: str
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check over the months shown; None where it was not asked."""

    name: str
    severity: str
    cells: Sequence[CheckCell | None]


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks of one kind."""

    title: str
    lines: Sequence[CheckLine]


@dataclass(frozen=True, slots=True)
class MonthHead:
    """A month at the head of its column: its light, and the way to all its checks."""

    month: str
    look: Look
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CheckMatrix:
    """The checks of a dataset by its months, oldest month first.

    `quiet` are checks of rows that not one row of these months fails.
    """

    dataset: str
    months: Sequence[MonthHead]
    groups: Sequence[CheckGroup]
    quiet: Sequence[CheckGroup]
    legend: Sequence[tuple[Look, int]]


def present_check_facts(results: Sequence[CheckResult], now: datetime) -> list[Fact]:
    """How many months were checked, how many are red or warn, and when that was."""
    lights = [judge_light(group) for group in group_by_month(results).values()]
    red, yellow = lights.count(Light.RED), lights.count(Light.YELLOW)
    last = max((r.checked_at for r in results), default=None)
    failed = sum(r.is_bad for r in results)
    return [
        Fact("Months checked", format_count(len(lights)), format_counted(len(results), "result")),
        Fact(
            "Red months",
            format_count(red),
            "a check of severity error failed" if red else "no check of severity error failed",
            "bad" if red else "good",
        ),
        Fact("Months with warnings", format_count(yellow), "beyond a threshold", "warn" if yellow else None),
        Fact("Checks not passed", format_count(failed), f"of {format_count(len(results))}"),
        Fact("Last checked", format_relative(last, now), format_utc(last) if last else "nothing yet"),
    ]


def present_check_notices(results: Sequence[CheckResult]) -> list[Notice]:
    """One notice per dataset and check of severity error that failed, the one with most months first."""
    red = sorted((r for r in results if r.is_red), key=lambda r: (r.dataset, r.check, r.month))
    groups = [list(group) for _, group in groupby(red, key=lambda r: (r.dataset, r.check))]
    return [_notice(group) for group in sorted(groups, key=len, reverse=True)]


def _notice(group: Sequence[CheckResult]) -> Notice:
    newest = max(group, key=lambda r: r.month)
    names = ", ".join(str(r.month) for r in group[:_NAMED_MONTHS])
    more = f" and {len(group) - _NAMED_MONTHS} more" if len(group) > _NAMED_MONTHS else ""
    link = Link("See why", link_to_checks(newest.dataset, newest.month, newest.check))
    title = f"{newest.dataset} · {newest.check}: {names}{more}"
    return Notice(find_look(CHECK, newest.state), title, f"{newest.detail}.", link)


def list_checked_datasets(results: Sequence[CheckResult], known: Sequence[str]) -> list[str]:
    """The datasets that have results, in the usual order; all where none has."""
    found = {r.dataset for r in results}
    return [name for name in known if name in found] or list(known)


def count_pages(results: Sequence[CheckResult], dataset: str) -> int:
    """Pages of months of a dataset, at least one."""
    months = {r.month for r in results if r.dataset == dataset}
    return max(1, -(-len(months) // SHOWN_MONTHS))


def present_check_matrix(
    results: Sequence[CheckResult], dataset: str, page: int, chosen: tuple[Month | None, str]
) -> CheckMatrix:
    """One page of months, the newest on page 1; `chosen` are the month and check of the URL."""
    ours = [r for r in results if r.dataset == dataset]
    newest_first = sorted({r.month for r in ours}, reverse=True)
    months = sorted(newest_first[(page - 1) * SHOWN_MONTHS : page * SHOWN_MONTHS])
    found = {(r.check, r.month): r for r in ours if r.month in months}
    names = _order_names(ours, months)
    groups, quiet = [], []
    for kind in KINDS:
        lines = [_line(name, months, found, chosen) for name, of in names.items() if of is kind]
        calm = [line for line in lines if kind is CheckKind.QUALITY and _is_calm(line)]
        if loud := [line for line in lines if line not in calm]:
            groups.append(CheckGroup(KIND_WORDS[kind], loud))
        if calm:
            quiet.append(CheckGroup(KIND_WORDS[kind], calm))
    by_month = group_by_month(found.values())
    heads = [_head(dataset, month, by_month.get((dataset, month), []), chosen) for month in months]
    looks = [look_of(r) for r in found.values()]
    legend = [(look, looks.count(look)) for look in CHECK.values() if look in looks]
    return CheckMatrix(dataset, heads, groups, quiet, legend)


def _is_calm(line: CheckLine) -> bool:
    """No row fails, in any month shown, and the check is not the one that was chosen."""
    calm = (CHECK["passed"], CHECK["skipped"])
    cells = [cell for cell in line.cells if cell]
    return all(cell.look in calm and not cell.text and not cell.chosen for cell in cells)


def _order_names(results: Sequence[CheckResult], months: Sequence[Month]) -> dict[str, CheckKind]:
    """Checks of these months, those that failed most often first within their kind."""
    shown = [r for r in results if r.month in months]
    bad = {r.check: 0 for r in shown}
    for result in shown:
        bad[result.check] += result.is_bad
    return {r.check: r.kind for r in sorted(shown, key=lambda r: (-bad[r.check], r.check))}


def _line(
    name: str,
    months: Sequence[Month],
    found: dict[tuple[str, Month], CheckResult],
    chosen: tuple[Month | None, str],
) -> CheckLine:
    cells = [_cell(found.get((name, month)), chosen) for month in months]
    severity = next(r.severity for (check, _), r in found.items() if check == name)
    return CheckLine(name, severity.value, cells)


def _cell(result: CheckResult | None, chosen: tuple[Month | None, str]) -> CheckCell | None:
    if result is None:
        return None
    return CheckCell(
        look=look_of(result),
        text=_shorten(result),
        says=f"{result.dataset} {result.month} · {result.check}: {result.state}. {result.detail}",
        href=link_to_checks(result.dataset, result.month, result.check),
        chosen=chosen == (result.month, result.check),
    )


def look_of(result: CheckResult) -> Look:
    """A failed warning does not look like a failed error."""
    if result.state is CheckState.FAILED:
        return find_look(CHECK, "failed" if result.is_red else "warned")
    return find_look(CHECK, result.state)


def _shorten(result: CheckResult) -> str:
    if not result.failing_rows or result.share is None or result.kind is not CheckKind.QUALITY:
        return ""
    return format_share(result.failing_rows, result.rows or 0) if result.share >= 0.0005 else "< 0.1 %"


def _head(
    dataset: str, month: Month, results: Sequence[CheckResult], chosen: tuple[Month | None, str]
) -> MonthHead:
    light = judge_light(results)
    look = {Light.RED: CHECK["failed"], Light.YELLOW: CHECK["warned"]}.get(light, CHECK["passed"])
    return MonthHead(str(month), look, link_to_checks(dataset, month), chosen == (month, ""))
