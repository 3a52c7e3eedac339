"""Which months a sync looks at; the flow itself runs in `test_many_runs`."""

from __future__ import annotations

from datetime import date

import pytest

from flows.sync_months import choose_newest, find_last_month
from lakeside.errors import BackendUnavailable
from lakeside.month import Month
from lakeside.plan import Action, MonthStanding, Observed, PlanLine, PlanRequest
from lakeside.sources.probe import SourceName


def line(number: int, standing: MonthStanding, fault: str | None = None) -> PlanLine:
    observed = Observed(source_fault=fault)
    return PlanLine("green", Month(2026, number), standing, Action.NOTHING, "why", observed=observed)


def test_the_newest_months_that_exist_are_chosen() -> None:
    lines = [
        line(6, MonthStanding.PUBLISHED),
        line(7, MonthStanding.MISSING),
        line(8, MonthStanding.STALE),
        line(9, MonthStanding.MISSING, "SourceMissing"),
        line(10, MonthStanding.NOT_YET),
    ]
    assert [str(x.month) for x in choose_newest(lines, 2)] == ["2026-07", "2026-08"]
    assert len(choose_newest(lines, 9)) == 3


def test_a_source_that_does_not_answer_is_not_taken_for_one_without_months() -> None:
    lines = [line(8, MonthStanding.PUBLISHED), line(9, MonthStanding.MISSING, "BackendUnavailable")]
    with pytest.raises(BackendUnavailable, match="2026-09"):
        choose_newest(lines, 1)


def test_a_source_that_ended_is_looked_at_from_its_end() -> None:
    today = date(2026, 11, 22)
    assert find_last_month(PlanRequest("green", (), SourceName.AUTO), today) == Month(2026, 10)
    assert find_last_month(PlanRequest("green", (), SourceName.DATATALKSCLUB), today) == Month(2021, 7)
