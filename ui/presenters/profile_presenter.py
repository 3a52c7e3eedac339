"""The profile of an object: each number with what it rests on, each bar with the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.lake.where.write import write_equal, write_range
from lakeside.warehouse.column_queries import Bar, Bars
from lakeside.warehouse.lake_profile import Basis, ColumnProfile, Figure, Profile
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_count,
    format_counted,
    format_duration,
    format_share,
    format_value,
)
from ui.presenters.places import link_to_object
from ui.presenters.views import Fact

COLUMNS_A_PAGE = 100
MEASURE, MEASURE_ALL = "measure", "all"
_QUANTILES = {
    "q05": "5 % are below",
    "q25": "25 % are below",
    "q50": "Median",
    "q75": "75 % are below",
    "q95": "95 % are below",
}


@dataclass(frozen=True, slots=True)
class BarView:
    """A bar: what it stands for, how many rows, how long (0 to 1), and the condition of its rows."""

    label: str
    count: int
    length: float
    where: str | None
    href: str | None
    low: object = None
    high: object = None


@dataclass(frozen=True, slots=True)
class BarsView:
    """The bars of a column. `kind` is top or histogram; `note` tells of rows that are in no bar."""

    kind: str
    column: str
    bars: Sequence[BarView]
    note: str
    description: str


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as text and the word for what it rests on."""

    text: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column in the table of all: its type, figures in the table's order, bars where measured."""

    name: str
    href: str
    data_type: str
    numbers: Sequence[Number]
    bars: BarsView | None
    reason: str


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column, whole."""

    name: str
    data_type: str
    facts: Sequence[Fact]
    bars: BarsView | None
    reason: str
    nulls_href: str | None


_BY_FOOTER = {"nulls": "Null", "null_share": "Null share", "min": "Smallest", "max": "Largest"}
_MEASURED = {
    "nulls": "Null",
    "null_share": "Null share",
    "distinct": "Distinct",
    "min": "Smallest",
    "q50": "Median",
    "max": "Largest",
}


def list_titles(measured: bool) -> list[str]:
    """The figures in the table of all columns: a footer knows fewer."""
    return list((_MEASURED if measured else _BY_FOOTER).values())


def present_lines(found: Profile, page: int, measured: bool) -> list[ColumnLine]:
    """A page of the table of all columns."""
    first = (page - 1) * COLUMNS_A_PAGE
    return [_present_line(found, one, measured) for one in found.columns[first : first + COLUMNS_A_PAGE]]


def present_rest(found: Profile, measured: bool) -> str:
    """What the numbers rest on, and what they took."""
    if not measured:
        return "What the footer says: no row was read."
    some = [one for one in found.columns if one.rows_measured]
    sampled = sum(one.bars_basis is Basis.SAMPLE for one in some)
    words = f"{format_counted(len(some), 'column')} measured in {format_duration(found.elapsed_seconds)}"
    sample = f", {sampled} by a sample of row groups" if sampled else ", by all rows"
    return f"{words}{sample if some else ''}. Distinct values and quantiles are estimates."


def present_column(found: Profile) -> ColumnView:
    """The one column that was asked for."""
    one = found.columns[0]
    facts = [
        Fact(
            "Null",
            *_split(one, "nulls", _share(one, found.rows)),
        ),
        Fact("Distinct", *_split(one, "distinct")),
        Fact("Smallest", *_split(one, "min")),
        *(Fact(title, *_split(one, name)) for name, title in _QUANTILES.items() if name in one.figures),
        Fact("Largest", *_split(one, "max")),
    ]
    if one.figures.get("nans") and one.figures["nans"].value:
        facts.append(Fact("Not a number", *_split(one, "nans")))
    facts.append(Fact("Size", format_bytes(one.compressed_bytes), "compressed; footer"))
    nulls = one.figures.get("nulls")
    where = write_equal(one.name, None)
    return ColumnView(
        name=one.name,
        data_type=str(one.data_type),
        facts=[fact for fact in facts if fact.value != UNKNOWN],
        bars=present_bars(found.key, one),
        reason=one.reason or "",
        nulls_href=link_to_object(found.key, tab="rows", where=where) if nulls and nulls.value else None,
    )


def present_bars(key: str, one: ColumnProfile) -> BarsView | None:
    """The bars of a measured column, each leading to its rows."""
    bars = one.bars
    if bars is None or not bars.bars:
        return None
    longest = max(bar.count for bar in bars.bars) or 1
    last = len(bars.bars) - 1
    views = [_present_bar(key, one.name, bar, longest, at == last) for at, bar in enumerate(bars.bars)]
    kind = "Most frequent values" if bars.kind == "top" else "Histogram"
    peak = max(views, key=lambda view: view.count)
    said = f"{kind} of {one.name}, {len(views)} bars; the longest is {peak.label} with {peak.count:,} rows."
    return BarsView(bars.kind, one.name, views, _note(bars, one), said)


def _present_line(found: Profile, one: ColumnProfile, measured: bool) -> ColumnLine:
    share = Number(_share(one, found.rows) or UNKNOWN, _basis(one.figures.get("nulls")))
    names = _MEASURED if measured else _BY_FOOTER
    return ColumnLine(
        name=one.name,
        href=link_to_object(found.key, tab="profile", column=one.name),
        data_type=str(one.data_type),
        numbers=[share if name == "null_share" else _number(one, name) for name in names],
        bars=present_bars(found.key, one),
        reason=one.reason or "",
    )


def _number(one: ColumnProfile, name: str) -> Number:
    figure = one.figures.get(name)
    if figure is None:
        return Number(UNKNOWN)
    value = figure.value
    if figure.approximate and isinstance(value, datetime):
        value = value.replace(microsecond=0)
    return Number(("≈ " if figure.approximate else "") + format_value(value, 28), _basis(figure))


def _split(one: ColumnProfile, name: str, more: str = "") -> tuple[str, str]:
    number = _number(one, name)
    return number.text, "; ".join(part for part in (more, number.basis) if part)


def _share(one: ColumnProfile, rows: int) -> str:
    figure = one.figures.get("nulls")
    if figure is None:
        return ""
    whole = one.rows_measured if figure.basis is Basis.SAMPLE else rows
    return format_share(figure.value, whole)


def _basis(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if not figure.approximate:
        return figure.basis.value
    return "estimate, all rows" if figure.basis is Basis.EXACT else f"estimate, {figure.basis}"


def _present_bar(key: str, name: str, bar: Bar, longest: int, is_last: bool) -> BarView:
    if bar.low is None:
        label, where = format_value(bar.value, 40), write_equal(name, bar.value)
    else:
        label = " to ".join(format_edges(bar.low, bar.high))
        where = write_range(name, bar.low, bar.high, with_high=is_last)
    href = link_to_object(key, tab="rows", where=where) if where else None
    return BarView(label or "(empty text)", bar.count, bar.count / longest, where, href, bar.low, bar.high)


def format_edges(low: object, high: object) -> tuple[str, str]:
    """Both ends of a bar; days without their midnight."""
    first, last = format_value(low), format_value(high)
    if first.endswith(" 00:00:00") and last.endswith(" 00:00:00"):
        return first[:10], last[:10]
    return first, last


def _note(bars: Bars, one: ColumnProfile) -> str:
    basis = "all rows" if one.bars_basis is Basis.EXACT else f"a sample of {one.rows_measured:,} rows"
    parts = [f"Rests on {basis} ({one.bars_basis})."]
    if bars.kind == "top" and bars.others:
        parts.append(f"{format_count(bars.others)} rows have other values.")
    if bars.kind == "histogram" and (bars.below or bars.above):
        outside = f"{format_count(bars.below)} rows are smaller, {format_count(bars.above)} larger"
        parts.append(f"Drawn is about the middle 98 %: {outside}.")
    return " ".join(parts)
