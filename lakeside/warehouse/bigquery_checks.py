"""Results of checks in BigQuery: the dataset `lakeside_checks`, beside the dataset of the tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from google.cloud import bigquery

from lakeside.checks.result import CheckResult
from lakeside.month import Month
from lakeside.warehouse.bigquery_client import LABELS, BigQueryPlace, Budget
from lakeside.warehouse.bigquery_tables import create_table, ensure_dataset, find_table
from lakeside.warehouse.check_results import (
    CHECKS_DATASET,
    LATEST_VIEW,
    RESULTS_COLUMNS,
    RESULTS_DESCRIPTION,
    RESULTS_NAMES,
    RESULTS_TABLE,
    is_required,
    latest_select,
    read_results,
    result_values,
)

_PURPOSE = "checks"


def insert_results(place: BigQueryPlace, results: Sequence[CheckResult]) -> None:
    """Add results by one statement; dataset, table and view are made where they are missing."""
    kept = _place_of_results(place)
    if find_table(kept, RESULTS_TABLE) is None:
        _create(kept)
    rows = [
        f"({', '.join(_literal(value) for value in result_values(result, place.dataset))})"
        for result in results
    ]
    kept.run_query(
        f"INSERT INTO {RESULTS_TABLE} ({', '.join(RESULTS_NAMES)}) VALUES {', '.join(rows)}",
        Budget.of(_PURPOSE, 0),
    )


def select_latest(place: BigQueryPlace) -> list[CheckResult]:
    """The newest result of each check, dataset and month."""
    kept = _place_of_results(place)
    table = find_table(kept, RESULTS_TABLE)
    if table is None:
        return []
    rows = kept.run_query(
        f"SELECT * FROM ({latest_select(RESULTS_TABLE)}) WHERE tables = @tables "
        "ORDER BY dataset, source_month, check_name",
        Budget.of(_PURPOSE, table.num_bytes or 0),
        {"tables": ("STRING", place.dataset)},
    )
    return read_results(dict(row.items()) for row in rows)


def select_history(
    place: BigQueryPlace, wanted: tuple[str, str | None, Month | None], limit: int
) -> list[CheckResult]:
    """Results of (dataset, check or any, month or any), newest first."""
    kept = _place_of_results(place)
    table = find_table(kept, RESULTS_TABLE)
    if table is None:
        return []
    dataset, check, month = wanted
    conditions = ["tables = @tables", "dataset = @dataset"]
    values = {"tables": ("STRING", place.dataset), "dataset": ("STRING", dataset)}
    if check is not None:
        conditions.append("check_name = @check")
        values["check"] = ("STRING", check)
    if month is not None:
        conditions.append(f"source_month = {_literal(month.first_day)}")
    rows = kept.run_query(
        f"SELECT * FROM {RESULTS_TABLE} WHERE {' AND '.join(conditions)} "
        f"ORDER BY checked_at DESC, source_month DESC, check_name LIMIT {limit}",
        Budget.of(_PURPOSE, table.num_bytes or 0),
        values,
    )
    return read_results(dict(row.items()) for row in rows)


def _place_of_results(place: BigQueryPlace) -> BigQueryPlace:
    return replace(place, dataset=CHECKS_DATASET)


def _create(kept: BigQueryPlace) -> None:
    ensure_dataset(kept)
    fields = [
        bigquery.SchemaField(name, kind, "REQUIRED" if is_required(name) else "NULLABLE", description=text)
        for name, _, kind, text in RESULTS_COLUMNS
    ]
    table = bigquery.Table(kept.table(RESULTS_TABLE), schema=fields)
    table.description = RESULTS_DESCRIPTION
    table.clustering_fields = ["tables", "dataset", "check_name"]
    table.labels = LABELS
    create_table(kept, table)
    view = bigquery.Table(kept.table(LATEST_VIEW))
    view.view_query = latest_select(f"`{kept.table(RESULTS_TABLE)}`")
    create_table(kept, view)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat()}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
