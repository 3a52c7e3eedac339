"""What is where: dataset x month, computed from what is really there, never from run history.

The lake is listed once and its footers read once; the warehouse is asked twice in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from lakeside.checks.result import CheckResult, find_disagreement, group_by_month
from lakeside.checks.store import list_latest_results
from lakeside.datasets import Dataset, list_datasets
from lakeside.errors import LakesideError
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.provenance import Provenance
from lakeside.month import Month, month_range
from lakeside.services import Services
from lakeside.warehouse.protocol import Publication

_SYNTHETIC = "sample"


class SourceState(StrEnum):
    """What the calendar says of a month's source; nothing is asked over the network."""

    PUBLISHED = "published"
    NOT_YET = "not_yet"  # the source publishes some two months late
    NEVER = "never"  # before the dataset's first month


class CoverageState(StrEnum):
    """What is true of a month in lake and warehouse."""

    MISSING = "missing"  # in neither
    IN_LAKE = "in_lake"  # in the lake, not in the warehouse
    PUBLISHED = "published"  # in both, equal rows, same content
    STALE = "stale"  # in the lake by an older contract, or in the warehouse from an older object
    MISMATCH = "mismatch"  # row counts differ, or the table has rows the lake has not
    BROKEN = "broken"  # the object cannot be read
    FOREIGN = "foreign"  # the object was not written by Lakeside


@dataclass(frozen=True, slots=True)
class MonthCoverage:
    """One month of one dataset. Figures are None where there is nothing to count.

    `source` is the one that fed the lake's object; `key` is set when the object exists.
    """

    dataset: str
    month: Month
    source_state: SourceState
    lake_rows: int | None = None
    lake_bytes: int | None = None
    source: str | None = None
    warehouse_rows: int | None = None
    state: CoverageState = CoverageState.MISSING
    reason: str = ""
    key: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was really found of all months, before it is judged."""

    objects: Mapping[tuple[str, Month], LakeObject]
    footers: Mapping[str, Footer | LakesideError]
    rows: Mapping[tuple[str, Month], int]
    publications: Mapping[tuple[str, Month], Publication]
    checked: Mapping[tuple[str, Month], Sequence[CheckResult]] = field(default_factory=dict)

    def months_of(self, dataset: str) -> set[Month]:
        """Months that exist somewhere, whatever the calendar says."""
        return {month for name, month in (*self.objects, *self.rows) if name == dataset}

    def find_provenance(self, dataset: str, month: Month) -> Provenance | None:
        """What the month's object says of itself; None when there is none, or it says nothing readable."""
        stored = self.objects.get((dataset, month))
        footer = self.footers.get(stored.key) if stored else None
        return footer.provenance if isinstance(footer, Footer) else None


def compute_coverage(
    services: Services,
    datasets: Iterable[Dataset] | None = None,
    year: int | None = None,
    today: date | None = None,
) -> list[MonthCoverage]:
    """Every month of every dataset, in order: from its first to the current one, or those of `year`.

    Args:
        services: the lake and the warehouse to look into.
        datasets: which; all when None.
        year: only its twelve months, also those that were never or are not yet published.
        today: the day that decides what is published; the present when None.

    Raises:
        BackendUnavailable, AccessDenied: the lake or the warehouse cannot be asked.
    """
    chosen = list_datasets() if datasets is None else list(datasets)
    current = Month.of(today or datetime.now(UTC).date())
    found = look(services, chosen)
    return [
        covered
        for dataset in chosen
        for covered in cover_months(dataset, list_months(dataset, year, current, found), found, current)
    ]


def look(services: Services, datasets: Sequence[Dataset]) -> Found:
    """Look into the warehouse (two questions) and then into the lake (one listing and every footer).

    In this order, because months go the other way: what is found while others write is at most what the
    lake had before the table, which is so for a while in truth. An object that is replaced meanwhile is
    told with the footer, the size and the date of one version, the old one or the new one.

    Raises:
        BackendUnavailable, AccessDenied: the lake or the warehouse cannot be asked.
    """
    names = {dataset.name for dataset in datasets}
    prefix = f"data/{datasets[0].name}/" if len(datasets) == 1 else "data/"
    published = services.warehouse.look_at_months()
    checked = group_by_month(list_latest_results(services))
    listed = [
        o for o in services.lake.list_objects(prefix).objects if o.dataset in names and o.dataset and o.month
    ]
    present = services.lake.read_present(listed)
    return Found(
        objects={(o.dataset or "", o.month): o for o, _ in present if o.month},
        footers={o.key: footer for o, footer in present},
        rows=published.rows,
        publications=published.publications,
        checked=checked,
    )


def cover_months(
    dataset: Dataset, months: Iterable[Month], found: Found, current: Month
) -> list[MonthCoverage]:
    """Judge some months of a dataset by what was found; `current` is the month it is now."""
    return [_cover(dataset, month, find_source_state(dataset, month, current), found) for month in months]


def find_source_state(dataset: Dataset, month: Month, current: Month) -> SourceState:
    """What the calendar says: published when the dataset's lag has passed since the month."""
    if month < _first_month(dataset):
        return SourceState.NEVER
    lag = dataset.publication_lag_months
    return SourceState.PUBLISHED if month.plus(lag) <= current else SourceState.NOT_YET


def _first_month(dataset: Dataset) -> Month:
    return min(m for source, m in dataset.first_month.items() if source != _SYNTHETIC)


def list_months(dataset: Dataset, year: int | None, current: Month, found: Found) -> list[Month]:
    """The months to show: those of `year`, or from the first to the current one and whatever is there."""
    if year is not None:
        return month_range(Month(year, 1), Month(year, 12))
    return sorted({*month_range(_first_month(dataset), current), *found.months_of(dataset.name)})


def _cover(dataset: Dataset, month: Month, source_state: SourceState, found: Found) -> MonthCoverage:
    place = (dataset.name, month)
    stored, rows = found.objects.get(place), found.rows.get(place)
    footer = found.footers.get(stored.key) if stored else None
    provenance = footer.provenance if isinstance(footer, Footer) else None
    publication = found.publications.get(place)
    state, reason = _judge(dataset, footer, rows, publication)
    disagreement = find_disagreement(found.checked.get(place, ()), publication)
    if state is CoverageState.PUBLISHED and disagreement:
        state, reason = CoverageState.MISMATCH, f"Checked after it was loaded: {disagreement}."
    return MonthCoverage(
        dataset=dataset.name,
        month=month,
        source_state=source_state,
        lake_rows=footer.rows if isinstance(footer, Footer) else None,
        lake_bytes=stored.size_bytes if stored else None,
        source=provenance.source if provenance else None,
        warehouse_rows=rows,
        state=state,
        reason=reason,
        key=stored.key if stored else None,
        written_at=provenance.written_at if provenance else (stored.modified_at if stored else None),
    )


def _judge(
    dataset: Dataset,
    footer: Footer | LakesideError | None,
    rows: int | None,
    publication: Publication | None,
) -> tuple[CoverageState, str]:
    if isinstance(footer, LakesideError):
        return CoverageState.BROKEN, footer.message
    if footer is None:
        if rows:
            return CoverageState.MISMATCH, f"The table has {rows:,} rows, the lake has no object."
        return CoverageState.MISSING, ""
    if footer.provenance is None:
        reason = "The object was not written by Lakeside; its page, or lakeside adopt, makes it a month."
        return CoverageState.FOREIGN, reason
    return _compare(dataset, footer, footer.provenance, rows, publication)


def _compare(
    dataset: Dataset,
    footer: Footer,
    provenance: Provenance,
    rows: int | None,
    publication: Publication | None,
) -> tuple[CoverageState, str]:
    written_under = provenance.contract_version
    if written_under != dataset.version:
        reason = f"Written under contract version {written_under}; today's is {dataset.version}."
        return CoverageState.STALE, reason
    if not rows and footer.rows:
        return CoverageState.IN_LAKE, "Not loaded into the warehouse yet."
    if publication is not None and publication.content_id != provenance.content_id:
        return CoverageState.STALE, "The lake's object changed after it was loaded."
    if rows is not None and rows != footer.rows:
        return CoverageState.MISMATCH, f"{footer.rows:,} rows in the lake, {rows:,} in the table."
    if publication is None:
        return CoverageState.STALE, "The warehouse does not say which object its rows came from."
    return CoverageState.PUBLISHED, ""
