"""A plan: what a run will do with each month and why, with a token over what that was judged from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from lakeside.month import Month
from lakeside.plan.request import Action, MonthStanding, PlanRequest, RowsBasis
from lakeside.sources.probe import SourceName


@dataclass(frozen=True, slots=True)
class Observed:
    """What a month's line was judged from: source, lake, table and last attempt. The token covers it.

    `source_fault` is the kind of error the probe ended in (its words vary, so they are not observed);
    `attempt_state` says `active` for queued and running alike: between the two nothing changes that matters.
    """

    source: str | None = None
    url: str | None = None
    etag: str | None = None
    size_bytes: int | None = None
    last_modified: str | None = None
    source_fault: str | None = None
    object_version: str | None = None
    content_id: str | None = None
    contract_version: int | None = None
    contract_today: int | None = None
    table_content_id: str | None = None
    table_rows: int | None = None
    attempt_run_id: str | None = None
    attempt_state: str | None = None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One month of a plan.

    `why` says in plain sentences what will happen and why. `blocked` is set where the month was asked for
    and cannot be done (the source does not have it, or another source fed it): the action is then nothing.
    `bytes_expected` are to be fetched, as the source says; `rows_expected` is exact only when the basis is
    the sample; both are None when unknown or when nothing is to do. `run_id` is the run that has the month,
    failed at it, or published it; None when a command did, or when nothing is known.
    """

    dataset: str
    month: Month
    standing: MonthStanding
    action: Action
    why: str
    source: SourceName | None = None
    url: str | None = None
    bytes_expected: int | None = None
    rows_expected: int | None = None
    rows_basis: RowsBasis | None = None
    seconds_expected: float | None = None
    run_id: str | None = None
    observed: Observed = field(default_factory=Observed)
    blocked: bool = False

    @property
    def is_work(self) -> bool:
        """A run would do something with it."""
        return self.action in (Action.INGEST, Action.LOAD)

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "month": str(self.month)}


@dataclass(frozen=True)
class Plan:
    """What will happen with the months of a request, in their order. `at_once` months run side by side."""

    request: PlanRequest
    lines: tuple[PlanLine, ...]
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    at_once: int = 1

    @cached_property
    def token(self) -> str:
        """sha256 over the request and everything observed; equal tokens mean the same work on the same state.

        Times, estimates and words are not in it.
        """
        document = {
            "request": {**asdict(self.request), "months": [str(line.month) for line in self.lines]},
            "lines": [[line.action, asdict(line.observed)] for line in self.lines],
        }
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()

    def as_recorded(self) -> dict[str, Any]:
        """What the audit log keeps of it."""
        work = [f"{line.month} {line.action.value}" for line in self.work]
        return {**asdict(self.request), "months": work, "token": self.token}

    @property
    def work(self) -> tuple[PlanLine, ...]:
        """The lines a run would do something with."""
        return tuple(line for line in self.lines if line.is_work)

    @property
    def blocked(self) -> tuple[PlanLine, ...]:
        """The lines that were asked for and cannot be done."""
        return tuple(line for line in self.lines if line.blocked)

    @property
    def is_empty(self) -> bool:
        """Nothing is to do."""
        return not self.work

    @property
    def bytes_expected(self) -> int | None:
        """Bytes to fetch, of the months whose source says its size; None when none of them does."""
        return _sum(line.bytes_expected for line in self.work)

    @property
    def rows_expected(self) -> int | None:
        """Rows of the months where they can be expected; None when they cannot for any."""
        return _sum(line.rows_expected for line in self.work)

    @property
    def seconds_expected(self) -> float | None:
        """Wall-clock seconds, `at_once` months side by side; None unless every month's time is known."""
        known = [line.seconds_expected for line in self.work if line.seconds_expected is not None]
        if not known or len(known) < len(self.work):
            return None
        return max(*known, sum(known) / self.at_once)

    def as_dict(self) -> dict[str, Any]:
        """Plain data: request, lines, token and totals."""
        return {
            **asdict(self.request),
            "months": [line.as_dict() for line in self.lines],
            "work": len(self.work),
            "bytes_expected": self.bytes_expected,
            "rows_expected": self.rows_expected,
            "seconds_expected": self.seconds_expected,
            "token": self.token,
            "made_at": self.made_at,
        }


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
