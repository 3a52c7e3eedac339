"""Results of checks are kept alike by both warehouses: added, never changed, the newest asked for at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lakeside.checks.result import (
    CheckKind,
    CheckResult,
    CheckState,
    Difference,
    Light,
    Severity,
    group_by_month,
    judge_light,
)
from lakeside.month import Month
from lakeside.warehouse.protocol import Publication, Warehouse

OCTOBER, NOVEMBER = Month(2020, 10), Month(2020, 11)
AT = datetime(2026, 11, 22, 10, 30, 15, 123456, tzinfo=UTC)
FAILED = CheckResult(
    check="figures_lake_warehouse",
    kind=CheckKind.RECONCILE,
    dataset="green",
    month=OCTOBER,
    severity=Severity.ERROR,
    state=CheckState.FAILED,
    detail='fare_amount: sum 1 expected, 2 found; a "quote", a \\ and a\nline',
    failing_rows=1,
    rows=95_120,
    allowed_share=0.001,
    differences=(Difference("fare_amount", "sum", "1", "2"), Difference("tip", "count", None, "3")),
    checked_at=AT,
    content_id="abc",
    run_id=None,
)
SKIPPED = replace(FAILED, check="freshness", state=CheckState.SKIPPED, failing_rows=None, rows=None)


def test_the_newest_of_each_is_asked_for_at_once(warehouse: Warehouse) -> None:
    assert warehouse.list_latest_checks() == []
    assert warehouse.list_check_history("green") == []
    passed = replace(FAILED, state=CheckState.PASSED, differences=(), checked_at=AT + timedelta(hours=1))
    november = replace(FAILED, month=NOVEMBER, run_id="run")

    warehouse.record_checks([])
    warehouse.record_checks([FAILED, SKIPPED, november])
    warehouse.record_checks([passed])

    assert warehouse.list_latest_checks() == [passed, SKIPPED, november]
    history = warehouse.list_check_history("green", "figures_lake_warehouse", OCTOBER)
    assert history == [passed, FAILED]
    assert warehouse.list_check_history("green", limit=1) == [passed]
    assert warehouse.list_check_history("yellow") == []


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
