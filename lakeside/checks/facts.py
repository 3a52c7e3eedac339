"""What is known of a month before any check judges it: gathered once, with as few questions as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from lakeside.checks.result import (
    CheckKind,
    CheckResult,
    CheckState,
    Difference,
    Severity,
    find_disagreement,
    group_by_month,
    is_outdated,
)
from lakeside.datasets.contract import Dataset
from lakeside.errors import BadFile, CheckError, LakesideError, NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.services import Services
from lakeside.warehouse.month_rows import MonthMeasures
from lakeside.warehouse.protocol import Publication

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """One month as lake and warehouse have it.

    Args:
        dataset, month: which.
        key: of the lake's object.
        footer: the object's; None when the lake has none; the error when it cannot be read.
        figures: of the month's rows in the table, per table column; empty when there is no table.
        types: the table's columns with their GoogleSQL types.
        publication: what `lakeside_loads` says of the month.
        counts: rows of every month of the dataset in the table.
        checked_at: now, UTC.
        run_id: flow run that checks, if any.
    """

    dataset: Dataset
    month: Month
    key: str
    footer: Footer | LakesideError | None
    figures: Sequence[ColumnStats]
    publication: Publication | None
    counts: Mapping[Month, int]
    checked_at: datetime
    run_id: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def provenance(self) -> Provenance | None:
        """What the object says of itself; None when it says nothing that can be read."""
        return self.footer.provenance if isinstance(self.footer, Footer) else None

    @property
    def rows(self) -> int:
        """Rows of the month in the table; every column has as many."""
        return max((f.count + f.nulls for f in self.figures), default=0)

    @property
    def today(self) -> date:
        """The day of the check, UTC."""
        return self.checked_at.date()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one check says of a month; the registry knows its name, kind and severity."""

    state: CheckState
    detail: str
    failing_rows: int | None = None
    differences: tuple[Difference, ...] = field(default=())

    @classmethod
    def of(cls, passed: bool, detail: str, failing_rows: int | None = None) -> Judgement:
        """From a yes or no."""
        return cls(CheckState.PASSED if passed else CheckState.FAILED, detail, failing_rows)

    @classmethod
    def skip(cls, why: str) -> Judgement:
        """There is nothing to judge."""
        return cls(CheckState.SKIPPED, why)


def make_result(
    facts: MonthFacts,
    named: tuple[str, CheckKind, Severity],
    judgement: Judgement,
    allowed_share: float = 0.0,
) -> CheckResult:
    """The result of a judgement; `named` is the check's name, kind and severity."""
    check, kind, severity = named
    return CheckResult(
        check=check,
        kind=kind,
        dataset=facts.dataset.name,
        month=facts.month,
        severity=severity,
        state=judgement.state,
        detail=judgement.detail,
        failing_rows=judgement.failing_rows,
        rows=facts.rows if facts.figures else None,
        allowed_share=allowed_share,
        differences=judgement.differences,
        checked_at=facts.checked_at,
        content_id=facts.publication.content_id if facts.publication else None,
        run_id=facts.run_id,
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked once for all months: every month's rows and publication, and what was checked of them.

    `disagreeing` are months of which a reconciling check failed since they were published, `unchecked` those
    whose published rows no reconciling check has seen: their load was killed before it. `newest` is the
    latest moment that is written down of each month, by whatever machine's clock.
    """

    counts: Mapping[tuple[str, Month], int]
    publications: Mapping[tuple[str, Month], Publication]
    disagreeing: frozenset[tuple[str, Month]] = frozenset()
    unchecked: frozenset[tuple[str, Month]] = frozenset()
    newest: Mapping[tuple[str, Month], datetime] = field(default_factory=dict)

    @classmethod
    def ask(cls, services: Services) -> Surroundings:
        """Three questions to the warehouse."""
        rows, publications = services.warehouse.look_at_months()
        checked = group_by_month(services.warehouse.list_latest_checks())
        disagreeing = (p for p, group in checked.items() if find_disagreement(group, publications.get(p)))
        unchecked = (p for p, published in publications.items() if not _is_checked(checked.get(p), published))
        newest = {place: max(result.checked_at for result in group) for place, group in checked.items()}
        return cls(
            rows,
            publications,
            frozenset(disagreeing),
            frozenset(unchecked),
            newest,
        )

    def with_publication(self, publication: Publication) -> Surroundings:
        """The same after a month was published."""
        place = (publication.dataset, publication.month)
        return replace(
            self,
            counts={**self.counts, place: publication.rows},
            publications={**self.publications, place: publication},
            disagreeing=self.disagreeing - {place},
            unchecked=self.unchecked - {place},
        )

    def find_moment(self, place: tuple[str, Month], now: datetime) -> datetime:
        """The moment of a check made now: later than all that is written down of the month.

        A machine whose clock is ahead leaves moments of the future; what is found after it is newer still.
        """
        published, checked = self.publications.get(place), self.newest.get(place)
        moments = [now]
        if published is not None:
            moments.append(published.published_at + _TICK)
        if checked is not None:
            moments.append(checked + _TICK)
        return max(moments)


def _is_checked(results: Sequence[CheckResult] | None, publication: Publication) -> bool:
    return any(r.kind is CheckKind.RECONCILE and not is_outdated(r, publication) for r in results or ())


@dataclass(frozen=True, slots=True)
class Asking:
    """When, by which run and with what known of all months a month is checked."""

    around: Surroundings
    moment: datetime
    run_id: str | None = None


def gather_facts(
    dataset: Dataset, month: Month, lake: Lake, measures: MonthMeasures | None, asking: Asking
) -> MonthFacts:
    """Read the object's footer and put it beside what was measured (None: there is no table).

    Raises:
        BackendUnavailable, AccessDenied: the lake cannot be asked.
    """
    key = data_key(dataset.name, month)
    return MonthFacts(
        dataset=dataset,
        month=month,
        key=key,
        footer=_read_footer(lake, key),
        figures=measures.figures if measures else [],
        publication=asking.around.publications.get((dataset.name, month)),
        counts={m: n for (name, m), n in asking.around.counts.items() if name == dataset.name},
        checked_at=asking.around.find_moment((dataset.name, month), asking.moment),
        run_id=asking.run_id,
        types=measures.types if measures else {},
    )


def _read_footer(lake: Lake, key: str) -> Footer | LakesideError | None:
    try:
        footer = lake.read_footer(key)
    except NotFound:
        return None
    except BadFile as error:
        return error
    if footer.provenance is None:
        return CheckError(f"{key} carries no provenance of Lakeside.", "Ingest the month again.")
    return footer
