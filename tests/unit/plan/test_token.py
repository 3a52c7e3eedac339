"""The token: the same for the same state, another for any other; and the difference in words."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeside.errors import PlanMoved
from lakeside.month import Month
from lakeside.plan import Action, Mode, MonthStanding, Observed, Plan, PlanLine, PlanRequest
from lakeside.plan.compare import compare_plans, require_unmoved
from lakeside.sources.probe import SourceName

MONTHS = (Month(2020, 9), Month(2020, 10))
NUMBERS = ("size_bytes", "contract_version", "contract_today", "table_rows")

texts = st.none() | st.text(max_size=12)
observations = st.builds(
    Observed,
    **{
        field.name: st.none() | st.integers(0, 10**12) if field.name in NUMBERS else texts
        for field in fields(Observed)
    },
)


def plan(first: Observed, second: Observed, **changes: Any) -> Plan:
    asked = PlanRequest("green", MONTHS, SourceName.TLC)
    lines = [
        PlanLine("green", month, MonthStanding.MISSING, Action.INGEST, "Not in the lake.", observed=observed)
        for month, observed in zip(MONTHS, (first, second), strict=True)
    ]
    return replace(Plan(asked, tuple(lines)), **changes)


@given(observations, observations)
def test_the_same_state_has_the_same_token_whenever_and_however_it_is_described(
    first: Observed, second: Observed
) -> None:
    shown = plan(first, second)
    reworded = tuple(
        replace(line, why="Other words.", rows_expected=7, seconds_expected=1.5, bytes_expected=3)
        for line in shown.lines
    )
    later = plan(first, second, lines=reworded, made_at=datetime(2030, 1, 1, tzinfo=UTC), at_once=9)
    assert shown.token == later.token
    assert compare_plans(shown, later) == []
    require_unmoved(shown, later)


@given(observations, observations, st.data())
def test_anything_else_observed_makes_another_token(
    first: Observed, second: Observed, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([field.name for field in fields(Observed)]))
    before = getattr(second, name)
    values = st.none() | st.integers(0, 10**12) if name in NUMBERS else texts
    after = data.draw(values.filter(lambda value: value != before))
    shown, now = plan(first, second), plan(first, replace(second, **{name: after}))
    assert shown.token != now.token
    (difference,) = compare_plans(shown, now)
    assert difference.startswith("green 2020-10: ") and " was " in difference


@pytest.mark.parametrize(
    "change",
    [
        {"mode": Mode.REPAIR},
        {"source": SourceName.SAMPLE},
        {"load": False},
        {"dataset": "yellow"},
    ],
)
def test_another_request_makes_another_token(change: dict[str, Any]) -> None:
    shown = plan(Observed(), Observed())
    now = replace(shown, request=replace(shown.request, **change))
    assert shown.token != now.token
    assert len(compare_plans(shown, now)) == 1


def test_the_order_of_the_asked_months_does_not_matter() -> None:
    shown = plan(Observed(), Observed())
    assert shown.token == replace(shown, request=replace(shown.request, months=MONTHS[::-1])).token


def test_another_action_or_other_months_make_another_token() -> None:
    shown = plan(Observed(), Observed())
    waiting = replace(shown.lines[0], action=Action.WAIT)
    assert "what would be done" in compare_plans(shown, replace(shown, lines=(waiting, shown.lines[1])))[0]
    fewer = replace(shown, lines=shown.lines[:1])
    assert compare_plans(shown, fewer) == ["The months are not the same."]


def test_a_moved_plan_is_refused_with_the_difference() -> None:
    shown = plan(Observed(), Observed(etag='"1"', table_rows=95_120))
    now = plan(Observed(), Observed(etag='"2"', table_rows=None))
    with pytest.raises(PlanMoved) as refusal:
        require_unmoved(shown, now)
    assert (
        'green 2020-10: the source\'s ETag was "1", is "2"; the table\'s rows was 95,120, is nothing.'
        in refusal.value.message
    )
    assert refusal.value.hint and not refusal.value.retryable


def test_a_hundred_differences_are_not_all_told() -> None:
    months = [Month(2010, 1).plus(n) for n in range(100)]
    lines = [
        PlanLine("green", month, MonthStanding.MISSING, Action.INGEST, "", observed=Observed(table_rows=n))
        for n, month in enumerate(months)
    ]
    shown = Plan(PlanRequest("green", tuple(months)), tuple(lines))
    now = replace(shown, lines=tuple(replace(line, observed=Observed()) for line in lines))
    with pytest.raises(PlanMoved, match="And 95 more"):
        require_unmoved(shown, now)


def test_totals_count_what_is_to_do() -> None:
    def line(action: Action, **changes: Any) -> PlanLine:
        return replace(PlanLine("green", MONTHS[0], MonthStanding.MISSING, action, ""), **changes)

    todo = line(Action.INGEST, bytes_expected=5, rows_expected=10, seconds_expected=3.0)
    unknown, done = line(Action.INGEST), line(Action.NOTHING, blocked=True)
    made = Plan(PlanRequest("green", MONTHS), (todo, todo, done), at_once=2)
    assert (made.bytes_expected, made.rows_expected, made.seconds_expected) == (10, 20, 3.0)
    assert (len(made.work), len(made.blocked), made.is_empty) == (2, 1, False)
    made = Plan(PlanRequest("green", MONTHS), (todo, unknown, done), at_once=2)
    assert (made.bytes_expected, made.seconds_expected) == (5, None)
    made = Plan(PlanRequest("green", MONTHS), (done,))
    assert (made.is_empty, made.bytes_expected, made.seconds_expected) == (True, None, None)
