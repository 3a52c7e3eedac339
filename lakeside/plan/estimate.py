"""How many rows a month will have and how long it will take, from what is known beforehand. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

from lakeside.catalogue.catalogue import list_entries
from lakeside.month import Month
from lakeside.plan.request import Action, Attempt, RowsBasis
from lakeside.sources.probe import SourceName

_NEIGHBOURS = 2
_FARTHEST_MONTHS = 36
_PAST_RUNS = 5
_FIXED_SECONDS = 1.0  # what a month costs however small it is; the rest grows with its rows


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What estimates are made from.

    `real_rows` and `made_up_rows` are the rows of the lake's objects of this dataset, by month;
    `sample_rows` the setting; `attempts` past runs of any dataset.
    """

    dataset: str
    real_rows: Mapping[Month, int]
    made_up_rows: Mapping[Month, int]
    sample_rows: int
    attempts: Sequence[Attempt] = ()


def expect_rows(
    knowledge: Knowledge, month: Month, source: SourceName, action: Action
) -> tuple[int | None, RowsBasis | None]:
    """Rows of a month and what they were taken from; (None, None) when nothing near is known."""
    if action is Action.LOAD:
        rows = knowledge.real_rows.get(month, knowledge.made_up_rows.get(month))
        return rows, RowsBasis.FOOTER if rows is not None else None
    if source is SourceName.SAMPLE:
        return knowledge.sample_rows, RowsBasis.SAMPLE
    if month in knowledge.real_rows:
        return knowledge.real_rows[month], RowsBasis.FOOTER
    catalogue = {m: entry.rows for m, entry in list_entries(knowledge.dataset).items()}
    if month in catalogue:
        return catalogue[month], RowsBasis.CATALOGUE
    rows = _mean_of_nearest({**catalogue, **knowledge.real_rows}, month)
    return rows, RowsBasis.NEIGHBOURS if rows is not None else None


def expect_seconds(knowledge: Knowledge, rows: int | None, action: Action) -> float | None:
    """Seconds a month will take, by the past runs nearest in size; None when there are none like it.

    A run's time is taken as one fixed second and a part that grows with its rows.
    """
    alike = [a for a in knowledge.attempts if _is_like(a, action)]
    alike = [a for a in alike if a.dataset == knowledge.dataset] or alike
    if not rows or not alike:
        return None
    nearest = sorted(alike, key=lambda a: abs(math.log(rows / (a.rows or 1))))[:_PAST_RUNS]
    return median(_scale(a, rows) for a in nearest)


def _is_like(attempt: Attempt, action: Action) -> bool:
    if attempt.state not in ("published", "written") or not attempt.rows or not attempt.elapsed_seconds:
        return False
    return action is Action.INGEST or not attempt.bytes_read


def _scale(attempt: Attempt, rows: int) -> float:
    seconds = attempt.elapsed_seconds or 0.0
    fixed = min(_FIXED_SECONDS, seconds / 2)
    return fixed + (seconds - fixed) * rows / (attempt.rows or 1)


def _mean_of_nearest(rows: Mapping[Month, int], month: Month) -> int | None:
    near = sorted(
        (m for m in rows if abs(m.index - month.index) <= _FARTHEST_MONTHS),
        key=lambda m: abs(m.index - month.index),
    )
    return round(mean(rows[m] for m in near[:_NEIGHBOURS])) if near else None
