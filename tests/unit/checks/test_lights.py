"""Lights made of results: the worst decides, and what was replaced since does not count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lakeside.checks.result import (
    CheckKind,
    CheckResult,
    CheckState,
    Light,
    Severity,
    group_by_month,
    judge_light,
)
from lakeside.month import Month
from lakeside.warehouse.protocol import Publication

OCTOBER, NOVEMBER = Month(2020, 10), Month(2020, 11)
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
FAILED = CheckResult(
    check="figures_lake_warehouse",
    kind=CheckKind.RECONCILE,
    dataset="green",
    month=OCTOBER,
    severity=Severity.ERROR,
    state=CheckState.FAILED,
    detail="fare_amount: sum 1 expected, 2 found",
    checked_at=AT,
    content_id="abc",
)
SKIPPED = replace(FAILED, check="freshness", state=CheckState.SKIPPED)


def test_lights() -> None:
    warned = replace(FAILED, check="negative", severity=Severity.WARN)
    passed = replace(FAILED, check="rows", state=CheckState.PASSED)
    assert judge_light([]) is Light.NONE
    assert judge_light([passed, SKIPPED]) is Light.GREEN
    assert judge_light([passed, warned]) is Light.YELLOW
    assert judge_light([passed, warned, FAILED]) is Light.RED
    assert judge_light([replace(passed, state=CheckState.ERROR)]) is Light.RED
    assert set(group_by_month([passed, replace(passed, month=NOVEMBER)])) == {
        ("green", OCTOBER),
        ("green", NOVEMBER),
    }


def test_results_of_what_was_replaced_since_are_outdated() -> None:
    same = Publication("green", OCTOBER, 1, 0, "abc", "key", AT + timedelta(hours=1))
    assert judge_light([FAILED], same) is Light.RED
    assert judge_light([FAILED], replace(same, content_id="def")) is Light.OUTDATED
