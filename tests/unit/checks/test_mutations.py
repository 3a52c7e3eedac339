"""Harm the warehouse behind Lakeside's back: every change is caught by some check, and no change by none."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from lakeside.checks.result import CheckKind, CheckResult, CheckState
from lakeside.checks.run import Checking
from lakeside.datasets import get_dataset
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName

GREEN, MONTH, ROWS = get_dataset("green"), Month(2024, 1), 3_000
HERE = "source_month = DATE '2024-01-01'"

# What is done to the table, and the check that must say so.
MUTATIONS = {
    "take one row away": (f"DELETE FROM green WHERE {HERE} AND source_row = 77", "rows_lake_warehouse"),
    "take all rows away": (f"DELETE FROM green WHERE {HERE}", "rows_lake_warehouse"),
    "duplicate ten rows": (
        f"INSERT INTO green SELECT * FROM green WHERE {HERE} AND source_row < 10",
        "rows_lake_warehouse",
    ),
    "put a copy in a row's place": (
        f"DELETE FROM green WHERE {HERE} AND source_row = 5;"
        f"INSERT INTO green SELECT * FROM green WHERE {HERE} AND source_row = 6",
        "figures_lake_warehouse",
    ),
    "null a column": (f"UPDATE green SET fare_amount = NULL WHERE {HERE}", "figures_lake_warehouse"),
    "null one value": (
        f"UPDATE green SET lpep_pickup_datetime = NULL WHERE {HERE} AND source_row = 9",
        "lpep_pickup_datetime_not_null",
    ),
    "swap two columns": (
        f"UPDATE green SET PULocationID = DOLocationID, DOLocationID = PULocationID WHERE {HERE}",
        "figures_lake_warehouse",
    ),
    "shift the month's rows to the next": (
        f"UPDATE green SET source_month = DATE '2024-02-01' WHERE {HERE}",
        "rows_lake_warehouse",
    ),
    "shift the trips by a month": (
        f"UPDATE green SET lpep_pickup_datetime = lpep_pickup_datetime + INTERVAL 1 MONTH WHERE {HERE}",
        "outside_month",
    ),
    "change one fare by one cent": (
        f"UPDATE green SET fare_amount = fare_amount + 0.01 WHERE {HERE} AND source_row = 1234",
        "figures_lake_warehouse",
    ),
    "a code nobody knows": (
        f"UPDATE green SET payment_type = 9 WHERE {HERE} AND source_row = 3",
        "payment_type_accepted",
    ),
    "a zone that is none": (
        f"UPDATE green SET PULocationID = 999 WHERE {HERE} AND source_row = 3",
        "figures_lake_warehouse",
    ),
    "a column gone": ("ALTER TABLE green DROP COLUMN tip_amount", "schema_contract"),
    "a column of another type": (
        "ALTER TABLE green ALTER COLUMN passenger_count TYPE VARCHAR",
        "schema_contract",
    ),
}


@pytest.fixture(scope="module")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("mutations") / "home"
    services = open_services(Settings(home=home, sources={"sample_rows": ROWS}))
    run_month(MonthRequest("green", MONTH, SourceName.SAMPLE), services)
    return home


@pytest.fixture
def services(loaded_home: Path, tmp_path: Path) -> Services:
    """The loaded month, in a copy of its own."""
    shutil.copytree(loaded_home, tmp_path / "home")
    return open_services(Settings(home=tmp_path / "home"))


def check(services: Services) -> dict[str, CheckResult]:
    return {result.check: result for result in Checking.start(services).check(GREEN, MONTH)}


def harm(services: Services, sql: str) -> None:
    with duckdb.connect(str(services.settings.warehouse_path)) as connection:
        connection.execute("USE trips")
        for statement in sql.split(";"):
            connection.execute(statement)


def test_the_unharmed_table_fails_no_error_check(services: Services) -> None:
    results = check(services)
    reconciling = [r for r in results.values() if r.kind in (CheckKind.RECONCILE, CheckKind.SCHEMA)]
    assert {r.state for r in reconciling} == {CheckState.PASSED}
    assert {results[catcher].state for _, catcher in MUTATIONS.values()} == {CheckState.PASSED}
    assert not [r.check for r in results.values() if r.is_red]
    assert not [r.check for r in results.values() if r.state is CheckState.ERROR]


@pytest.mark.parametrize("what", MUTATIONS)
def test_every_change_is_caught(services: Services, what: str) -> None:
    sql, catcher = MUTATIONS[what]
    harm(services, sql)
    after = check(services)
    assert after[catcher].state is CheckState.FAILED, after[catcher].detail
    assert any(r.is_red for r in after.values()), "the light is red"


def test_the_cent_is_named_with_its_column_and_the_rows_with_their_number(services: Services) -> None:
    harm(services, MUTATIONS["change one fare by one cent"][0])
    cent = check(services)["figures_lake_warehouse"]
    assert [(d.column, d.figure) for d in cent.differences] == [("fare_amount", "sum")]
    sums = cent.differences[0]
    assert int(sums.warehouse or 0) - int(sums.lake or 0) == 10_000, "a cent in millionths of a dollar"
    harm(services, MUTATIONS["duplicate ten rows"][0])
    assert check(services)["rows_lake_warehouse"].failing_rows == 10
