"""One SELECT on the lake or the warehouse: what it would read, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lakeside.errors import LimitExceeded
from lakeside.people.money import require_billed
from lakeside.queries.spending import price_of
from lakeside.services import Services
from lakeside.settings import Settings
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.protocol import QueryEstimate, QueryLimits, QueryResult


class Place(StrEnum):
    """What a query runs on."""

    WAREHOUSE = "warehouse"
    LAKE = "lake"


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a query would read, found out before it runs.

    On the warehouse: bytes as BigQuery counts them, and what they would cost there. On the lake nothing
    is billed: `objects` of `objects_in_all` are opened, and `processed_bytes` is their size.

    Args:
        processed_bytes: bytes it would read.
        billed_bytes: what BigQuery bills for that, 0 on the lake.
        dollars: the price of `billed_bytes` at the rate of the settings.
        tables: names of the tables it reads.
        basis: where the bytes come from, for people.
        allowed_bytes: the limit on `billed_bytes`; None on the lake.
    """

    place: Place
    processed_bytes: int
    billed_bytes: int
    dollars: float
    tables: tuple[str, ...]
    basis: str
    allowed_bytes: int | None = None
    objects: int | None = None
    objects_in_all: int | None = None

    @property
    def is_allowed(self) -> bool:
        """Would it be run, as far as bytes go."""
        return self.allowed_bytes is None or self.billed_bytes <= self.allowed_bytes


def limits_of(settings: Settings, rows: int | None = None) -> QueryLimits:
    """The bounds of one interactive query: at most `rows`, and never above the settings."""
    bounds = settings.limits
    billed = int(settings.warehouse.maximum_gigabytes_billed * 1e9)
    most = min(rows or bounds.query_rows, bounds.query_rows)
    return QueryLimits(
        rows=most,
        seconds=bounds.query_seconds,
        billed_bytes=billed,
        result_bytes=int(bounds.query_result_megabytes * 1e6),
        disk_bytes=bounds.query_disk_megabytes * 1_000_000,
    )


def foresee(services: Services, place: Place, sql: str) -> Foresight:
    """What the query would read and cost; it is parsed, checked and planned, not run.

    Raises:
        QueryRejected, NotFound: it is not one SELECT that can be run; with the place in the text.
    """
    _require_short(sql, services.settings)
    limits = limits_of(services.settings)
    if place is Place.LAKE:
        return _foresee_lake(services, sql, limits)
    estimate: QueryEstimate = services.warehouse.estimate_query(sql, limits)
    return Foresight(
        place=place,
        processed_bytes=estimate.processed_bytes,
        billed_bytes=estimate.billed_bytes,
        dollars=price_of(estimate.billed_bytes, services.settings),
        tables=estimate.tables,
        basis=estimate.basis,
        allowed_bytes=limits.billed_bytes,
    )


def ask(
    services: Services, place: Place, sql: str, limits: QueryLimits, handle: QueryHandle | None = None
) -> QueryResult:
    """Run the query within its limits; `handle` cancels it from another thread.

    Raises:
        QueryRejected, NotFound, LimitExceeded, QueryCancelled: see `Warehouse.run_query`.
        BadFile: an object it asks for cannot be read; ReaderDied where that ended the process it ran in.
        AccessDenied: it would be billed, and who asks may not spend money.
    """
    _require_short(sql, services.settings)
    if place is Place.WAREHOUSE:
        require_billed(services, sql)
        return services.warehouse.run_query(sql, limits, handle)
    from lakeside.queries.apart import run_lake_query

    return run_lake_query(services, sql, limits, handle)


def _require_short(sql: str, settings: Settings) -> None:
    most = settings.limits.query_characters
    if len(sql) > most:
        raise LimitExceeded(
            f"The query has {len(sql):,} characters, more than {most:,}.",
            "Write it more shortly.",
            limit="limits.query_characters",
        )


def _foresee_lake(services: Services, sql: str, limits: QueryLimits) -> Foresight:
    from lakeside.queries.apart import plan_lake_query

    plan = plan_lake_query(services, sql, limits)
    return Foresight(
        place=Place.LAKE,
        processed_bytes=plan.object_bytes,
        billed_bytes=0,
        dollars=0.0,
        tables=plan.tables,
        basis="sizes of the objects, an upper bound",
        objects=plan.objects,
        objects_in_all=plan.objects_in_all,
    )
