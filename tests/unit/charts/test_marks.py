"""Marks: few, in order, and every row that is not drawn counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lakeside.charts.marks import MAXIMUM_MARKS, MAXIMUM_SPLITS, Group, Marks, choose_bins, make_marks
from lakeside.charts.spec import ChartSpec, Grain
from lakeside.charts.sql import Bins

FIRST = datetime.fromisoformat("2020-10-01T00:00:00")


def count_all(marks: Marks) -> int:
    return marks.rows_drawn + marks.rows_null + marks.rows_outside + marks.rows_cut


@pytest.mark.parametrize(
    ("low", "high", "whole", "bins"),
    [
        (0.0, 23.1, False, Bins(0.0, 1.0, 24)),
        (2.5, 66.8, False, Bins(0.0, 5.0, 14)),
        (1.0, 265.0, True, Bins(0.0, 20.0, 14)),
        (0.001, 0.002, False, Bins(0.001, 0.00005, 21)),
        (3.0, 7.0, True, Bins(3.0, 1.0, 5)),
        (4.0, 4.0, True, Bins(3.5, 1.0, 1)),
        (-100.0, 100.0, False, Bins(-100.0, 10.0, 21)),
    ],
)
def test_bins_have_round_edges_and_hold_both_ends(low: float, high: float, whole: bool, bins: Bins) -> None:
    chosen = choose_bins(low, high, whole)
    assert (chosen.low, chosen.width, chosen.count) == pytest.approx((bins.low, bins.width, bins.count))
    assert chosen.edge(0) <= low and high <= chosen.edge(chosen.count)


def test_edges_have_no_dust() -> None:
    assert [Bins(0.0, 0.1, 4).edge(n) for n in range(5)] == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_the_most_frequent_values_are_drawn_and_the_rest_counted() -> None:
    groups = [Group(f"v{n}", None, n, 100 - n) for n in range(30)] + [Group(None, None, 1, 7)]
    marks = make_marks(ChartSpec("x", Grain.VALUES, most_values=5), groups)
    assert [m.x for m in marks.marks] == ["v0", "v1", "v2", "v3", "v4"]
    assert (marks.values_cut, marks.rows_null) == (25, 7)
    assert count_all(marks) == sum(g.rows for g in groups)


def test_wrong_clocks_do_not_stretch_the_axis() -> None:
    days = [Group(FIRST + timedelta(days=n), None, 1000, 1000) for n in range(31)]
    strays = [Group(FIRST - timedelta(days=4000), None, 2, 2), Group(FIRST + timedelta(days=400), None, 1, 1)]
    marks = make_marks(ChartSpec("at", Grain.DAY), [*days, *strays])
    assert [m.x for m in marks.marks] == [g.x for g in days]
    assert marks.rows_outside == 3
    assert count_all(marks) == 31_003


def test_two_months_far_apart_are_both_drawn() -> None:
    groups = [Group(FIRST + timedelta(days=n), None, 10, 10) for n in (0, 1, 2, 900, 901)]
    assert len(make_marks(ChartSpec("at", Grain.DAY), groups).marks) == 5


def test_splits_and_marks_are_bounded() -> None:
    groups = [
        Group(FIRST + timedelta(hours=n), split, 1, 50 - split) for n in range(400) for split in range(10)
    ]
    marks = make_marks(ChartSpec("at", Grain.HOUR, split="code"), groups)
    assert len(marks.marks) <= MAXIMUM_MARKS
    assert {m.split for m in marks.marks} == set(range(MAXIMUM_SPLITS))
    assert marks.splits_cut == 4 and marks.values_cut == 400 - MAXIMUM_MARKS // MAXIMUM_SPLITS
    assert count_all(marks) == sum(g.rows for g in groups)


def test_bins_are_placed_and_what_lies_beyond_is_counted() -> None:
    groups = [Group(1.0, None, 4.5, 10), Group(-1.0, None, 0.0, 3), Group(9.0, None, 0.0, 2)]
    marks = make_marks(ChartSpec("x", Grain.BINS), groups, Bins(0.0, 2.5, 4))
    (mark,) = marks.marks
    assert (mark.x, mark.x_end, mark.value, mark.rows) == (2.5, 5.0, 4.5, 10)
    assert marks.rows_outside == 5


def test_what_is_no_number_is_no_value() -> None:
    marks = make_marks(ChartSpec("x", Grain.VALUES), [Group("a", None, float("nan"), 1)])
    assert marks.marks[0].value is None
