"""What every warehouse can do. Two classes implement it; one contract suite tests both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyarrow as pa

from lakeside.datasets.contract import Dataset, Reference
from lakeside.errors import LimitExceeded
from lakeside.lake.lake import Lake
from lakeside.lake.provenance import ColumnStats
from lakeside.month import Month
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.month_rows import Gate, MonthRows

# BigQuery bills at least 10 MB for each table a query reads, and whole megabytes (BigQuery pricing).
MINIMUM_BILLED_BYTES = 10 * 1024 * 1024
_BILLED_STEP = 1024 * 1024

if TYPE_CHECKING:
    from lakeside.checks.result import CheckResult


@dataclass(frozen=True, slots=True)
class Publication:
    """A month that was published: what is there now, and which object it came from.

    The same facts are kept in the table `lakeside_loads`, written in the publishing transaction.
    """

    dataset: str
    month: Month
    rows: int
    rows_before: int
    content_id: str
    lake_key: str
    published_at: datetime
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table or view as the warehouse lists it.

    `rows` is None for a view: nobody knows before it is read. `size_bytes` is None where the warehouse does
    not say. `definition` is a view's SELECT, as the warehouse keeps it.
    """

    name: str
    rows: int | None
    size_bytes: int | None
    modified_at: datetime | None
    description: str
    columns: Sequence[tuple[str, str, str]]  # name, GoogleSQL type, description
    is_view: bool = False
    definition: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A view, or a table, made from one GoogleSQL SELECT over other tables of the dataset.

    Args:
        name: the view's or table's name.
        sql: the SELECT.
        description: kept with it; 1,024 characters at most.
        columns: column -> description.
        as_table: its rows are kept, as they are now.
        partition: DATE column a table on BigQuery is partitioned by, in months.
        seconds: bound on making it.
    """

    name: str
    sql: str
    description: str
    columns: Mapping[str, str]
    as_table: bool = False
    partition: str | None = None
    seconds: float = 1_800.0


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows of a table, in no promised order, and what it cost to have them.

    `truncated` says that more follow; `is_free` that nothing was billed (BigQuery's tabledata.list).
    """

    rows: pa.Table
    offset: int
    truncated: bool
    elapsed_seconds: float
    is_free: bool = True


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Bounds of one query. None of them may be absent; `result_bytes` are those of all its rows together,
    `disk_bytes` those of temporary files (DuckDB).
    """

    rows: int
    seconds: float
    billed_bytes: int
    result_bytes: int = 100_000_000
    disk_bytes: int = 4_000_000_000


@dataclass(frozen=True, slots=True)
class QueryEstimate:
    """What one SELECT would cost, found out without running it.

    Args:
        processed_bytes: logical bytes of the columns it reads, as BigQuery counts them.
        tables: names of the tables it reads, views resolved.
        basis: where the bytes come from, for people.
        is_bound: the bytes are an upper bound, because somewhat less may be read.
    """

    processed_bytes: int
    tables: tuple[str, ...]
    basis: str
    is_bound: bool = False

    @property
    def billed_bytes(self) -> int:
        """What BigQuery bills for it: rounded up to a megabyte, at least 10 MB for each table it reads
        (BigQuery pricing, "On-demand compute pricing"); nothing where no bytes are read."""
        if not self.processed_bytes:
            return 0
        rounded = -(-self.processed_bytes // _BILLED_STEP) * _BILLED_STEP
        return max(rounded, MINIMUM_BILLED_BYTES * max(len(self.tables), 1))


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of one SELECT. `truncated` says that the row limit cut it; `processed_bytes` may be unknown.

    `billed_bytes` is None where nobody sends a bill; `cache_hit` says that a cache answered, free of charge.
    """

    table: pa.Table
    truncated: bool
    elapsed_seconds: float
    processed_bytes: int | None
    limits: QueryLimits
    billed_bytes: int | None = None
    cache_hit: bool = False


def require_within(estimate: QueryEstimate, limits: QueryLimits) -> None:
    """Refuse what would bill more than the limit, before anything has run.

    Raises:
        LimitExceeded: the message says both figures.
    """
    if estimate.billed_bytes > limits.billed_bytes:
        raise LimitExceeded(
            f"The query would bill {_size(estimate.billed_bytes)} ({', '.join(estimate.tables)}), "
            f"{_size(limits.billed_bytes)} are allowed.",
            "Ask for fewer months or columns, or raise LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED.",
            limit="warehouse.maximum_gigabytes_billed",
        )


def require_carried(result_bytes: int, limits: QueryLimits) -> None:
    """Refuse rows that are larger than the limit.

    Raises:
        LimitExceeded: the message names the limit.
    """
    if result_bytes > limits.result_bytes:
        raise LimitExceeded(
            f"The query's rows are larger than {_size(limits.result_bytes)}.",
            "Ask for fewer rows or columns, or raise LAKESIDE_LIMITS__QUERY_RESULT_MEGABYTES.",
            limit="limits.query_result_megabytes",
        )


def _size(number: int) -> str:
    """`12.3 MB` or `1.20 GB`, in powers of ten."""
    return f"{number / 1e6:,.1f} MB" if number < 1e9 else f"{number / 1e9:,.2f} GB"


class Published(NamedTuple):
    """What the warehouse has: (dataset, month) -> rows in the tables, and -> what was published last."""

    rows: Mapping[tuple[str, Month], int]
    publications: Mapping[tuple[str, Month], Publication]


class Warehouse(Protocol):
    """Tables of conformed months. All methods raise BackendUnavailable, AccessDenied or NotFound."""

    kind: str

    @property
    def location(self) -> str:
        """Where it is, for people: the file, or `project.dataset`."""

    def publish_month(
        self, dataset: Dataset, month: Month, lake: Lake, key: str, gate: Gate | None = None
    ) -> Publication:
        """Write, audit, publish: stage the object, compare with its footer, swap in one transaction.

        A `gate` is called with the staged rows after the audit; what it raises leaves the old rows.

        Raises:
            ContractViolation: the audit found other rows or sums than the footer states; the old rows stay.
            BadFile: the object carries no provenance.
        """

    def open_month(self, dataset: Dataset, month: Month) -> MonthRows:
        """The month's rows in the table, to be asked about; nothing is opened yet."""

    def publish_reference(self, reference: Reference, lake: Lake, key: str) -> int:
        """Replace a reference table as a whole by a lake object; how many rows it has now.

        Readers see the old table or the new one. NotFound, BadFile when the object cannot be read.
        """

    def publish_object(self, table: str, description: str, lake: Lake, key: str) -> int:
        """Replace a table as a whole by a lake object as it is, of any columns; how many rows it has now.

        Readers see the old table or the new one. Whether the name may be used is the caller's to judge.

        Raises:
            ContractViolation: a column can be in no table of this warehouse.
            NotFound, BadFile: the object cannot be read.
        """

    def remove_month(self, dataset: Dataset, month: Month) -> int:
        """Delete a month's rows and its entry in `lakeside_loads`; how many rows went."""

    def count_months(self) -> Mapping[tuple[str, Month], int]:
        """(dataset, month) -> rows really in the tables, asked once per table, not per month."""

    def list_publications(self) -> Mapping[tuple[str, Month], Publication]:
        """(dataset, month) -> what `lakeside_loads` says was published last."""

    def look_at_months(self) -> Published:
        """Rows and publications as they were together: no publication falls between the two.

        BigQuery has no such moment; there a month that is published in between is counted again.
        """

    def measure_month(self, dataset: Dataset, month: Month) -> Sequence[ColumnStats]:
        """The footer's figures, taken from the table's rows of that month."""

    def list_tables(self) -> Sequence[TableInfo]:
        """Every table and view of the dataset, foreign ones too."""

    def preview_table(self, name: str, offset: int, limits: QueryLimits) -> TablePage:
        """At most `limits.rows` rows of a table or view, from a row number on.

        A table's rows are free of charge; a view's are a query within the limits.

        Raises:
            NotFound: there is no such table.
            LimitExceeded: it took longer than `limits.seconds`, or a view would bill more than allowed.
        """

    def ensure_tables(self, datasets: Sequence[Dataset], references: Sequence[Reference]) -> None:
        """Make the tables of these contracts where they are missing, empty, so that a view can name them."""

    def replace_derived(self, derived: Derived) -> None:
        """Make a view or table, or put it in place of the one of that name; the same twice is the same.

        Readers see the old one or the new one, except where a view becomes a table or the other way on
        BigQuery: there it is gone for a moment.

        Raises:
            QueryRejected: its SELECT is not one SELECT, or does not parse.
            NotFound: it reads a table that is not there.
            LimitExceeded: it took longer than `derived.seconds`.
        """

    def estimate_query(self, sql: str, limits: QueryLimits) -> QueryEstimate:
        """What one GoogleSQL SELECT would read, without running it and free of charge.

        Raises:
            QueryRejected: not exactly one SELECT, or it does not parse; the message says where.
        """

    def run_query(self, sql: str, limits: QueryLimits, handle: QueryHandle | None = None) -> QueryResult:
        """Run one GoogleSQL SELECT, read-only; `handle` cancels it from another thread.

        Raises:
            QueryRejected: not exactly one SELECT, or it does not parse; the message says where.
            LimitExceeded: it took longer than `limits.seconds`, or it would bill more than
                `limits.billed_bytes` (then it was not started).
            QueryCancelled: the handle was cancelled; the engine has stopped.
        """

    def record_checks(self, results: Sequence[CheckResult]) -> None:
        """Keep what checks answered, in `lakeside_checks`; nothing there is ever changed or deleted."""

    def list_latest_checks(self) -> Sequence[CheckResult]:
        """The newest result of each check, dataset and month; one question for all of them."""

    def list_check_history(
        self, dataset: str, check: str | None = None, month: Month | None = None, limit: int = 1_000
    ) -> Sequence[CheckResult]:
        """Results of a dataset, newest first, at most `limit` of them."""

    def sweep_staging(self, older_than_seconds: float = 86_400) -> int:
        """Drop staging tables a dead process left behind; how many."""

    def check_ready(self) -> Mapping[str, Any]:
        """A cheap real call: {version, writable, …}; raises when the warehouse cannot be used."""
