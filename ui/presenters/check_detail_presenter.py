"""One month's checks, or one check of it: what it says, since when, and the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lakeside.checks.failing import FailingRows
from lakeside.checks.registry import CheckInfo
from lakeside.checks.result import CheckKind, CheckResult, CheckState, Difference
from lakeside.datasets import get_dataset
from lakeside.datasets.contract import SOURCE_ROW, Kind
from lakeside.month import Month
from lakeside.plan.request import Mode
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_relative,
    format_rows,
    format_share,
    format_utc,
)
from ui.presenters.checks_presenter import KIND_WORDS, KINDS, look_of
from ui.presenters.looks import Look
from ui.presenters.places import link_to_checks, link_to_ingest, link_to_object, link_to_run
from ui.presenters.views import Column, Fact, Link, Table, TableCell

_MOST_CHARACTERS = 60
_MOST_WORDS = 90
_SUMS: dict[Kind | None, str] = {
    Kind.MONEY: "sum, dollars",
    Kind.TIMESTAMP: "sum, seconds",
    Kind.TEXT: "sum, characters",
}


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A check's failing share in one month, in percent."""

    month: str
    percent: float
    state: str
    failing_rows: int


@dataclass(frozen=True, slots=True)
class CheckDetail:
    """One check of one month."""

    title: str
    subtitle: str
    look: Look
    says: str
    facts: Sequence[Fact]
    links: Sequence[Link]
    differences: Table | None
    trend: Sequence[TrendPoint]
    allowed_percent: float
    history: Table
    close: str


def present_check_detail(
    result: CheckResult, results: Sequence[CheckResult], history: Sequence[CheckResult], now: datetime
) -> CheckDetail:
    """Args: the result shown; the latest results of all months; the month's earlier ones, newest first."""
    same = sorted(
        (r for r in results if (r.dataset, r.check) == (result.dataset, result.check)), key=lambda r: r.month
    )
    return CheckDetail(
        title=result.check,
        subtitle=f"{result.dataset} {result.month}",
        look=look_of(result),
        says=f"{result.detail}.",
        facts=_present_facts(result, same, now),
        links=_present_links(result),
        differences=present_differences(result) if result.differences else None,
        trend=[_point(r) for r in same if r.share is not None and r.kind is CheckKind.QUALITY],
        allowed_percent=100 * result.allowed_share,
        history=_present_history(history, now),
        close=link_to_checks(result.dataset),
    )


def _present_facts(result: CheckResult, same: Sequence[CheckResult], now: datetime) -> list[Fact]:
    before = next((r for r in same if r.month.index == result.month.index - 1), None)
    failing = format_count(result.failing_rows)
    share = "" if result.share is None else f"{_percent(result)} of {format_rows(result.rows)}"
    allowed = f"{100 * result.allowed_share:.4g} %" if result.kind is CheckKind.QUALITY else "none"
    least = "at least; " if result.check.startswith("figures") and result.failing_rows else ""
    return [
        Fact("Failing rows", failing, least + share, look_of(result).tone if result.is_bad else None),
        Fact("Allowed", allowed, f"severity {result.severity}"),
        Fact(
            "The month before",
            _in_short(before),
            f"{before.month}, {before.state}" if before else "was not checked",
        ),
        Fact("Checked", format_relative(result.checked_at, now), format_utc(result.checked_at)),
    ]


def _in_short(result: CheckResult | None) -> str:
    if result is None:
        return UNKNOWN
    return _percent(result) if result.share is not None else result.state.value


def _percent(result: CheckResult) -> str:
    share = result.share or 0.0
    if 0 < share < 0.0005:
        return f"{100 * share:.2g} %"
    return format_share(result.failing_rows or 0, result.rows or 0)


def _present_links(result: CheckResult) -> list[Link]:
    links = [Link("All checks of the month", link_to_checks(result.dataset, result.month))]
    if result.is_bad and result.kind is CheckKind.RECONCILE:  # what a rule of rows finds is in the source
        words = f"Mend {result.dataset} {result.month}: see the plan"
        links.insert(0, Link(words, link_to_ingest(result.dataset, [result.month], Mode.REPAIR)))
    if result.run_id:
        links.append(Link("The run that checked", link_to_run(result.run_id)))
    return links


def _point(result: CheckResult) -> TrendPoint:
    look = look_of(result)
    return TrendPoint(str(result.month), 100 * (result.share or 0.0), look.word, result.failing_rows or 0)


def _present_history(history: Sequence[CheckResult], now: datetime) -> Table:
    columns = [
        Column("Checked"),
        Column("State"),
        Column("Failing rows", numeric=True),
        Column("What it said"),
    ]
    rows = [
        [
            TableCell(format_relative(r.checked_at, now), title=format_utc(r.checked_at)),
            TableCell("", look=look_of(r)),
            TableCell(format_count(r.failing_rows)),
            TableCell(shorten(r.detail), title=r.detail),
        ]
        for r in history[:20]
    ]
    return Table("Every time it was checked", columns, rows)


def present_differences(result: CheckResult) -> Table:
    """Figures of lake and warehouse side by side."""
    columns = [
        Column("Column"),
        Column("Figure"),
        Column("Lake", numeric=True),
        Column("Warehouse", numeric=True),
        Column("Difference", numeric=True),
    ]
    rows = [
        [
            TableCell(d.column or "all rows"),
            *present_figures(result.dataset, d),
        ]
        for d in result.differences
    ]
    return Table("Where lake and warehouse disagree", columns, rows)


def present_figures(dataset: str, difference: Difference) -> list[TableCell]:
    """Figure, lake, warehouse, difference; sums of money in dollars, of times in seconds."""
    column = get_dataset(dataset).find_column(difference.column) if difference.column else None
    kind = column.kind if column and difference.figure == "sum" else None
    sides = [_as_number(text, kind) for text in (difference.lake, difference.warehouse)]
    known = [side for side in sides if isinstance(side, Decimal)]
    delta = f"{known[1] - known[0]:+,f}".replace("-", "−") if len(known) == 2 else ""
    shown = [f"{side:,f}" if isinstance(side, Decimal) else side for side in sides]
    name = _SUMS.get(kind, difference.figure)
    return [TableCell(text) for text in (name, *shown, delta)]


def _as_number(text: str | None, kind: Kind | None) -> Decimal | str:
    """A figure as a number, money in dollars; what is none stays text."""
    if text is None:
        return UNKNOWN
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return (number / 1_000_000).quantize(Decimal("0.01")) if kind is Kind.MONEY else number


def present_month_checks(
    results: Sequence[CheckResult], infos: Sequence[CheckInfo], place: tuple[str, Month]
) -> Table:
    """Every check of a month: those not passed first, then in the order they are asked."""
    dataset, month = place
    titles = {info.name: info.title for info in infos}
    order = {info.name: number for number, info in enumerate(infos)}
    ours = [r for r in results if (r.dataset, r.month) == place]
    ours.sort(key=lambda r: (not r.is_red, not r.is_bad, KINDS.index(r.kind), order.get(r.check, 999)))
    columns = [
        Column("Check"),
        Column("State"),
        Column("Severity"),
        Column("Failing rows", numeric=True),
        Column("What it says"),
        Column("About"),
    ]
    rows = [
        [
            TableCell(r.check, href=link_to_checks(dataset, month, r.check), title=titles.get(r.check)),
            TableCell("", look=look_of(r)),
            TableCell(r.severity.value),
            TableCell(format_count(r.failing_rows)),
            TableCell(shorten(r.detail), title=r.detail),
            TableCell(KIND_WORDS[r.kind]),
        ]
        for r in ours
    ]
    return Table(f"Checks of {dataset} {month}", columns, rows)


def shorten(text: str) -> str:
    """A long sentence cut at a word, for a line of a table."""
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS].rpartition(" ")[0] + " …"


def present_failing_rows(found: FailingRows) -> Table:
    """The sampled rows; each number leads to the row in the lake's object."""
    names = list(found.rows.column_names)
    columns = [Column(name, numeric=name == SOURCE_ROW) for name in names]
    rows = []
    for values, number in zip(found.rows.to_pylist(), found.list_source_rows(), strict=True):
        rows.append([_cell(found, name, values[name], number) for name in names])
    return Table("Failing rows", columns, rows)


def _cell(found: FailingRows, name: str, value: object, number: int | None) -> TableCell:
    if name == SOURCE_ROW and number is not None and found.key is not None:
        return TableCell(
            format_count(number), href=link_to_row(found, number), title="Open the row in the lake's object"
        )
    text = "" if value is None else str(value)
    return TableCell("null" if value is None else text[:_MOST_CHARACTERS])


def link_to_row(found: FailingRows, number: int) -> str:
    """The row in the lake: by its place, or by its number in the source where rows were set aside."""
    key = found.key or ""
    if found.is_straight:
        return link_to_object(key, tab="rows", row=number)
    return link_to_object(key, tab="rows", where=f"{SOURCE_ROW} = {number}")


def present_sample_note(found: FailingRows) -> str:
    """How many rows are shown, and what reading them took."""
    shown = format_rows(found.rows.num_rows)
    first = f"The first {shown}" if found.truncated else f"All {shown}"
    read = f"; the query reads {format_bytes(found.processed_bytes)}" if found.processed_bytes else ""
    return f"{first}{read}. A number opens the row in the lake."


def can_sample(result: CheckResult) -> bool:
    """Are there single rows to show."""
    about_rows = result.kind is CheckKind.QUALITY and result.check != "rows_deviate"
    return about_rows and bool(result.failing_rows) and result.state is not CheckState.ERROR
