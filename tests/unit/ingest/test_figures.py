"""Figures of columns against plain Python, and added up from any pieces."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.datasets import Kind
from lakeside.ingest.figures import Figures, Unfit, measure

INTEGERS = st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=30)
CENTS = st.lists(st.none() | st.integers(-(10**9), 10**9).map(lambda c: c / 100), max_size=30)
TEXTS = st.lists(st.none() | st.sampled_from(["", "N", "Y", "é", "long text"]), max_size=30)


def figures_of(values: list, kind: Kind, cut: int = 0) -> Figures:
    figures = Figures(kind)
    for part in (values[:cut], values[cut:]):
        figures.add(measure(pa.array(part, kind.arrow_type), kind))
    return figures


@given(INTEGERS, st.integers(0, 30))
def test_integers_of_any_size_add_up_exactly(values: list, cut: int) -> None:
    stats = figures_of(values, Kind.INTEGER, cut).as_stats("x")
    real = [v for v in values if v is not None]
    assert (stats.count, stats.nulls) == (len(real), len(values) - len(real))
    assert stats.sum == (str(sum(real)) if real else None)
    assert (stats.min, stats.max) == ((str(min(real)), str(max(real))) if real else (None, None))


@given(CENTS, st.integers(0, 30))
def test_money_is_exact_to_the_millionth(values: list, cut: int) -> None:
    stats = figures_of(values, Kind.MONEY, cut).as_stats("x")
    real = [v for v in values if v is not None]
    assert stats.sum == (str(sum(round(Decimal(str(v)) * 10**6) for v in real)) if real else None)


@pytest.mark.parametrize("value", [0.0000005, -0.0000005, 2.5e-6, 0.4999999e-6, 1e8 + 0.0000005, 8.9e12])
def test_halves_go_away_from_zero(value: float) -> None:
    product = Decimal(value * 1e6).quantize(Decimal(1), ROUND_HALF_UP)
    assert figures_of([value] * 3, Kind.MONEY).as_stats("x").sum == str(int(product) * 3)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", [Kind.MONEY, Kind.FLOAT])
def test_what_is_not_finite_has_no_figures(value: float, kind: Kind) -> None:
    with pytest.raises(Unfit):
        measure(pa.array([1.0, value]), kind)


def test_money_too_large_to_add_exactly_is_refused() -> None:
    with pytest.raises(Unfit):
        measure(pa.array([1e13]), Kind.MONEY)


@given(TEXTS, st.integers(0, 30))
def test_text(values: list, cut: int) -> None:
    stats = figures_of(values, Kind.TEXT, cut).as_stats("x")
    real = [v for v in values if v is not None]
    assert stats.distinct == len(set(real))
    assert stats.sum == (str(sum(map(len, real))) if real else None)
    assert (stats.min, stats.max) == ((min(real), max(real)) if real else (None, None))


def test_times_count_whole_seconds_downwards() -> None:
    moments = [-1, 1_500_000, None, 253_402_300_799_000_000]
    stats = measure(pa.array(moments, pa.timestamp("us")), Kind.TIMESTAMP).as_stats("x")
    assert stats.sum == str(-1 + 1 + 253_402_300_799)
    assert (stats.min, stats.max) == ("1969-12-31T23:59:59.999999", "9999-12-31T23:59:59")


def test_a_slice_is_measured_as_what_it_is() -> None:
    whole = pa.array([1.0, 2.0, None, 4.0])
    assert measure(whole.slice(1), Kind.FLOAT).parts == [6.0]
    assert measure(whole.slice(0, 2), Kind.FLOAT).parts == [3.0]
