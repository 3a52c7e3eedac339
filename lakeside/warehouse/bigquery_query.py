"""SQL of users on BigQuery: planned first, bounded in rows, seconds and bytes billed, cancelled by handle."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
from google.cloud import bigquery

from lakeside.errors import (
    BackendUnavailable,
    LakesideError,
    LimitExceeded,
    NotFound,
    QueryCancelled,
    QueryRejected,
)
from lakeside.warehouse.bigquery_client import BigQueryPlace, Budget
from lakeside.warehouse.bigquery_errors import google_errors
from lakeside.warehouse.bigquery_patience import bounded
from lakeside.warehouse.cancelling import QueryHandle, stopped_by
from lakeside.warehouse.protocol import (
    QueryEstimate,
    QueryLimits,
    QueryResult,
    require_carried,
    require_within,
)
from lakeside.warehouse.sql.guard import require_one_statement
from lakeside.warehouse.sql.positions import say_position, take_position

BASIS = "BigQuery's dry run"


@dataclass(slots=True)
class _Job:
    """The job of one query as two threads see it: one waits for it, one may cancel it."""

    place: BigQueryPlace
    handle: QueryHandle
    job: bigquery.QueryJob | None = None
    is_asked: bool = False

    def stop(self) -> None:
        """Ask BigQuery once to cancel it; a job that has ended meanwhile is as good."""
        if self.job is None or self.is_asked:
            return
        self.is_asked = True
        with contextlib.suppress(LakesideError), google_errors(self.job.job_id):
            self.job.cancel(**self.place.patience())


def estimate_bigquery(place: BigQueryPlace, sql: str, limits: QueryLimits) -> QueryEstimate:
    """A dry run: BigQuery says the type of statement, the bytes and the tables; nothing runs or is billed.

    Raises:
        QueryRejected: not one SELECT, or BigQuery does not understand it; with the place in the text.
    """
    require_one_statement(sql)
    with _placed():
        planned = place.dry_run(sql, Budget(limits.billed_bytes, limits.seconds, "query"))
    if planned.statement_type != "SELECT":
        raise QueryRejected(
            f"{planned.statement_type or 'This'} is not one SELECT.",
            "Write one SELECT; nothing here can change data or settings.",
            (1, 1),
        )
    tables = {_name(place, table) for table in planned.referenced_tables}
    return QueryEstimate(planned.total_bytes_processed or 0, tuple(sorted(tables)), BASIS)


def query_bigquery(
    place: BigQueryPlace, sql: str, limits: QueryLimits, handle: QueryHandle | None = None
) -> QueryResult:
    """Dry run, then run one SELECT; the job is cancelled when it takes too long or by the handle.

    Raises:
        QueryRejected, LimitExceeded, QueryCancelled, NotFound: see `Warehouse.run_query`.
    """
    started = time.monotonic()
    require_within(estimate_bigquery(place, sql, limits), limits)
    held = _Job(place, handle or QueryHandle())
    job, table = _fetch(place, sql, limits, held)
    return QueryResult(
        table=table.slice(0, limits.rows),
        truncated=table.num_rows > limits.rows,
        elapsed_seconds=time.monotonic() - started,
        processed_bytes=job.total_bytes_processed,
        limits=limits,
        billed_bytes=job.total_bytes_billed,
        cache_hit=bool(job.cache_hit),
    )


def _fetch(
    place: BigQueryPlace, sql: str, limits: QueryLimits, held: _Job
) -> tuple[bigquery.QueryJob, pa.Table]:
    started = time.monotonic()
    try:
        with _placed(), stopped_by(held.stop, limits.seconds, held.handle):
            _require_wanted(held)
            held.job = place.start_query(sql, Budget(limits.billed_bytes, limits.seconds, "query"))
            with google_errors(place.name):
                rows = held.job.result(
                    timeout=limits.seconds + place.call_seconds,
                    retry=bounded(limits.seconds),
                    max_results=limits.rows + 1,
                    job_retry=None,
                )
                table = rows.to_arrow(create_bqstorage_client=False)
            require_carried(table.nbytes, limits)
            _require_wanted(held)
            return held.job, table
    except (BackendUnavailable, QueryRejected) as error:
        _require_wanted(held)
        late = time.monotonic() - started >= limits.seconds
        if not late or not (held.is_asked or isinstance(error, BackendUnavailable)):
            raise
        raise LimitExceeded(
            f"The query was stopped after {limits.seconds:g} s.",
            "Ask for fewer months or columns, or aggregate first.",
            limit="limits.query_seconds",
        ) from error


def _require_wanted(held: _Job) -> None:
    if held.handle.is_cancelled:
        held.stop()
        raise QueryCancelled("The query was cancelled.", "BigQuery was told to stop the job.")


@contextlib.contextmanager
def _placed() -> Iterator[None]:
    """BigQuery's `[line:column]` becomes words and a place."""
    try:
        yield
    except (QueryRejected, NotFound) as error:
        message, at = take_position(error.message)
        if at is None:
            raise
        raise type(error)(message.removesuffix(".") + say_position(at) + ".", error.hint, at) from error


def _name(place: BigQueryPlace, table: bigquery.TableReference) -> str:
    home = (table.project, table.dataset_id) == (place.project, place.dataset)
    return table.table_id if home else f"{table.project}.{table.dataset_id}.{table.table_id}"
