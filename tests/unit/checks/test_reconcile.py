"""Each check of the reconciliation, on figures that agree and on figures that do not."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.checks.reconcile import (
    check_figures,
    check_rows_accounted,
    check_rows_in_lake,
    check_rows_in_table,
    require_passed,
    run_reconciliation,
)
from lakeside.checks.result import CheckResult, CheckState
from lakeside.datasets import get_dataset
from lakeside.datasets.contract import Kind
from lakeside.errors import CheckError, ContractViolation, NotFound
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.services import open_services
from lakeside.settings import Settings

FARE = ColumnStats(
    name="fare_amount", kind=Kind.MONEY, count=9, nulls=1, sum="12500000", min="-1.0", max="5.0"
)
GREEN, OCTOBER = get_dataset("green"), Month(2020, 10)


def provenance(**changes: int) -> Provenance:
    rows = {"rows_read": 12, "rows_written": 10, "rows_rejected": 2} | changes
    return Provenance(
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
        **rows,
    )


def footer(rows: int) -> Footer:
    return Footer(rows, 1, pa.schema([]), provenance(), "test", 1)


def test_rows_are_accounted_for() -> None:
    result = check_rows_accounted(provenance())
    assert result == CheckResult("rows accounted", CheckState.PASSED, "12 rows read, 10 written, 2 rejected")
    assert check_rows_accounted(provenance(rows_rejected=1)).state is CheckState.FAILED


def test_object_and_table_hold_what_was_written() -> None:
    assert check_rows_in_lake(footer(10), provenance()).state is CheckState.PASSED
    assert check_rows_in_lake(footer(9), provenance()).detail == "9 rows in the object, 10 written"
    assert check_rows_in_table(footer(10), [FARE]).state is CheckState.PASSED
    assert check_rows_in_table(footer(11), [FARE]).detail == "10 rows in the table, 11 in the object"
    assert check_rows_in_table(footer(0), []).state is CheckState.PASSED


@pytest.mark.parametrize(
    "change", [{"sum": "12500001"}, {"count": 8, "nulls": 2}, {"min": "-2.0"}, {"max": "5.01"}], ids=str
)
def test_a_figure_that_differs_is_named(change: dict[str, object]) -> None:
    assert check_figures(provenance(), [FARE]).state is CheckState.PASSED
    result = check_figures(provenance(), [FARE.model_copy(update=change)])
    assert result.state is CheckState.FAILED and "fare_amount" in result.detail


def test_only_failed_checks_fail_the_month() -> None:
    passed = CheckResult.of("rows accounted", True, "fine")
    require_passed([passed], "green 2020-10")
    failed = CheckResult.of("rows in the table", False, "9 rows in the table, 10 in the object")
    with pytest.raises(ContractViolation) as caught:
        require_passed([passed, failed], "green 2020-10")
    assert caught.value.message == (
        "green 2020-10 does not reconcile: rows in the table: 9 rows in the table, 10 in the object."
    )
    assert not caught.value.retryable


def test_what_cannot_be_compared_is_an_error_not_a_result(settings: Settings) -> None:
    services = open_services(settings)
    with pytest.raises(NotFound):
        run_reconciliation(GREEN, OCTOBER, services)
    with services.lake.open_writer(data_key("green", OCTOBER)) as file:
        pq.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(CheckError, match="no provenance"):
        run_reconciliation(GREEN, OCTOBER, services)
