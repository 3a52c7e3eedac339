"""From the groups a query found to the few marks that are drawn, counting what is left out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lakeside.charts.spec import STEPS, ChartSpec, Grain
from lakeside.charts.sql import Bins

FETCHED_GROUPS = 5_000
MAXIMUM_MARKS = 1_000
MAXIMUM_SPLITS = 6
_WANTED_BINS = 24
_STEP_SECONDS = {Grain.HOUR: 3600, Grain.DAY: 86_400, Grain.WEEK: 604_800, Grain.MONTH: 2_678_400}
_GAP_STEPS = 3
_STRAY_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the chart's query."""

    x: Any
    split: Any
    value: Any
    rows: int


@dataclass(frozen=True, slots=True)
class Mark:
    """What is drawn: `x` (up to `x_end` for a bin), the value, and how many rows it rests on."""

    x: Any
    split: Any
    value: float | None
    rows: int
    x_end: float | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks in their order, and the rows and groups that are not among them.

    `rows_null` have no x, `rows_outside` lie beyond the bins or far from all other times, `rows_cut`
    belong to values beyond the most frequent. `more_groups` says that the query was cut too.
    """

    marks: tuple[Mark, ...]
    rows_drawn: int
    rows_null: int
    rows_outside: int
    rows_cut: int
    values_cut: int
    splits_cut: int
    more_groups: bool


def choose_bins(low: float, high: float, whole: bool) -> Bins:
    """About twenty bins with round edges; `whole` where values are integers."""
    if not low < high:
        return Bins(low - 0.5, 1.0, 1)
    raw = (high - low) / _WANTED_BINS
    power = 10.0 ** math.floor(math.log10(raw))
    width = next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= raw * 0.999)
    if whole:
        width = float(max(1, math.ceil(width)))
    first = math.floor(low / width)
    return Bins(first * width, width, math.floor(high / width) - first + 1)


def make_marks(spec: ChartSpec, groups: Sequence[Group], bins: Bins | None = None) -> Marks:
    """Place the groups, which come with most rows first, and leave out what would drown the rest."""
    more = len(groups) > FETCHED_GROUPS
    valued = [g for g in groups if g.x is not None]
    kept, splits_cut, cut_by_split = _keep_splits(valued)
    inside = [g for g in kept if not _is_outside(g, bins)]
    if spec.grain in STEPS:
        inside = _drop_strays(inside, spec.grain)
    shown, values_cut = _keep_values(spec, inside)
    marks = tuple(_place(g, bins) for g in shown)
    drawn = sum(g.rows for g in shown)
    near = sum(g.rows for g in inside)
    return Marks(
        marks=marks,
        rows_drawn=drawn,
        rows_null=sum(g.rows for g in groups if g.x is None),
        rows_outside=sum(g.rows for g in kept) - near,
        rows_cut=near - drawn + cut_by_split,
        values_cut=values_cut,
        splits_cut=splits_cut,
        more_groups=more,
    )


def _keep_splits(groups: Sequence[Group]) -> tuple[list[Group], int, int]:
    rows: Counter[Any] = Counter()
    for group in groups:
        rows[group.split] += group.rows
    kept = {split for split, _ in rows.most_common(MAXIMUM_SPLITS)}
    cut = sum(count for split, count in rows.items() if split not in kept)
    return [g for g in groups if g.split in kept], len(rows) - len(kept), cut


def _keep_values(spec: ChartSpec, groups: Sequence[Group]) -> tuple[list[Group], int]:
    """The most frequent values, or the first points of a line; how many are left out."""
    rows: Counter[Any] = Counter()
    for group in groups:
        rows[group.x] += group.rows
    splits = max(1, len({g.split for g in groups}))
    if spec.grain is Grain.VALUES:
        order = [x for x, _ in rows.most_common(min(spec.most_values, MAXIMUM_MARKS // splits))]
    else:
        order = sorted(rows)[: MAXIMUM_MARKS // splits]
    place = {x: number for number, x in enumerate(order)}
    shown = sorted((g for g in groups if g.x in place), key=lambda g: (place[g.x], str(g.split)))
    return shown, len(rows) - len(order)


def _is_outside(group: Group, bins: Bins | None) -> bool:
    return bins is not None and not 0 <= group.x < bins.count


def _drop_strays(groups: Sequence[Group], grain: Grain) -> list[Group]:
    """Without runs of times that have hardly any rows and lie far from the others: wrong clocks."""
    moments = sorted({g.x for g in groups if isinstance(g.x, datetime)})
    rows: Counter[Any] = Counter()
    for group in groups:
        rows[group.x] += group.rows
    gap = _STEP_SECONDS.get(grain, 31_622_400) * _GAP_STEPS
    runs: list[list[datetime]] = []
    for moment in moments:
        if not runs or (moment - runs[-1][-1]).total_seconds() > gap:
            runs.append([])
        runs[-1].append(moment)
    total = sum(rows.values())
    kept = {m for run in runs if sum(rows[m] for m in run) >= _STRAY_SHARE * total for m in run}
    return [g for g in groups if g.x in kept]


def _place(group: Group, bins: Bins | None) -> Mark:
    value = None if group.value is None else float(group.value)
    if value is not None and not math.isfinite(value):
        value = None
    if bins is None:
        return Mark(group.x, group.split, value, group.rows)
    low, high = bins.edge(int(group.x)), bins.edge(int(group.x) + 1)
    return Mark(low, group.split, value, group.rows, high)
