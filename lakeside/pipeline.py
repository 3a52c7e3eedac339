"""One month from its source to the published table: ingest -> load -> check.

Flows and the command call these functions, nothing else; each raises a LakesideError and leaves the lake
and the table as they were, or finishes and says what became of the month.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace

from lakeside.checks.after_load import MonthChecks
from lakeside.checks.facts import Surroundings
from lakeside.checks.reconcile import require_passed
from lakeside.datasets import Dataset, get_dataset
from lakeside.errors import BadFile, NotFound
from lakeside.ingest.ingest import IngestOutcome, IngestRequest, ingest_month
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.progress import MonthResult, MonthState, Progress, ReportProgress, Stage, report_nothing
from lakeside.services import Services
from lakeside.sources.probe import SourceName
from lakeside.warehouse.protocol import Publication

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MonthRequest:
    """What to do with one month.

    Args:
        dataset: its name.
        month: the month.
        source: where to fetch it; `auto` takes the default source that has it.
        load: also publish it to the warehouse and check it.
        force: fetch and load even what is unchanged, and replace what another source fed.
        run_id: the flow run this is part of, kept in the provenance.
    """

    dataset: str
    month: Month
    source: SourceName = SourceName.AUTO
    load: bool = True
    force: bool = False
    run_id: str | None = None

    def __str__(self) -> str:
        return f"{self.dataset} {self.month}"


def run_month(
    request: MonthRequest, services: Services, report: ReportProgress = report_nothing
) -> MonthResult:
    """Fetch, conform and write a month; then, if asked, publish and check it.

    Raises:
        LakesideError: of any kind; `retryable` says whether trying again may help.
    """
    started = time.monotonic()
    dataset = get_dataset(request.dataset)
    outcome = ingest_month(
        IngestRequest(dataset, request.month, request.source, request.force, request.run_id), services, report
    )
    state = MonthState.WRITTEN if outcome.written else MonthState.UNCHANGED
    warehouse_rows = None
    if request.load:
        footer = services.lake.read_footer(outcome.key)
        job = _Load(request, dataset, services, footer, _Reporter(report, outcome, started))
        loaded, warehouse_rows = job.run()
        state = MonthState.PUBLISHED if loaded or outcome.written else MonthState.UNCHANGED
    result = _describe(request, services, outcome.key, outcome.provenance, state)
    return replace(
        result,
        bytes_read=outcome.bytes_read,
        warehouse_rows=warehouse_rows,
        elapsed_seconds=time.monotonic() - started,
    )


def load_month(
    request: MonthRequest, services: Services, report: ReportProgress = report_nothing
) -> MonthResult:
    """Publish a month that is in the lake, and check it; nothing is fetched.

    Raises:
        NotFound: the lake does not have the month.
        BadFile: the object was not written by Lakeside.
        LakesideError: of any other kind, from the lake or the warehouse.
    """
    started = time.monotonic()
    dataset = get_dataset(request.dataset)
    key = data_key(dataset.name, request.month)
    footer = _read_footer(key, request, services)
    loaded, rows = _Load(request, dataset, services, footer, _Reporter(report, None, started)).run()
    state = MonthState.PUBLISHED if loaded else MonthState.UNCHANGED
    result = _describe(request, services, key, _provenance(footer, key, services), state)
    return replace(result, warehouse_rows=rows, elapsed_seconds=time.monotonic() - started)


def failed_result(request: MonthRequest, error: Exception, elapsed_seconds: float) -> MonthResult:
    """The result of a month that ended in an error; one that is not ours is named by its type."""
    as_dict = getattr(error, "as_dict", None)
    plain = as_dict() if as_dict else {"kind": type(error).__name__, "message": str(error), "hint": ""}
    source = None if request.source is SourceName.AUTO else request.source.value
    return MonthResult(
        dataset=request.dataset,
        month=str(request.month),
        source=source,
        state=MonthState.FAILED,
        elapsed_seconds=elapsed_seconds,
        error=plain,
    )


@dataclass(frozen=True, slots=True)
class _Reporter:
    """Reports load and check with the figures the earlier stages ended with."""

    report: ReportProgress
    outcome: IngestOutcome | None
    started: float

    def enter(self, stage: Stage, rows: int) -> None:
        bytes_read = self.outcome.bytes_read if self.outcome else 0
        elapsed = time.monotonic() - self.started
        self.report(Progress(stage, rows, bytes_read, bytes_read or None, elapsed))


@dataclass(frozen=True, slots=True)
class _Load:
    """Lake -> warehouse of one month, done only where it is needed."""

    request: MonthRequest
    dataset: Dataset
    services: Services
    footer: Footer
    reporter: _Reporter

    def run(self) -> tuple[bool, int]:
        """(whether rows were loaded, rows of the month in the table)."""
        self.reporter.enter(Stage.LOAD, self.footer.rows)
        key = data_key(self.dataset.name, self.request.month)
        around = Surroundings.ask(self.services)
        if not self.request.force and self._is_published(around):
            return False, self.footer.rows
        checks = MonthChecks(self.services, self.dataset, self.request.month, self.request.run_id)
        gate = checks.make_gate(around)
        warehouse = self.services.warehouse
        publication = warehouse.publish_month(self.dataset, self.request.month, self.services.lake, key, gate)
        self.reporter.enter(Stage.CHECK, publication.rows)
        self._check(checks, around.with_publication(publication), publication)
        return True, publication.rows

    def _check(self, checks: MonthChecks, around: Surroundings, publication: Publication) -> None:
        results = checks.run(around)
        if any(r.is_red for r in results) and self._is_overtaken(publication):
            # What was published passed its audit; the figures compared here are of another process's month,
            # which checks them itself.
            logger.warning("%s was replaced by another process right after it was published", self.request)
            return
        checks.keep(results)
        require_passed(results, str(self.request))

    def _is_overtaken(self, publication: Publication) -> bool:
        """Has the object or the table's month been replaced since this publication?"""
        place = (self.dataset.name, self.request.month)
        stored = self.services.lake.read_footer(publication.lake_key).provenance
        in_table = self.services.warehouse.list_publications().get(place)
        found = {stored.content_id if stored else None, in_table.content_id if in_table else None}
        return found != {publication.content_id}

    def _is_published(self, around: Surroundings) -> bool:
        place = (self.dataset.name, self.request.month)
        publication = around.publications.get(place)
        provenance = self.footer.provenance
        if publication is None or provenance is None or publication.content_id != provenance.content_id:
            return False
        return around.counts.get(place) == self.footer.rows


def _read_footer(key: str, request: MonthRequest, services: Services) -> Footer:
    try:
        return services.lake.read_footer(key)
    except NotFound as error:
        raise NotFound(
            f"The lake has no {request}: {services.lake.url_of(key)} does not exist.",
            f"Run `lakeside ingest {request}` first.",
        ) from error


def _provenance(footer: Footer, key: str, services: Services) -> Provenance:
    if footer.provenance is None:
        raise BadFile(
            f"{services.lake.url_of(key)} was not written by Lakeside: its footer has no provenance.",
            "Ingest the month again with --force.",
        )
    return footer.provenance


def _describe(
    request: MonthRequest, services: Services, key: str, provenance: Provenance, state: MonthState
) -> MonthResult:
    return MonthResult(
        dataset=request.dataset,
        month=str(request.month),
        source=provenance.source,
        state=state,
        rows_read=provenance.rows_read,
        rows_written=provenance.rows_written,
        rows_rejected=provenance.rows_rejected,
        lake_path=services.lake.url_of(key),
        columns_added=tuple(provenance.columns_added),
        columns_discarded=tuple(provenance.columns_discarded),
    )
