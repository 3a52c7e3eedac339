"""What a check answers. A failed check is a result, never an exception."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lakeside.month import Month

if TYPE_CHECKING:
    from lakeside.warehouse.protocol import Publication


class CheckKind(StrEnum):
    """What a check is about."""

    RECONCILE = "reconcile"  # source = lake = warehouse
    QUALITY = "quality"  # what the rows say
    FRESHNESS = "freshness"  # how far lake and table are behind the source
    SCHEMA = "schema"  # table and object have the contract's columns


class Severity(StrEnum):
    """How bad it is when the check fails."""

    ERROR = "error"
    WARN = "warn"


class CheckState(StrEnum):
    """How a check came out."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # it could not be evaluated; `detail` says why
    SKIPPED = "skipped"  # there is nothing to judge; `detail` says what is missing


class Light(StrEnum):
    """All checks of a month in one word, the worst first."""

    RED = "red"  # an error-check failed, or could not be evaluated
    YELLOW = "yellow"  # a warn-check did
    OUTDATED = "outdated"  # what is in the table now was never checked
    GREEN = "green"
    NONE = "none"  # never checked


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure in which the warehouse disagrees with the lake, both as text.

    `column` is empty where whole rows are counted; `figure` is rows, count, nulls, sum, min, max or distinct
    (sums of money in millionths of a dollar, of times in seconds, of text in characters).
    """

    column: str
    figure: str
    lake: str | None
    warehouse: str | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one month.

    Args:
        check: its name, for example `fare_amount_range`.
        kind, severity, state: see there.
        dataset, month: what was checked.
        detail: the figures in a sentence, either way.
        failing_rows: exact count; where rows cannot be told apart (figures), the least it can be; None when
            the check did not count.
        rows: rows of the month in the table; None when they were not counted.
        allowed_share: share of failing rows up to which the check passes.
        differences: where lake and warehouse disagree (reconciling checks only).
        checked_at: when, UTC.
        content_id: content that was in the table then; None when the table does not say.
        run_id: flow run that checked, if any.
    """

    check: str
    kind: CheckKind
    dataset: str
    month: Month
    severity: Severity
    state: CheckState
    detail: str
    failing_rows: int | None = None
    rows: int | None = None
    allowed_share: float = 0.0
    differences: tuple[Difference, ...] = ()
    checked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    content_id: str | None = None
    run_id: str | None = None

    @property
    def share(self) -> float | None:
        """Failing rows as a share of the month's, 0 to 1; None when either was not counted."""
        if self.failing_rows is None or self.rows is None:
            return None
        return self.failing_rows / self.rows if self.rows else 0.0

    @property
    def is_bad(self) -> bool:
        """Failed, or could not be evaluated."""
        return self.state in (CheckState.FAILED, CheckState.ERROR)

    @property
    def is_red(self) -> bool:
        """Bad, and of severity error."""
        return self.is_bad and self.severity is Severity.ERROR

    def as_dict(self) -> dict[str, Any]:
        """What `lakeside check --json` prints of it."""
        return {
            "check": self.check,
            "kind": self.kind.value,
            "dataset": self.dataset,
            "month": str(self.month),
            "severity": self.severity.value,
            "state": self.state.value,
            "failing_rows": self.failing_rows,
            "rows": self.rows,
            "detail": self.detail,
        }


def group_by_month(results: Iterable[CheckResult]) -> dict[tuple[str, Month], list[CheckResult]]:
    """(dataset, month) -> its results."""
    grouped: defaultdict[tuple[str, Month], list[CheckResult]] = defaultdict(list)
    for result in results:
        grouped[result.dataset, result.month].append(result)
    return dict(grouped)


def judge_light(results: Iterable[CheckResult], publication: Publication | None = None) -> Light:
    """The light of one month from its latest results.

    With the month's publication, results of other content than what is published now count as outdated.
    """
    found = list(results)
    if not found:
        return Light.NONE
    if publication is not None and all(is_outdated(result, publication) for result in found):
        return Light.OUTDATED
    if any(result.is_red for result in found):
        return Light.RED
    return Light.YELLOW if any(result.is_bad for result in found) else Light.GREEN


def is_outdated(result: CheckResult, publication: Publication) -> bool:
    """Is the result of other content than what is published now.

    Clocks of two machines differ, so moments are asked only where the result does not name its content.
    """
    if result.content_id is None:
        return result.checked_at < publication.published_at
    return result.content_id != publication.content_id


def find_disagreement(results: Iterable[CheckResult], publication: Publication | None) -> str | None:
    """Why the table's month cannot be trusted by its latest results; None where nothing speaks against it.

    A reconciling check that failed after the month was published: the rows were changed behind our back,
    which neither row counts nor content ids need show.
    """
    failed = [r for r in results if r.kind is CheckKind.RECONCILE and r.is_bad]
    if publication is not None:
        failed = [r for r in failed if r.checked_at > publication.published_at]
    return "; ".join(r.detail for r in failed) or None
