"""The checks page in each state: nothing checked, all well, a red month with its rows, and disagreements."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from lakeside.checks.reconcile import run_reconciliation
from lakeside.checks.run import Checking
from lakeside.checks.store import record_results
from lakeside.datasets import get_dataset
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings, SourceSettings
from lakeside.sources.probe import SourceName
from tests.ui.conftest import OpenPage, html_of
from ui import text

GREEN, JANUARY = get_dataset("green"), Month(2024, 1)


@pytest.fixture(scope="module")
def harmed_home(filled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pick-up times gone from green 2024-01 and a fare a cent up, and the month checked since."""
    home = tmp_path_factory.mktemp("harmed") / "home"
    shutil.copytree(filled_home, home)
    services = open_services(Settings(home=home))
    with duckdb.connect(str(services.settings.warehouse_path)) as connection:
        here = "source_month = DATE '2024-01-01'"
        connection.execute(
            f"UPDATE trips.green SET lpep_pickup_datetime = NULL WHERE {here} AND source_row IN (7, 11)"
        )
        connection.execute(
            f"UPDATE trips.green SET fare_amount = fare_amount + 0.01 WHERE {here} AND source_row = 500"
        )
    record_results(services, Checking.start(services).check(GREEN, JANUARY))
    return home


def services_of(home: Path) -> Services:
    return open_services(Settings(home=home))


def test_without_results_it_says_how_they_come(home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(home, "checks"))
    assert text.NO_CHECKS in drawn
    assert "lakeside check" in drawn


def test_after_a_load_every_check_is_there(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "checks", dataset="green"))
    assert "No check of severity error fails." in drawn
    assert "rows_lake_warehouse" in drawn and "fare_amount_range" in drawn
    assert 'href="checks?dataset=green&amp;month=2024-02&amp;check=figures_lake_warehouse"' in drawn


def test_a_month_shows_all_its_checks_and_what_checking_again_reads(
    filled_home: Path, open_page: OpenPage
) -> None:
    app = open_page(filled_home, "checks", dataset="green", month="2024-01")
    drawn = html_of(app)
    assert 'aria-label="Checks of green 2024-01"' in drawn
    assert "Reads at most" in drawn
    assert app.button(key="check_again").label == text.CHECK_AGAIN.format(month="green 2024-01")


def test_the_first_month_of_all_has_no_month_before(tmp_path: Path, open_page: OpenPage) -> None:
    services = open_services(Settings(home=tmp_path, sources=SourceSettings(sample_rows=300)))
    run_month(MonthRequest("yellow", Month(2009, 1), SourceName.SAMPLE), services)
    app = open_page(tmp_path, "checks", dataset="yellow", month="2009-01", check="outside_month")
    assert "The month before" in html_of(app)


def test_many_months_are_checked_by_a_run(filled_home: Path, open_page: OpenPage) -> None:
    """What it reads is said once unfolded; nothing executes runs here, which is said when one is started."""
    app = open_page(filled_home, "checks", dataset="green")
    assert "a month at a time" not in html_of(app)
    app.session_state["check_many_fold"] = True
    app.run()
    (months,) = [field for field in app.multiselect if field.label == "Months"]
    assert 2 in months.value
    assert "a month at a time" in html_of(app)
    assert app.button(key="check_many").label == text.CHECK_MANY_RUN.format(
        months=f"{len(months.value)} months"
    )
    app.button(key="check_many").click().run()
    assert not app.exception
    assert "No Prefect server answers" in html_of(app)
    months.set_value([]).run()
    assert app.button(key="check_many").disabled


def test_a_red_check_leads_to_its_rows_in_the_lake(harmed_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(harmed_home, "checks", dataset="green"))
    assert "green · lpep_pickup_datetime_not_null: 2024-01" in drawn
    app = open_page(
        harmed_home, "checks", dataset="green", month="2024-01", check="lpep_pickup_datetime_not_null"
    )
    drawn = html_of(app)
    assert "2 of 1,500 rows (0.13 %) have no lpep_pickup_datetime." in drawn
    for row in (7, 11):
        key = "data%2Fgreen%2Fgreen_tripdata_2024-01.parquet"
        assert f'href="lake?object={key}&amp;tab=rows&amp;row={row}"' in drawn
    assert "WHERE source_month = DATE '2024-01-01'\n  AND (lpep_pickup_datetime IS NULL)" in app.code[0].value


def test_disagreements_name_column_and_size_and_lead_to_a_plan(
    harmed_home: Path, open_page: OpenPage
) -> None:
    drawn = html_of(open_page(harmed_home, "checks", view="reconcile"))
    assert "Lake and warehouse disagree in 1 of 3 checked months" in drawn
    assert "+0.01" in drawn and "sum, dollars" in drawn
    assert 'href="ingest?dataset=green&amp;mode=repair&amp;months=2024-01"' in drawn
    plan = html_of(open_page(harmed_home, "ingest", dataset="green", mode="repair", months="2024-01"))
    assert "Loaded from the lake into the table; nothing is fetched." in plan
    coverage = html_of(open_page(harmed_home, dataset="green"))
    assert "differs" in coverage


def test_a_failed_reconciliation_leads_to_what_mends_it(harmed_home: Path, open_page: OpenPage) -> None:
    found = {"dataset": "green", "month": "2024-01"}
    drawn = html_of(open_page(harmed_home, "checks", check="figures_lake_warehouse", **found))
    assert "Mend green 2024-01: see the plan" in drawn
    assert 'href="ingest?dataset=green&amp;mode=repair&amp;months=2024-01"' in drawn
    rows = html_of(open_page(harmed_home, "checks", check="lpep_pickup_datetime_not_null", **found))
    assert "Mend green" not in rows


def test_where_all_agree_it_says_so(filled_home: Path, open_page: OpenPage) -> None:
    drawn = html_of(open_page(filled_home, "checks", view="reconcile"))
    assert "Lake and warehouse agree in all of 3 checked months" in drawn


def test_checking_again_from_the_page_keeps_the_new_results(harmed_home: Path, open_page: OpenPage) -> None:
    services = services_of(harmed_home)
    services.warehouse.publish_month(
        GREEN, JANUARY, services.lake, f"data/green/green_tripdata_{JANUARY}.parquet"
    )
    app = open_page(harmed_home, "checks", dataset="green", month="2024-01")
    app.button(key="check_again").click().run()
    assert not app.exception
    assert "No check of severity error fails." in html_of(app)
    assert not [r for r in run_reconciliation(GREEN, JANUARY, services) if r.is_bad]
