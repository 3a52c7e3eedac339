"""What one person asks in one browser session: the query that runs, those before it, and the budget."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lakeside.errors import LakesideError, LimitExceeded
from lakeside.people.money import require_billed
from lakeside.queries.asking import Foresight, Place, ask, limits_of
from lakeside.queries.running import QueryDesk, RunningQuery, State
from lakeside.queries.spending import SessionBudget
from lakeside.services import Services
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.protocol import QueryResult

MOST_REMEMBERED = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of the history, without its rows. `rows` is None unless it is done."""

    number: int
    sql: str
    asked_at: datetime
    state: State
    elapsed_seconds: float
    rows: int | None = None
    truncated: bool = False
    processed_bytes: int | None = None
    billed_bytes: int | None = None
    cache_hit: bool = False
    error: LakesideError | None = None


class QuerySession:
    """One query at a time; its rows are kept until the next is started, its story for longer.

    `identity` tells sessions apart, for caches that all sessions share.
    """

    def __init__(self, budget: SessionBudget) -> None:
        self.identity = uuid.uuid4().hex
        self.budget = budget
        self.running: RunningQuery | None = None
        self._now: Asked | None = None
        self._before: deque[Asked] = deque(maxlen=MOST_REMEMBERED)

    @property
    def is_busy(self) -> bool:
        """Does a query wait or run."""
        return self.running is not None and not self.running.is_over

    @property
    def current(self) -> Asked | None:
        """The query that runs or ran last, as it is now."""
        return None if self._now is None or self.running is None else _describe(self._now, self.running)

    @property
    def history(self) -> Sequence[Asked]:
        """Every query of the session that is remembered, newest first."""
        current = self.current
        return [*([current] if current else []), *self._before]

    def start(self, desk: QueryDesk, services: Services, sql: str, seen: Foresight) -> None:
        """Start what was foreseen; the bytes it bills are set aside from the budget until it is over.

        Raises:
            AccessDenied: it would be billed, and who asks may not spend money.
            LimitExceeded: a query runs already, or it would bill more than is allowed or left.
        """
        if self.is_busy:
            raise LimitExceeded("A query of yours is running.", "Cancel it, or wait until it is done.")
        if seen.place is Place.WAREHOUSE:
            require_billed(services, sql)
        _require_allowed(seen)
        self.budget.set_aside(seen.billed_bytes)
        limits = limits_of(services.settings)
        most = min(limits.billed_bytes, self.budget.left_bytes + seen.billed_bytes)

        def run(handle: QueryHandle) -> QueryResult:
            return ask(services, seen.place, sql, replace(limits, billed_bytes=most), handle)

        def settle(result: QueryResult | None) -> None:
            self.budget.settle(seen.billed_bytes, _bill(seen, result))

        done = self.current
        try:
            self.running = desk.start(run, settle)
        except LimitExceeded:
            self.budget.settle(seen.billed_bytes, 0)
            raise
        if done is not None:
            self._before.appendleft(done)
        number = 1 + (self._now.number if self._now else 0)
        self._now = Asked(number, sql, datetime.now(UTC), State.WAITING, 0.0)

    def cancel(self) -> None:
        """Ask the running query to stop; nothing when none runs."""
        if self.running is not None:
            self.running.cancel()


def _require_allowed(seen: Foresight) -> None:
    if not seen.is_allowed:
        raise LimitExceeded(
            f"The query would bill {seen.billed_bytes / 1e6:,.1f} MB of {', '.join(seen.tables)}, "
            f"{(seen.allowed_bytes or 0) / 1e6:,.1f} MB are allowed.",
            "Ask for fewer months or columns, or raise LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED.",
            limit="warehouse.maximum_gigabytes_billed",
        )


def _bill(seen: Foresight, result: QueryResult | None) -> int:
    """What counts against the budget: the bill, else (nobody sends one) the estimate it ran by; a query
    that failed or was cancelled counts by its estimate, because BigQuery may bill for what it read."""
    if result is None or result.billed_bytes is None:
        return seen.billed_bytes
    return result.billed_bytes


def _describe(asked: Asked, query: RunningQuery) -> Asked:
    result = query.result
    asked = replace(asked, state=query.state, elapsed_seconds=query.elapsed_seconds, error=query.error)
    if result is None:
        return asked
    return replace(
        asked,
        rows=result.table.num_rows,
        truncated=result.truncated,
        processed_bytes=result.processed_bytes,
        billed_bytes=result.billed_bytes,
        cache_hit=result.cache_hit,
    )
