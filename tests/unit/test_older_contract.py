"""What an older version wrote: readable, shown as stale, and brought up to date by running the month again.

The fixture is green 2024-01 as a contract of version 0 wrote it: 200 rows, without the columns `trip_type`
and `cbd_congestion_fee`, which version 1 has.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lakeside.coverage import CoverageState, compute_coverage
from lakeside.datasets import get_dataset
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.plan import Action, PlanRequest, make_plan
from lakeside.plan.request import Mode
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName

FIXTURE = Path(__file__).parents[1] / "fixtures" / "green_tripdata_2024-01.contract-0.parquet"
GREEN, MONTH = get_dataset("green"), Month(2024, 1)
KEY = data_key("green", MONTH)
NEW = {"trip_type", "cbd_congestion_fee"}


@pytest.fixture
def services(home: Path) -> Services:
    """A home whose lake and warehouse an older version filled."""
    services = open_services(Settings(home=home, sources={"sample_rows": 300}))
    target = home / "lake" / KEY
    target.parent.mkdir(parents=True)
    shutil.copy(FIXTURE, target)
    older = replace(GREEN, version=0, columns=tuple(c for c in GREEN.columns if c.name not in NEW))
    services.warehouse.publish_month(older, MONTH, services.lake, KEY)
    return services


def list_columns(services: Services) -> set[str]:
    table = next(t for t in services.warehouse.list_tables() if t.name == "green")
    return {name for name, _, _ in table.columns}


def test_it_is_readable(services: Services) -> None:
    assert services.lake.read_footer(KEY).rows == 200
    assert services.lake.preview_object(KEY, limit=5).rows.num_rows == 5
    assert services.warehouse.count_months() == {("green", MONTH): 200}
    assert not list_columns(services) & NEW


def test_it_is_shown_as_stale_and_a_repair_would_ingest_it(services: Services) -> None:
    (found,) = [c for c in compute_coverage(services, [GREEN], 2024) if c.month == MONTH]
    assert found.state is CoverageState.STALE
    assert "contract" in found.reason
    (line,) = make_plan(PlanRequest("green", (MONTH,), SourceName.SAMPLE, Mode.REPAIR), services).lines
    assert line.action is Action.INGEST


def test_running_the_month_again_brings_it_up_to_date(services: Services) -> None:
    result = run_month(MonthRequest("green", MONTH, SourceName.SAMPLE), services)
    assert result.state == "published"
    assert list_columns(services) >= NEW
    assert services.warehouse.count_months() == {("green", MONTH): 300}
    (found,) = [c for c in compute_coverage(services, [GREEN], 2024) if c.month == MONTH]
    assert found.state is CoverageState.PUBLISHED
