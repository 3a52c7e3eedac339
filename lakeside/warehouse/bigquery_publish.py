"""Publishing into BigQuery: stage by a load job, audit by one query, swap in one transaction."""

from __future__ import annotations

import random
import time
import uuid
from datetime import UTC, datetime
from typing import IO, Any, cast

from google.api_core import exceptions as google
from google.cloud import bigquery

from lakeside.datasets.contract import SOURCE_MONTH, Dataset, Kind
from lakeside.errors import NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.warehouse.audit import LoadPlan
from lakeside.warehouse.bigquery_client import (
    JOB_SECONDS,
    LABELS,
    BigQueryPlace,
    Budget,
    job_prefix,
    literal,
    names,
)
from lakeside.warehouse.bigquery_errors import TransactionConflict, google_errors
from lakeside.warehouse.bigquery_patience import bounded, count_further_tries
from lakeside.warehouse.bigquery_tables import get_table
from lakeside.warehouse.figures import GOOGLESQL, figure_expressions, read_figures
from lakeside.warehouse.loads import LOADS_NAMES, LOADS_TABLE, read_publications
from lakeside.warehouse.protocol import Publication

_CONFLICT_TRIES = 8
_CONFLICT_PAUSE_SECONDS = 0.5


def stage_object(place: BigQueryPlace, plan: LoadPlan, lake: Lake, staging: str) -> None:
    """Load the object into the staging table."""
    load_object(place, (lake, plan.key), staging, job_prefix("load", plan.dataset.name, str(plan.month)))


def load_object(place: BigQueryPlace, source: tuple[Lake, str], table: str, prefix: str) -> None:
    """Put an object's rows in place of an existing table's: from its gs:// URI, else by upload.

    One load job, so readers see the old rows or the new ones (BigQuery docs, "Loading data": WRITE_TRUNCATE
    takes effect when the job succeeds).
    """
    config = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        schema=get_table(place, table).schema,
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        labels=LABELS,
    )
    run_load(place, source, table, prefix, config)


def run_load(
    place: BigQueryPlace,
    source: tuple[Lake, str],
    table: str,
    prefix: str,
    config: bigquery.LoadJobConfig,
) -> None:
    """Run one load job to its end.

    Its name is ours from the start: where the answer to starting it was lost and the client starts it once
    more, BigQuery says that it exists, and it is waited for.
    """
    name = f"{prefix}{uuid.uuid4()}"
    with google_errors(place.table(table)):
        job: Any
        try:
            job = _start_load(place, source, place.table(table), name, config)
        except google.Conflict:
            job = place.client.get_job(name, location=place.location, **place.patience())
        job.result(timeout=JOB_SECONDS, retry=bounded(place.call_seconds))


def _start_load(
    place: BigQueryPlace, source: tuple[Lake, str], table: str, name: str, config: bigquery.LoadJobConfig
) -> bigquery.LoadJob:
    lake, key = source
    uri = lake.find_gs_uri(key)
    if uri is not None:
        return place.client.load_table_from_uri(
            uri,
            table,
            job_config=config,
            job_id=name,
            **place.patience(),
        )
    with lake.open_reader(key) as handle:
        return place.client.load_table_from_file(
            cast(IO[bytes], handle),
            table,
            job_config=config,
            job_id=name,
            num_retries=count_further_tries(place.call_seconds),
            timeout=place.call_seconds,
        )


def measure_staged(place: BigQueryPlace, plan: LoadPlan, staging: str) -> tuple[int, int, list[ColumnStats]]:
    """(rows, rows of another source_month, figures per column) of the staging table, by one query."""
    selected = ", ".join(figure_expressions(plan.kinds, GOOGLESQL))
    row = place.run_query(
        f"SELECT COUNTIF({SOURCE_MONTH} IS NULL OR {SOURCE_MONTH} <> @month) AS others, {selected} "
        f"FROM {names([staging])}",
        Budget.of("audit", estimate_bytes(plan.provenance)),
        {"month": ("DATE", plan.month.first_day)},
    )[0]
    values = tuple(row)
    rows, figures = read_figures(values[1:], plan.kinds)
    return rows, int(values[0]), figures


def swap_month(place: BigQueryPlace, plan: LoadPlan, staging: str) -> Publication:
    """Replace the month's rows and its note in one transaction; retried on conflicts with others.

    A script that fails before COMMIT is rolled back by BigQuery (BigQuery docs, "Multi-statement
    transactions": an unfinished transaction is rolled back when the script ends).
    """
    table, listed = names([plan.dataset.name]), names([column.name for column in plan.columns])
    before = find_publication(place, plan.dataset, plan.month)
    month, moment = literal(plan.month.first_day), literal(datetime.now(UTC))
    notes = ", ".join(literal(text) for text in (plan.provenance.content_id, plan.key))
    sql = f"""
        BEGIN TRANSACTION;
        DELETE FROM {LOADS_TABLE} WHERE dataset = {literal(plan.dataset.name)} AND source_month = {month};
        INSERT INTO {LOADS_TABLE} ({", ".join(LOADS_NAMES)})
        SELECT {literal(plan.dataset.name)}, {month}, {plan.provenance.rows_written},
            (SELECT COUNT(*) FROM {table} WHERE {SOURCE_MONTH} = {month}),
            {notes}, {moment}, {literal(plan.provenance.run_id)};
        DELETE FROM {table} WHERE {SOURCE_MONTH} = {month};
        INSERT INTO {table} ({listed}) SELECT {listed} FROM {names([staging])};
        COMMIT TRANSACTION;
    """
    size = estimate_bytes(plan.provenance)
    old = size * before.rows / max(plan.provenance.rows_written, 1) if before else 0.0
    run_transaction(place, sql, Budget.of("publish", 2 * (size + old), tables=3))
    published = find_publication(place, plan.dataset, plan.month)
    if published is None:
        raise NotFound(f"{place.name} does not show {plan.dataset.name} {plan.month} after publishing it.")
    return published


def run_transaction(place: BigQueryPlace, sql: str, budget: Budget) -> None:
    """Run a script; a transaction that lost against another is tried again, with jitter."""
    for attempt in range(_CONFLICT_TRIES):
        try:
            place.run_query(sql, budget)
            return
        except TransactionConflict:
            if attempt == _CONFLICT_TRIES - 1:
                raise
            time.sleep(_CONFLICT_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.5))


def find_publication(place: BigQueryPlace, dataset: Dataset, month: Month) -> Publication | None:
    """The month's row in `lakeside_loads`."""
    rows = place.run_query(
        f"SELECT {', '.join(LOADS_NAMES)} FROM {LOADS_TABLE} "
        "WHERE dataset = @dataset AND source_month = @month",
        Budget.of("loads", 0),
        {"dataset": ("STRING", dataset.name), "month": ("DATE", month.first_day)},
    )
    return read_publications([dict(row.items()) for row in rows]).get((dataset.name, month))


def estimate_bytes(provenance: Provenance) -> int:
    """Logical bytes of the month as BigQuery counts them, from the footer's figures.

    8 bytes per number, date or time; 2 plus the UTF-8 bytes per text, of which a character has at
    most 4; nulls nothing (BigQuery docs, "Data type sizes").
    """
    total = 0
    for figure in provenance.columns:
        text = figure.kind is Kind.TEXT
        total += 2 * figure.count + 4 * int(figure.sum or 0) if text else 8 * figure.count
    return total
