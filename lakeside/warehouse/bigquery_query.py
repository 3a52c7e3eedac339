"""SQL of users on BigQuery: planned first, bounded in rows, seconds and bytes billed."""

from __future__ import annotations

import time

import pyarrow as pa
from google.cloud import bigquery

from lakeside.errors import BackendUnavailable, LimitExceeded, QueryRejected
from lakeside.warehouse.bigquery_client import CALL_SECONDS, BigQueryPlace, Budget, bounded
from lakeside.warehouse.bigquery_errors import google_errors
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from lakeside.warehouse.sql.guard import require_one_statement


def query_bigquery(place: BigQueryPlace, sql: str, limits: QueryLimits) -> QueryResult:
    """Dry run, then run one SELECT; the job is cancelled when it takes too long.

    Raises:
        QueryRejected, LimitExceeded, NotFound: see `Warehouse.run_query`.
    """
    started = time.monotonic()
    require_one_statement(sql)
    budget = Budget(limits.billed_bytes, limits.seconds, "query")
    planned = place.dry_run(sql, budget)
    if planned.statement_type != "SELECT":
        raise QueryRejected(
            f"{planned.statement_type or 'This'} is not one SELECT.",
            "Write one SELECT; nothing here can change data or settings.",
        )
    if (planned.total_bytes_processed or 0) > limits.billed_bytes:
        raise LimitExceeded(
            f"The query would process {planned.total_bytes_processed / 1e9:,.2f} GB, "
            f"{limits.billed_bytes / 1e9:,.2f} GB are allowed.",
            "Ask for fewer months or columns, or raise LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED.",
        )
    job, table = _fetch(place, sql, budget, limits)
    return QueryResult(
        table=table.slice(0, limits.rows),
        truncated=table.num_rows > limits.rows,
        elapsed_seconds=time.monotonic() - started,
        processed_bytes=job.total_bytes_processed,
        limits=limits,
    )


def _fetch(
    place: BigQueryPlace, sql: str, budget: Budget, limits: QueryLimits
) -> tuple[bigquery.QueryJob, pa.Table]:
    started, job = time.monotonic(), None
    try:
        job = place.start_query(sql, budget)
        with google_errors(place.name):
            rows = job.result(
                timeout=limits.seconds,
                retry=bounded(limits.seconds),
                max_results=limits.rows + 1,
                job_retry=None,
            )
            return job, rows.to_arrow(create_bqstorage_client=False)
    except BackendUnavailable as error:
        if time.monotonic() - started < limits.seconds:
            raise
        _cancel(job)
        raise LimitExceeded(
            f"The query was stopped after {limits.seconds:g} s.",
            "Ask for fewer months or columns, or aggregate first.",
        ) from error


def _cancel(job: bigquery.QueryJob | None) -> None:
    if job is None:
        return
    with google_errors(job.job_id):
        job.cancel(retry=bounded(CALL_SECONDS), timeout=CALL_SECONDS)
