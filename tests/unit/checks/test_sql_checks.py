"""Checks that users write: what is read of a file, and what is refused with file and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.checks.registry import Registry
from lakeside.checks.result import CheckState, Severity
from lakeside.checks.run import Checking
from lakeside.checks.sql_checks import load_sql_checks, read_sql_check
from lakeside.checks.thresholds import SHIPPED, load_thresholds
from lakeside.datasets import get_dataset, list_datasets
from lakeside.errors import ContractViolation, SettingsError
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName

GREEN, MONTH = get_dataset("green"), Month(2024, 1)
HEADER = {"name": "far", "datasets": "green, yellow", "says": "go far", "severity": "error", "share": "0.5"}
SELECT = "SELECT source_row FROM {table} WHERE source_month = {month} AND trip_distance > 1;"


def write(folder: Path, select: str = SELECT, file: str = "far.sql", **changes: str | None) -> Path:
    fields = {name: value for name, value in (HEADER | changes).items() if value is not None}
    path = folder / file
    path.write_text("".join(f"-- {name}: {value}\n" for name, value in fields.items()) + select + "\n")
    return path


def test_a_file_is_a_header_and_one_select(tmp_path: Path) -> None:
    check = read_sql_check(write(tmp_path))
    assert (check.name, check.datasets, check.says) == ("far", ("green", "yellow"), "go far")
    assert (check.limit.severity, check.limit.share) == (Severity.ERROR, 0.5)
    assert check.write("green", MONTH) == (
        "SELECT source_row FROM green WHERE source_month = DATE '2024-01-01' AND trip_distance > 1"
    )
    assert check.applies("green", MONTH) and not check.applies("fhv", MONTH)
    since = read_sql_check(write(tmp_path, since="2024-02"))
    assert not since.applies("green", MONTH) and since.applies("green", Month(2024, 2))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name: it is missing"),
        ({"name": "Not a name"}, "name: string should match"),
        ({"datasets": "purple"}, "datasets: 'purple' is no dataset"),
        ({"datasets": " "}, "datasets:"),
        ({"says": None}, "says: it is missing"),
        ({"severity": "deadly"}, "severity: input should be 'error' or 'warn'"),
        ({"share": "2"}, "share: input should be less than or equal to 1"),
        ({"since": "2024-13"}, "since:"),
        ({"colour": "red"}, "colour: there is no such field"),
        ({"select": "SELECT 1 FROM {table}"}, "SELECT: it does not use {month}"),
        ({"select": ""}, "SELECT: it does not use {table}"),
    ],
    ids=str,
)
def test_a_header_that_cannot_be_names_file_and_field(
    tmp_path: Path, changes: dict[str, str], field: str
) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(SettingsError) as caught:
        load_sql_checks(tmp_path)
    assert caught.value.message.startswith(f"{path}: {field}")


def test_two_files_of_one_name_and_a_folder_that_is_none_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, file="again.sql")
    with pytest.raises(SettingsError, match=r"far\.sql: name: far is .*again\.sql's name too"):
        load_sql_checks(tmp_path)
    with pytest.raises(SettingsError, match="is not a folder"):
        load_sql_checks(tmp_path / "nowhere")


def test_thresholds_of_ones_own_are_laid_over_the_shipped_ones(tmp_path: Path) -> None:
    shipped = load_thresholds()
    assert set(shipped) == {d.name for d in list_datasets()}
    own = tmp_path / "own.toml"
    own.write_text('[green.range]\nfare_amount = { min = 0, max = 9, severity = "error" }\n')
    merged = load_thresholds(own)["green"]
    assert (merged.range["fare_amount"].max, merged.range["fare_amount"].severity) == (9, Severity.ERROR)
    assert merged.range["trip_distance"] == shipped["green"].range["trip_distance"]
    own.write_text("[green.range]\nfare_amount = { maximum = 9 }\n")
    load_thresholds.cache_clear()
    with pytest.raises(SettingsError, match=r"own\.toml: green\.range\.fare_amount\.maximum"):
        load_thresholds(own)
    own.write_text("[purple]\n")
    load_thresholds.cache_clear()
    with pytest.raises(SettingsError, match=r"own\.toml: purple is no dataset"):
        load_thresholds(own)


def test_every_threshold_is_about_a_column_that_exists() -> None:
    for name, limits in load_thresholds().items():
        columns = {column.name for column in get_dataset(name).columns}
        named = {*limits.not_null, *limits.accepted_values, *limits.range, *limits.zones}
        named |= {*limits.duplicates.columns} if limits.duplicates else set()
        named |= {limits.total_adds_up.total, *limits.total_adds_up.parts} if limits.total_adds_up else set()
        assert named <= columns, f"{name} in {SHIPPED.name}"


def test_a_check_of_ones_own_runs_after_a_load_and_blocks_it_where_asked(home: Path, tmp_path: Path) -> None:
    write(tmp_path, share="0.99")
    checks = {"sql_folder": tmp_path, "block": ["green"]}
    settings = Settings(home=home, sources={"sample_rows": 500}, checks=checks)
    services = open_services(settings)
    request = MonthRequest("green", MONTH, SourceName.SAMPLE, force=True)
    assert run_month(request, services).warehouse_rows == 500
    found = {r.check: r for r in services.warehouse.list_latest_checks()}
    assert found["far"].state is CheckState.PASSED and (found["far"].failing_rows or 0) > 50
    before = services.warehouse.list_publications()

    write(tmp_path, share="0.01")
    with pytest.raises(ContractViolation, match="green 2024-01 was not published: far: "):
        run_month(request, open_services(settings))
    assert services.warehouse.list_publications() == before, "the old rows stay"

    checks["block"] = []
    unblocked = open_services(settings.model_copy(update={"checks": settings.checks.model_validate(checks)}))
    assert run_month(request, unblocked).warehouse_rows == 500
    assert {r.check for r in unblocked.warehouse.list_latest_checks() if r.is_red} == {"far"}


def test_a_select_that_is_none_is_an_error_of_its_check_alone(home: Path, tmp_path: Path) -> None:
    write(tmp_path, select="DELETE FROM {table} WHERE source_month = {month}")
    services = open_services(
        Settings(
            home=home, sources={"sample_rows": 100}, checks={"sql_folder": tmp_path, "after_load": False}
        )
    )
    run_month(MonthRequest("green", MONTH, SourceName.SAMPLE), services)
    found = {r.check: r for r in Checking.start(services).check(GREEN, MONTH)}
    assert found["far"].state is CheckState.ERROR and found["far"].is_red
    assert found["rows_lake_warehouse"].state is CheckState.PASSED
    registry = Registry.open(services.settings)
    assert registry.list_checks(registry.place(GREEN, MONTH))[-1].name == "far"
