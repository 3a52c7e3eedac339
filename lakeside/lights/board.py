"""The lights of every month: lake and warehouse are looked into once, the sources are not asked at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from lakeside.coverage import Found, MonthCoverage, cover_months, list_months, look
from lakeside.datasets import Dataset, list_datasets
from lakeside.ingest.previous import policy_of
from lakeside.lights.judge import find_null_share, judge_checks, judge_lake, judge_source, judge_table
from lakeside.lights.light import MonthLights
from lakeside.month import Month
from lakeside.services import Services
from lakeside.sources.probe_store import Answers


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything the lights of all months are judged by."""

    services: Services
    found: Found
    answers: Answers


def compute_lights(
    services: Services,
    datasets: Iterable[Dataset] | None = None,
    year: int | None = None,
    today: date | None = None,
) -> list[MonthLights]:
    """Every month of every dataset with its lights; the months are those of `compute_coverage`.

    Raises:
        BackendUnavailable, AccessDenied: the lake or the warehouse cannot be asked.
    """
    chosen = list_datasets() if datasets is None else list(datasets)
    current = Month.of(today or datetime.now(UTC).date())
    memory = services.sources.memory
    known = _Known(
        services,
        look(services, chosen),
        memory.list_answers() if memory else {},
    )
    return [
        _light(dataset, covered, known)
        for dataset in chosen
        for covered in cover_months(
            dataset, list_months(dataset, year, current, known.found), known.found, current
        )
    ]


def _light(dataset: Dataset, covered: MonthCoverage, known: _Known) -> MonthLights:
    place = (dataset.name, covered.month)
    provenance = known.found.find_provenance(*place)
    publication = known.found.publications.get(place)
    published_at = publication.published_at if publication and covered.warehouse_rows is not None else None
    policy = policy_of(dataset, known.services.settings.ingest.column_policy)
    footer = known.found.footers.get(covered.key) if covered.key else None
    return MonthLights(
        covered=covered,
        source=judge_source(covered, known.answers.get(place, ()), provenance, (dataset, policy)),
        lake=judge_lake(covered, footer, dataset.version),
        table=judge_table(covered, provenance, publication),
        checks=judge_checks(covered, known.found.checked.get(place, ()), publication),
        null_share=find_null_share(provenance),
        source_at=provenance.source_last_modified if provenance else None,
        published_at=published_at,
        run_id=(publication.run_id if publication else None) or (provenance.run_id if provenance else None),
    )
