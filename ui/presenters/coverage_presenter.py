"""Coverage as a person reads it: totals, what needs attention first, and a matrix of months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from lakeside.coverage import MonthCoverage
from lakeside.plan.request import Mode
from ui.formats import format_bytes, format_count, format_counted, format_relative
from ui.presenters.looks import COVERAGE, Look, find_look
from ui.presenters.places import link_to_ingest, link_to_object
from ui.presenters.views import Fact, Link, Notice

# What hurts most comes first; the rest is not a worry.
ATTENTION = ("broken", "mismatch", "stale", "foreign", "in_lake")
SHOWN_MONTHS = 6
# What loading alone mends: the lake has the rows, the table has not.
LOADABLE = ("in_lake", "mismatch")


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of the matrix. `rows` is empty where there are none; `detail` says it in a sentence."""

    month: str
    look: Look
    rows: str
    source: str
    detail: str
    href: str | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """Twelve months of one year, or, with `folded` words, several years in which nothing is there."""

    label: str
    cells: Sequence[Cell | None]
    quiet: bool
    rows: str
    folded: str = ""


@dataclass(frozen=True, slots=True)
class CoverageView:
    """Everything the coverage page draws for one dataset, and the totals of all."""

    is_empty: bool
    facts: Sequence[Fact]
    attention: Sequence[Notice]
    dataset: str
    years: Sequence[YearRow]
    legend: Sequence[tuple[Look, int]]
    summary: str


def state_of(month: MonthCoverage) -> str:
    """The state that is drawn: a missing month says whether it can be had at all."""
    if month.state == "missing" and month.source_state != "published":
        return month.source_state
    return month.state


def list_datasets(coverage: Iterable[MonthCoverage]) -> list[str]:
    """Names of the datasets in the order they come."""
    return list(dict.fromkeys(m.dataset for m in coverage))


def present_coverage(
    coverage: Sequence[MonthCoverage], dataset: str, now: datetime, fold: bool = True
) -> CoverageView:
    """Totals and attention over all datasets; matrix and legend of the chosen one."""
    chosen = [m for m in coverage if m.dataset == dataset]
    counts = Counter(state_of(m) for m in chosen)
    years = present_years(chosen, now, fold)
    return CoverageView(
        is_empty=not any(map(is_there, coverage)),
        facts=present_facts(coverage),
        attention=present_attention(coverage),
        dataset=dataset,
        years=years,
        legend=[(look, counts[name]) for name, look in COVERAGE.items() if counts[name]],
        summary=present_summary(dataset, chosen),
    )


def present_facts(coverage: Sequence[MonthCoverage]) -> list[Fact]:
    """Months, rows, size and what needs attention, over all datasets."""
    in_lake = [m for m in coverage if m.key]
    lake_rows = sum(m.lake_rows or 0 for m in in_lake)
    warehouse_rows = sum(m.warehouse_rows or 0 for m in coverage)
    needing = sum(m.state in ATTENTION for m in coverage)
    available = sum(m.source_state == "published" for m in coverage)
    published = sum(m.state == "published" for m in coverage)
    return [
        Fact("Published months", format_count(published), f"of {format_count(available)} that sources have"),
        Fact("Rows in the lake", format_count(lake_rows), present_balance(lake_rows, warehouse_rows)),
        Fact("Rows in the warehouse", format_count(warehouse_rows), "counted in the tables"),
        Fact(
            "Lake size",
            format_bytes(sum(m.lake_bytes or 0 for m in in_lake)),
            format_counted(len(in_lake), "object"),
        ),
        Fact(
            "Needs attention",
            format_count(needing),
            "see below" if needing else "nothing",
            "warn" if needing else "good",
        ),
    ]


def present_balance(lake_rows: int, warehouse_rows: int) -> str:
    """Do lake and warehouse agree, in words."""
    difference = lake_rows - warehouse_rows
    if difference == 0:
        return "= the tables' rows"
    side = "more than" if difference > 0 else "fewer than"
    return f"≠ {format_count(abs(difference))} {side} the tables"


def present_attention(coverage: Sequence[MonthCoverage]) -> list[Notice]:
    """One notice per dataset and state, the worst first."""
    notices = []
    for state in ATTENTION:
        for dataset in list_datasets(coverage):
            months = [m for m in coverage if m.dataset == dataset and m.state == state]
            if months:
                notices.append(_present_notice(dataset, state, months))
    return notices


def _present_notice(dataset: str, state: str, months: Sequence[MonthCoverage]) -> Notice:
    look = find_look(COVERAGE, state)
    names = ", ".join(str(m.month) for m in months[:SHOWN_MONTHS])
    more = f" and {len(months) - SHOWN_MONTHS} more" if len(months) > SHOWN_MONTHS else ""
    action = "Load" if state in LOADABLE and all(m.key for m in months) else "Ingest again"
    mode = Mode.ALL if state == "foreign" else Mode.REPAIR
    link = Link(action, link_to_ingest(dataset, [m.month for m in months], mode))
    title = f"{dataset} · {format_counted(len(months), 'month')} {look.word}: {names}{more}"
    return Notice(look, title, months[0].reason, link)


def present_summary(dataset: str, months: Sequence[MonthCoverage]) -> str:
    """One sentence about the chosen dataset: what is there and which sources fed it."""
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


def present_years(months: Sequence[MonthCoverage], now: datetime, fold: bool = True) -> list[YearRow]:
    """The newest year first; neighbouring years with nothing in lake or warehouse fold into one row."""
    by_year: dict[int, list[MonthCoverage]] = {}
    for month in sorted(months, key=lambda m: m.month, reverse=True):
        by_year.setdefault(month.month.year, []).append(month)
    rows = []
    for quiet, group in groupby(by_year.items(), key=lambda item: not any(map(is_there, item[1]))):
        years = list(group)
        if fold and quiet and len(years) > 1 and any(map(is_there, months)):
            rows.append(_fold_years(years))
        else:
            rows.extend(_present_year(year, found, now) for year, found in years)
    return rows


def is_there(month: MonthCoverage) -> bool:
    """Is anything of the month in the lake or the warehouse."""
    return bool(month.key or month.warehouse_rows)


def _fold_years(years: Sequence[tuple[int, Sequence[MonthCoverage]]]) -> YearRow:
    counts = Counter(state_of(m) for _, months in years for m in months)
    words = ", ".join(f"{counts[s]} {COVERAGE[s].word}" for s in ("missing", "not_yet") if counts[s])
    return YearRow(
        f"{years[-1][0]}–{years[0][0] % 100:02d}", (), True, "", f"{COVERAGE['missing'].symbol} {words}"
    )


def _present_year(year: int, months: Sequence[MonthCoverage], now: datetime) -> YearRow:
    by_number = {m.month.number: m for m in months}
    present = [by_number.get(number) for number in range(1, 13)]
    cells = [present_cell(m, now) if m and state_of(m) != "never" else None for m in present]
    total = sum(m.lake_rows or 0 for m in months)
    return YearRow(str(year), cells, not any(map(is_there, months)), format_count(total) if total else "")


def present_cell(month: MonthCoverage, now: datetime) -> Cell:
    """One month with the sentence a pointer or a screen reader gets."""
    state = state_of(month)
    look = find_look(COVERAGE, state)
    rows = month.lake_rows if month.lake_rows is not None else month.warehouse_rows
    return Cell(
        month=str(month.month),
        look=look,
        rows=format_count(rows) if rows is not None else "",
        source=month.source or "",
        detail=present_detail(month, look, now),
        href=_present_href(month, state),
    )


def present_detail(month: MonthCoverage, look: Look, now: datetime) -> str:
    """`green 2020-10 · published: 95,120 rows in the lake = 95,120 in the warehouse, from tlc, 3 h ago`."""
    parts = [f"{month.dataset} {month.month} · {look.word}"]
    if month.key or month.warehouse_rows:
        sign = "=" if month.lake_rows == month.warehouse_rows else "≠"
        parts.append(
            f"{format_count(month.lake_rows)} rows in the lake {sign} "
            f"{format_count(month.warehouse_rows or 0)} in the warehouse"
        )
    if month.source:
        parts.append(f"from {month.source}")
    if month.written_at:
        parts.append(format_relative(month.written_at, now))
    parts.append(month.reason or look.meaning)
    return "; ".join(p for p in parts if p)


def _present_href(month: MonthCoverage, state: str) -> str | None:
    if month.key:
        return link_to_object(month.key)
    return link_to_ingest(month.dataset, [month.month]) if state == "missing" else None
