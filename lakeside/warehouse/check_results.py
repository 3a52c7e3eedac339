"""What both warehouses keep of checks: the columns of `lakeside_checks.results`, and rows to and fro.

Results are only ever added. The view `latest` has the newest of each check, dataset and month. Warehouses
of one project share the BigQuery dataset `lakeside_checks`, so every row says whose tables it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from lakeside.checks.result import CheckKind, CheckResult, CheckState, Difference, Severity
from lakeside.month import Month

CHECKS_DATASET = "lakeside_checks"
RESULTS_TABLE = "results"
LATEST_VIEW = "latest"
RESULTS_DESCRIPTION = "What each check answered, every time it ran; the view latest has the newest of each."

# name, DuckDB type, GoogleSQL type, description
RESULTS_COLUMNS = (
    ("tables", "VARCHAR", "STRING", "BigQuery dataset or DuckDB schema whose tables were checked"),
    ("dataset", "VARCHAR", "STRING", "Dataset, which is also the table's name"),
    ("source_month", "DATE", "DATE", "First day of the checked month"),
    ("check_name", "VARCHAR", "STRING", "Name of the check"),
    ("kind", "VARCHAR", "STRING", "reconcile, quality, freshness or schema"),
    ("severity", "VARCHAR", "STRING", "error or warn"),
    ("state", "VARCHAR", "STRING", "passed, failed, error (not evaluated) or skipped"),
    ("failing_rows", "BIGINT", "INT64", "Rows that fail; of figures, the least it can be"),
    ("row_count", "BIGINT", "INT64", "Rows of the month in the table"),
    ("allowed_share", "DOUBLE", "FLOAT64", "Share of failing rows up to which it passes"),
    ("detail", "VARCHAR", "STRING", "The figures in a sentence"),
    ("differences", "VARCHAR", "STRING", "JSON list of [column, figure, lake, warehouse]"),
    ("checked_at", "TIMESTAMPTZ", "TIMESTAMP", "When it was checked, UTC"),
    ("content_id", "VARCHAR", "STRING", "Content of the table's month then, from the lake object's footer"),
    ("run_id", "VARCHAR", "STRING", "Flow run that checked, if any"),
)
RESULTS_NAMES = tuple(name for name, *_ in RESULTS_COLUMNS)
_REQUIRED = RESULTS_NAMES[:7]


def is_required(name: str) -> bool:
    """Whether a column of the table is never null."""
    return name in _REQUIRED or name == "checked_at"


def result_values(result: CheckResult, tables: str) -> tuple[Any, ...]:
    """The row of a result, in the order of `RESULTS_NAMES`."""
    return (
        tables,
        result.dataset,
        result.month.first_day,
        result.check,
        result.kind.value,
        result.severity.value,
        result.state.value,
        result.failing_rows,
        result.rows,
        result.allowed_share,
        result.detail,
        json.dumps([astuple(d) for d in result.differences], ensure_ascii=False),
        result.checked_at,
        result.content_id,
        result.run_id,
    )


def read_results(rows: Iterable[Mapping[str, Any]]) -> list[CheckResult]:
    """Results from rows of the table, in their order."""
    return [_read(row) for row in rows]


def latest_select(table: str) -> str:
    """SELECT of the newest row per check, dataset and month, the same text in both dialects."""
    return (
        f"SELECT * FROM {table} WHERE TRUE QUALIFY ROW_NUMBER() OVER "
        "(PARTITION BY tables, dataset, source_month, check_name ORDER BY checked_at DESC) = 1"
    )


def _read(row: Mapping[str, Any]) -> CheckResult:
    return CheckResult(
        check=row["check_name"],
        kind=CheckKind(row["kind"]),
        dataset=row["dataset"],
        month=Month.of(row["source_month"]),
        severity=Severity(row["severity"]),
        state=CheckState(row["state"]),
        detail=row["detail"] or "",
        failing_rows=row["failing_rows"],
        rows=row["row_count"],
        allowed_share=row["allowed_share"] or 0.0,
        differences=tuple(Difference(*parts) for parts in json.loads(row["differences"] or "[]")),
        checked_at=_aware(row["checked_at"]),
        content_id=row["content_id"],
        run_id=row["run_id"],
    )


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
