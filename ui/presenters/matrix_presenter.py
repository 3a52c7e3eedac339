"""The matrix of months: years down, months across, four lights and a colour in every cell. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from lakeside.coverage import MonthCoverage
from lakeside.lights import MonthLights
from lakeside.month import Month
from lakeside.plan.request import Attempt
from ui.formats import format_count, format_relative, format_short_count
from ui.presenters.coverage_presenter import (
    find_state,
    is_there,
    list_datasets,
    present_newest,
    present_summary,
)
from ui.presenters.lamps import Lamp, present_lamps
from ui.presenters.looks import COVERAGE, Look, find_look
from ui.presenters.places import link_to_coverage, write_months
from ui.presenters.scales import MEANINGS, ColourBy, Scale, measure, say_value
from ui.presenters.standings import FAILED, RUNNING, STANDING, Standings

Attempts = Mapping[tuple[str, Month], Attempt]


@dataclass(frozen=True, slots=True)
class Cell:
    """One month. `step` 1 to 5 colours it by a quantity (0: none); `says` is what a pointer is told.

    `over` is what a run does or did with it, laid over what is there; `href` chooses it, or takes it away.
    """

    month: str
    look: Look
    step: int
    value: str
    short: str
    lamps: Sequence[Lamp]
    says: str
    href: str
    chosen: bool = False
    over: Look | None = None


@dataclass(frozen=True, slots=True)
class YearRow:
    """Twelve months of one year, or, with `folded` words, several years in which nothing is there."""

    label: str
    cells: Sequence[Cell | None]
    quiet: bool
    rows: str
    folded: str = ""
    months: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class MatrixView:
    """One dataset's matrix with its legend; `scale` has the words of the five steps, or is empty."""

    dataset: str
    href: str
    years: Sequence[YearRow]
    summary: str
    newest: str
    by: ColourBy
    legend: Sequence[tuple[Look, int]]
    scale: Sequence[str]
    meaning: str


@dataclass(frozen=True, slots=True)
class MatrixChoice:
    """What the page asks for: the mode, the months chosen, whether years with nothing are folded.

    A dataset of which nothing is there shows what could be, unless `fold_all`.
    """

    by: ColourBy = ColourBy.STATE
    chosen: Sequence[Month] = ()
    fold: bool = True
    fold_all: bool = False
    attempts: Attempts = field(default_factory=dict)


def present_matrix(
    lights: Sequence[MonthLights], dataset: str, choice: MatrixChoice, now: datetime
) -> MatrixView:
    """The matrix of one dataset."""
    months = [m for m in lights if m.covered.dataset == dataset]
    is_state = choice.by is ColourBy.STATE
    scale = None if is_state else Scale.of(months, choice.by)
    counts = Counter(map(find_state, months))
    return MatrixView(
        dataset=dataset,
        href=link_to_coverage(dataset, by="" if is_state else choice.by),
        years=present_years(months, _Drawing(dataset, choice, scale, _find_overlay(months, choice), now)),
        summary=present_summary(dataset, [m.covered for m in months]),
        newest=present_newest(months).get(dataset, ""),
        by=choice.by,
        legend=[(look, counts[name]) for name, look in COVERAGE.items() if counts[name]] if is_state else [],
        scale=scale.list_words() if scale else [],
        meaning=MEANINGS.get(choice.by, ""),
    )


def present_matrices(lights: Sequence[MonthLights], choice: MatrixChoice, now: datetime) -> list[MatrixView]:
    """All datasets at a glance."""
    folded = replace(choice, fold_all=choice.fold)
    return [present_matrix(lights, name, folded, now) for name in list_datasets(m.covered for m in lights)]


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What every cell of a matrix is drawn with."""

    dataset: str
    choice: MatrixChoice
    scale: Scale | None
    overlay: Mapping[Month, str]
    now: datetime


def _find_overlay(months: Sequence[MonthLights], choice: MatrixChoice) -> dict[Month, str]:
    """Months that a run has now, or failed at, as the run console shows them."""
    names = {m.covered.dataset for m in months}
    attempts = [attempt for (dataset, _), attempt in choice.attempts.items() if dataset in names]
    standings = Standings.of([m.covered for m in months], attempts)
    found = {attempt.month: standings.find(attempt.month) for attempt in attempts}
    return {month: state for month, state in found.items() if state in (RUNNING, FAILED)}


def present_years(months: Sequence[MonthLights], drawing: _Drawing) -> list[YearRow]:
    """The newest year first; neighbouring years with nothing in lake or warehouse fold into one row."""
    by_year: dict[int, list[MonthLights]] = {}
    for month in sorted(months, key=lambda m: m.covered.month, reverse=True):
        by_year.setdefault(month.covered.month.year, []).append(month)
    rows = []
    folds = drawing.choice.fold_all or (drawing.choice.fold and any(is_there(m.covered) for m in months))
    for quiet, group in groupby(by_year.items(), key=lambda item: _is_quiet(item[1])):
        years = list(group)
        if folds and quiet and len(years) > 1:
            rows.append(_fold_years(years, drawing))
        else:
            rows.extend(_present_year(year, found, drawing) for year, found in years)
    return rows


def _is_quiet(months: Sequence[MonthLights]) -> bool:
    return not any(is_there(m.covered) for m in months)


def _fold_years(years: Sequence[tuple[int, Sequence[MonthLights]]], drawing: _Drawing) -> YearRow:
    found = [month for _, months in years for month in months]
    counts = Counter(map(find_state, found))
    words = ", ".join(f"{counts[s]} {COVERAGE[s].word}" for s in ("missing", "not_yet") if counts[s])
    missing = [m.covered.month for m in found if find_state(m) == "missing"]
    label = f"{years[-1][0]}–{years[0][0] % 100:02d}"
    folded = f"{COVERAGE['missing'].symbol} {words}"
    return YearRow(
        label, (), True, "", folded, write_months(missing), _toggle(missing, drawing) if missing else ""
    )


def _present_year(year: int, months: Sequence[MonthLights], drawing: _Drawing) -> YearRow:
    by_number = {m.covered.month.number: m for m in months}
    present = [by_number.get(number) for number in range(1, 13)]
    cells = [present_cell(m, drawing) if m and find_state(m) != "never" else None for m in present]
    total = sum(m.covered.lake_rows or 0 for m in months)
    quiet = _is_quiet(months)
    chosen = [m.covered.month for m in months if find_state(m) not in ("never", "not_yet")]
    return YearRow(
        str(year),
        cells,
        quiet,
        format_count(total) if total else "",
        months=write_months(chosen),
        href=_toggle(chosen, drawing) if chosen else "",
    )


def present_cell(month: MonthLights, drawing: _Drawing) -> Cell:
    """One month with everything a pointer or a screen reader gets."""
    covered, by = month.covered, drawing.choice.by
    look = find_look(COVERAGE, find_state(month))
    over = STANDING.get(drawing.overlay.get(covered.month, ""))
    lamps = present_lamps(month, drawing.now)
    value = measure(month, by) if drawing.scale else covered.lake_rows or covered.warehouse_rows
    short = "" if value is None else say_value(value, by) if drawing.scale else format_short_count(int(value))
    counted = value is not None and by in (ColourBy.STATE, ColourBy.ROWS)
    head = present_detail(covered, look, drawing.now) + (f"; {over.word}: {over.meaning}" if over else "")
    return Cell(
        month=str(covered.month),
        look=look,
        step=drawing.scale.find_step(value) if drawing.scale else 0,
        value=format_count(int(value or 0)) if counted else short,
        short=short,
        lamps=lamps,
        says="\n".join([head, *(lamp.sentence for lamp in lamps)]),
        href=_toggle([covered.month], drawing),
        chosen=covered.month in drawing.choice.chosen,
        over=over,
    )


def present_detail(month: MonthCoverage, look: Look, now: datetime) -> str:
    """`green 2020-10 · published; 95,120 rows in the lake = 95,120 in the warehouse; from tlc; 3 h ago`."""
    parts = [f"{month.dataset} {month.month} · {look.word}"]
    if is_there(month):
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


def _toggle(months: Sequence[Month], drawing: _Drawing) -> str:
    """The page with these months chosen too, or, when all of them are, without them."""
    have, wanted = set(drawing.choice.chosen), set(months)
    after = have - wanted if wanted <= have else have | wanted
    by = drawing.choice.by
    return link_to_coverage(drawing.dataset, after, "" if by is ColourBy.STATE else by)
