"""The months that can be chosen, over all years, each with where it stands. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from lakeside.coverage import MonthCoverage
from lakeside.errors import SettingsError
from lakeside.month import Month
from lakeside.plan.request import Mode
from ui.presenters.looks import Look, find_look
from ui.presenters.places import INGEST, write_months
from ui.presenters.standings import FAILED, STANDING, Standings

AUTO, SAMPLE, ARCHIVE = "auto", "sample", "archive"
AUTOMATIC = ("datatalksclub", "tlc", ARCHIVE)
RECENT_YEARS = 8
_STALE = ("stale", "mismatch", "broken")
MonthSources = Mapping[Month, Sequence[str]]


@dataclass(frozen=True, slots=True)
class PickCell:
    """One month: chosen or not, where it stands, and the page with it toggled; `href` None: not to be had."""

    month: str
    look: Look
    chosen: bool
    href: str | None
    says: str


@dataclass(frozen=True, slots=True)
class PickYear:
    """A year's twelve months; `href` chooses all that can be had, or none of them."""

    year: str
    months: str
    href: str | None
    cells: Sequence[PickCell | None]


@dataclass(frozen=True, slots=True)
class Quick:
    """Many months at once, and the mode that works on them."""

    label: str
    months: Sequence[Month]
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class PickerView:
    """The picker: years newest first, what can be chosen in one go, the looks that occur."""

    years: Sequence[PickYear]
    hidden_years: int
    quick: Sequence[Quick]
    legend: Sequence[tuple[Look, int]]
    offered: Sequence[Month]


@dataclass(frozen=True, slots=True)
class Picks:
    """What the picker starts from: the page's parameters, the source wanted, the months chosen."""

    params: Mapping[str, str]
    source: str
    chosen: Sequence[Month]
    every_year: bool = False


def read_months(text: str) -> list[Month]:
    """Months of a URL; words that are none are left out."""
    months = set()
    for word in text.split(","):
        try:
            months.add(Month.parse(word))
        except SettingsError:
            continue
    return sorted(months)


def list_sources(sources: MonthSources) -> list[str]:
    """Sources that have at least one month, `auto` first."""
    return list(dict.fromkeys([AUTO, *(s for names in sources.values() for s in names)]))


def list_offered(coverage: Iterable[MonthCoverage], sources: MonthSources, wanted: str) -> list[Month]:
    """The months that exist for the source: published by the calendar, or made here at any time."""
    offered = []
    for month in coverage:
        names = sources.get(month.month, ())
        fits = wanted in names if wanted != AUTO else any(s in AUTOMATIC for s in names)
        if month.key or (fits and (wanted in (SAMPLE, ARCHIVE) or month.source_state == "published")):
            offered.append(month.month)
    return offered


def present_picker(
    standings: Standings, sources: MonthSources, picks: Picks, offered: Sequence[Month]
) -> PickerView:
    """Years, quick choices and legend."""
    states = {month: standings.find(month) for month in standings.coverage}
    years = sorted({month.year for month in states}, reverse=True)
    chosen_years = {month.year for month in picks.chosen}
    shown = [y for n, y in enumerate(years) if picks.every_year or n < RECENT_YEARS or y in chosen_years]
    counts = Counter(states.values())
    return PickerView(
        years=[_present_year(year, states, picks, offered) for year in shown],
        hidden_years=len(years) - len(shown),
        quick=list_quick(states, offered),
        legend=[(look, counts[name]) for name, look in STANDING.items() if counts[name] and look.symbol],
        offered=offered,
    )


def list_quick(states: Mapping[Month, str], offered: Sequence[Month]) -> list[Quick]:
    """What is missing, failed or stale, and all that is in the lake (its sources may have changed)."""
    missing = [m for m in offered if states[m] in ("missing", "in_lake")]
    failed = [m for m in offered if states[m] == FAILED]
    stale = [m for m in offered if states[m] in _STALE]
    there = [m for m in offered if states[m] in ("published", "in_lake", *_STALE)]
    return [
        Quick("Missing", missing, Mode.MISSING),
        Quick("Failed", failed, Mode.REPAIR),
        Quick("Stale", stale, Mode.REPAIR),
        Quick("Missing, failed and stale", sorted({*missing, *failed, *stale}), Mode.REPAIR),
        Quick("In the lake", there, Mode.REPAIR),
    ]


def _present_year(year: int, states: Mapping[Month, str], picks: Picks, offered: Sequence[Month]) -> PickYear:
    of_year = [month for month in offered if month.year == year]
    months = [Month(year, number) for number in range(1, 13)]
    cells = [_present_cell(m, states[m], picks, m in offered) if m in states else None for m in months]
    href = _toggle(picks, of_year) if of_year else None
    return PickYear(str(year), write_months(of_year), href, cells)


def _present_cell(month: Month, state: str, picks: Picks, is_offered: bool) -> PickCell | None:
    look = find_look(STANDING, state)
    if state == "never":
        return None
    says = f"{month} {look.word}" + (f": {look.meaning}" if look.meaning else "")
    if not is_offered and state == "missing":
        says = f"{month}: the source {picks.source} does not have it"
    href = _toggle(picks, [month]) if is_offered else None
    return PickCell(str(month), look, month in picks.chosen, href, says)


def _toggle(picks: Picks, months: Sequence[Month]) -> str:
    """The page with these months chosen too, or, when all of them are, without them."""
    have, wanted = set(picks.chosen), set(months)
    after = have - wanted if wanted <= have else have | wanted
    query = {**picks.params, "months": write_months(after)}
    return f"{INGEST}?{urlencode({k: v for k, v in query.items() if v}, safe=',')}"


def list_range(first: Month, last: Month, offered: Sequence[Month]) -> list[Month]:
    """The offered months from one to another, in whichever order they are given."""
    low, high = min(first, last), max(first, last)
    return [month for month in offered if low <= month <= high]
