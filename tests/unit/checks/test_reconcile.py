"""Each reconciling check, on figures that agree and on figures that do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.checks.facts import MonthFacts
from lakeside.checks.reconcile import judge_reconciliation, require_passed, run_reconciliation
from lakeside.checks.result import CheckResult, CheckState, Difference
from lakeside.datasets import get_dataset
from lakeside.datasets.contract import Kind
from lakeside.errors import BadFile, ContractViolation, LakesideError
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings
from lakeside.warehouse.protocol import Publication

FARE = ColumnStats(
    name="fare_amount", kind=Kind.MONEY, count=9, nulls=1, sum="12500000", min="-1.0", max="5.0"
)
GREEN, OCTOBER = get_dataset("green"), Month(2020, 10)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PUBLISHED = Publication("green", OCTOBER, 10, 0, "0", data_key("green", OCTOBER), NOW)


def footer(rows: int = 10, **changes: int) -> Footer:
    counts = {"rows_read": 12, "rows_written": 10, "rows_rejected": 2} | changes
    provenance = Provenance(
        dataset="green",
        month="2020-10",
        source="tlc",
        source_url="file:///x.parquet",
        source_bytes=1,
        source_sha256="0",
        contract_version=1,
        content_id="0",
        program_version="0",
        columns=[FARE],
        **counts,
    )
    return Footer(rows, 1, pa.schema([]), provenance, "test", 1)


def judge(
    stored: Footer | LakesideError | None,
    figures: list[ColumnStats],
    publication: Publication | None = PUBLISHED,
) -> dict[str, CheckResult]:
    key = data_key("green", OCTOBER)
    facts = MonthFacts(GREEN, OCTOBER, key, stored, figures, publication, {OCTOBER: 10}, NOW)
    return {result.check: result for result in judge_reconciliation(facts)}


def test_an_unharmed_month_passes() -> None:
    results = judge(footer(), [FARE])
    assert {r.state for r in results.values()} == {CheckState.PASSED}
    assert results["rows_source_lake"].detail == "12 rows read, 10 written, 2 rejected, 10 in the object"
    assert (results["rows_lake_warehouse"].rows, results["rows_lake_warehouse"].failing_rows) == (10, 0)


def test_rows_that_vanish_between_source_and_lake_are_counted() -> None:
    assert judge(footer(rows_rejected=1), [FARE])["rows_source_lake"].failing_rows == 1
    assert judge(footer(rows=7), [FARE])["rows_source_lake"].failing_rows == 3


def test_rows_that_vanish_between_lake_and_table_are_counted() -> None:
    result = judge(footer(), [replace(FARE, count=6)])["rows_lake_warehouse"]
    assert (result.state, result.failing_rows) == (CheckState.FAILED, 3)
    assert result.detail == "7 rows in the table, 10 in the object"
    assert result.differences == (Difference("", "rows", "10", "7"),)
    emptied = judge(footer(), [])["rows_lake_warehouse"]
    assert (emptied.state, emptied.failing_rows) == (CheckState.FAILED, 10)


def test_a_month_that_was_never_loaded_is_skipped() -> None:
    results = judge(footer(), [], publication=None)
    assert results["rows_lake_warehouse"].state is CheckState.SKIPPED
    assert results["figures_lake_warehouse"].state is CheckState.SKIPPED


def test_rows_without_an_object_or_with_a_broken_one_disagree() -> None:
    assert "the lake has no object" in judge(None, [FARE])["rows_lake_warehouse"].detail
    broken = judge(BadFile("It is cut.", ""), [FARE])
    assert broken["rows_source_lake"].detail == "It is cut."
    assert broken["rows_lake_warehouse"].state is CheckState.FAILED


@pytest.mark.parametrize(
    "change", [{"sum": "12500001"}, {"count": 8, "nulls": 2}, {"min": "-2.0"}, {"max": "5.01"}], ids=str
)
def test_a_figure_that_differs_is_named(change: dict[str, object]) -> None:
    result = judge(footer(), [replace(FARE, **change)])["figures_lake_warehouse"]
    assert result.state is CheckState.FAILED and "fare_amount" in result.detail
    assert {d.figure for d in result.differences} == set(change)
    assert result.failing_rows == 1


def test_only_failed_checks_fail_the_month() -> None:
    require_passed(list(judge(footer(), [FARE]).values()), "green 2020-10")
    failed = list(judge(footer(), [replace(FARE, count=8)]).values())
    with pytest.raises(ContractViolation) as caught:
        require_passed(failed, "green 2020-10")
    assert caught.value.message.startswith(
        "green 2020-10 does not reconcile: rows_lake_warehouse: 9 rows in the table, 10 in the object; "
        "figures_lake_warehouse: fare_amount: count 9 expected, 8 found"
    )
    assert not caught.value.retryable


def test_an_object_without_provenance_fails_and_an_absent_one_is_skipped(settings: Settings) -> None:
    services = open_services(settings)
    assert {r.state.value for r in run_reconciliation(GREEN, OCTOBER, services)} == {"skipped"}
    with services.lake.open_writer(data_key("green", OCTOBER)) as file:
        pq.write_table(pa.table({"a": [1]}), file)
    results = {r.check: r for r in run_reconciliation(GREEN, OCTOBER, services)}
    assert results["rows_source_lake"].state is CheckState.FAILED
    assert "no provenance" in results["rows_source_lake"].detail
