"""Order-free figures of columns: taken per batch while it is warm, added up exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeside.datasets.contract import Kind
from lakeside.ingest.arrays import call_function, to_numpy
from lakeside.ingest.values import LARGEST_MONEY
from lakeside.lake.provenance import ColumnStats

MOST_DISTINCT = 100_000
_EXACT_IN_A_DOUBLE = 2**53
_MICROSECONDS = 1_000_000
_EPOCH = date(1970, 1, 1)


class Unfit(Exception):
    """A column holds a number no figure can be taken of (not finite, or money out of range)."""


@dataclass(slots=True)
class Figures:
    """What is known of one column so far. `least` and `most` are raw: numbers, text, or microseconds."""

    kind: Kind
    count: int = 0
    nulls: int = 0
    total: int = 0
    parts: list[float] = field(default_factory=list)
    least: Any = None
    most: Any = None
    distinct: set[str] | None = field(default_factory=set)

    def add(self, other: Figures) -> None:
        """Take another batch's figures in."""
        self.count += other.count
        self.nulls += other.nulls
        self.total += other.total
        self.parts = [math.fsum([*self.parts, *other.parts])] if other.parts else self.parts
        if other.least is not None:
            self.least = other.least if self.least is None else min(self.least, other.least)
            self.most = other.most if self.most is None else max(self.most, other.most)
        if self.distinct is not None and other.distinct is not None:
            self.distinct |= other.distinct
        if self.distinct is None or other.distinct is None or len(self.distinct) > MOST_DISTINCT:
            self.distinct = None

    def as_stats(self, name: str) -> ColumnStats:
        """The figures as the footer states them."""
        text = self.kind is Kind.TEXT
        total = repr(math.fsum(self.parts)) if self.kind is Kind.FLOAT else str(self.total)
        return ColumnStats(
            name=name,
            kind=self.kind,
            count=self.count,
            nulls=self.nulls,
            sum=total if self.count else None,
            min=_show(self.kind, self.least),
            max=_show(self.kind, self.most),
            distinct=len(self.distinct) if text and self.distinct is not None else None,
        )


def measure(array: pa.Array, kind: Kind) -> Figures:
    """The figures of one batch of a column.

    Raises:
        Unfit: a float that is not finite, or money beyond what can be summed exactly.
    """
    nulls = array.null_count
    figures = Figures(kind, len(array) - nulls, nulls)
    if figures.count == 0:
        return figures
    if kind is Kind.TEXT:
        _measure_text(array, figures)
        return figures
    values = _numbers(array)
    figures.least, figures.most = values.min().item(), values.max().item()
    if kind in (Kind.INTEGER, Kind.DATE):
        figures.total = _sum_integers(values, figures)
    elif kind is Kind.TIMESTAMP:
        figures.total = int((values // _MICROSECONDS).sum())
    elif not (math.isfinite(figures.least) and math.isfinite(figures.most)):
        raise Unfit
    elif kind is Kind.FLOAT:
        figures.parts = [math.fsum(values.tolist()) if _may_overflow(figures) else float(values.sum())]
    else:
        figures.total = _sum_money(values, figures)
    return figures


def _numbers(array: pa.Array) -> npt.NDArray[Any]:
    """The values that are not null, as numbers; without a copy where there are no nulls."""
    if array.null_count:
        array = call_function("drop_null", [array])
    return to_numpy(array)


def _sum_integers(values: npt.NDArray[Any], figures: Figures) -> int:
    if max(abs(figures.least), abs(figures.most)) * figures.count < 2**62:
        return int(values.sum(dtype=np.int64))
    return sum(values.tolist())


def _may_overflow(figures: Figures) -> bool:
    return bool(max(abs(figures.least), abs(figures.most)) * figures.count > 1e300)


def _sum_money(values: npt.NDArray[np.float64], figures: Figures) -> int:
    """The sum of round(x * 1e6), halves away from zero, as DuckDB and BigQuery round."""
    largest = max(abs(figures.least), abs(figures.most))
    if largest > LARGEST_MONEY:
        raise Unfit
    millionths = values * 1e6
    rounded = np.rint(millionths)
    millionths -= rounded
    if max(millionths.max(), -millionths.min()) >= 0.5:  # a tie: rint goes to even
        exact = values * 1e6
        ties = np.abs(millionths) == 0.5
        rounded[ties] = exact[ties] + np.copysign(0.5, exact[ties])
    if (largest * 1e6 + 1) * figures.count < _EXACT_IN_A_DOUBLE:
        return int(rounded.sum())  # whole numbers below 2^53 add up exactly in any order
    return sum(int(value) for value in rounded.tolist())


def _measure_text(array: pa.Array, figures: Figures) -> None:
    counts = call_function("value_counts", [call_function("drop_null", [array])])
    texts = counts.field(0).to_pylist()
    figures.total = sum(
        len(text) * n for text, n in zip(texts, to_numpy(counts.field(1)).tolist(), strict=True)
    )
    # By code point, as UTF-8 bytes order too, which is how BigQuery and DuckDB compare.
    figures.least, figures.most = min(texts), max(texts)
    figures.distinct = set(texts)


def _show(kind: Kind, value: Any) -> str | None:
    if value is None or kind is Kind.TEXT:
        return None if value is None else str(value)
    if kind is Kind.TIMESTAMP:
        moment = np.datetime64(value, "us").astype("datetime64[us]").item()
        return moment.isoformat(sep="T") if hasattr(moment, "isoformat") else str(np.datetime64(value, "us"))
    if kind is Kind.DATE:
        return (_EPOCH + timedelta(days=value)).isoformat()
    return repr(value)
