"""One month from its source to the published table: ingest -> load -> check.

Flows and the command call these functions, nothing else; each raises a LakesideError and leaves the lake
and the table as they were, or finishes and says what became of the month.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from lakeside.datasets import get_dataset
from lakeside.errors import BadFile, NotFound
from lakeside.ingest.ingest import IngestRequest, ingest_month
from lakeside.lake.layout import data_key
from lakeside.lake.objects import Footer
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.progress import MonthResult, MonthState, ReportProgress, StageReporter, report_nothing
from lakeside.services import Services
from lakeside.sources.probe import SourceName

if TYPE_CHECKING:
    from lakeside.month_load import LoadedMonths


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
        lake_object: key of a lake object that somebody else wrote, to be the month's source.
    """

    dataset: str
    month: Month
    source: SourceName = SourceName.AUTO
    load: bool = True
    force: bool = False
    run_id: str | None = None
    lake_object: str | None = None

    def __str__(self) -> str:
        return f"{self.dataset} {self.month}"


MonthWork = Callable[[MonthRequest, Services, ReportProgress], MonthResult]


def run_month(
    request: MonthRequest,
    services: Services,
    report: ReportProgress = report_nothing,
    loaded: LoadedMonths | None = None,
) -> MonthResult:
    """Fetch, conform and write a month; then, if asked, publish and check it.

    Args:
        loaded: what the warehouse has, shared by the months of one command; asked anew without it.

    Raises:
        LakesideError: of any kind; `retryable` says whether trying again may help.
    """
    started = time.monotonic()
    dataset = get_dataset(request.dataset)
    wanted = IngestRequest(
        dataset, request.month, request.source, request.force, request.run_id, request.lake_object
    )
    outcome = ingest_month(wanted, services, report)
    state = MonthState.WRITTEN if outcome.written else MonthState.UNCHANGED
    warehouse_rows = None
    if request.load:
        footer = services.lake.read_footer(outcome.key)
        reporter = StageReporter(report, outcome.bytes_read, started)
        is_new, warehouse_rows = _load(request, services, footer, reporter, loaded)
        state = MonthState.PUBLISHED if is_new or outcome.written else MonthState.UNCHANGED
    result = _describe(request, services, outcome.key, outcome.provenance, state)
    return replace(
        result,
        bytes_read=outcome.bytes_read,
        warehouse_rows=warehouse_rows,
        elapsed_seconds=time.monotonic() - started,
    )


def load_month(
    request: MonthRequest,
    services: Services,
    report: ReportProgress = report_nothing,
    loaded: LoadedMonths | None = None,
) -> MonthResult:
    """Publish a month that is in the lake, and check it; nothing is fetched.

    Args:
        loaded: what the warehouse has, shared by the months of one command; asked anew without it.

    Raises:
        NotFound: the lake does not have the month.
        BadFile: the object was not written by Lakeside.
        LakesideError: of any other kind, from the lake or the warehouse.
    """
    started = time.monotonic()
    dataset = get_dataset(request.dataset)
    key = data_key(dataset.name, request.month)
    footer = _read_footer(key, request, services)
    is_new, rows = _load(request, services, footer, StageReporter(report, 0, started), loaded)
    state = MonthState.PUBLISHED if is_new else MonthState.UNCHANGED
    result = _describe(request, services, key, _provenance(footer, key, services), state)
    return replace(result, warehouse_rows=rows, elapsed_seconds=time.monotonic() - started)


def asking_once(work: Callable[..., MonthResult], services: Services) -> MonthWork:
    """`run_month` or `load_month` for all months of one command: the warehouse is asked once what it has."""
    from lakeside.month_load import LoadedMonths

    return partial(work, loaded=LoadedMonths(services))


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


def _load(
    request: MonthRequest,
    services: Services,
    footer: Footer,
    reporter: StageReporter,
    loaded: LoadedMonths | None,
) -> tuple[bool, int]:
    """(whether rows were loaded, rows of the month in the table)."""
    # Imported here: a month that only goes to the lake needs no check, and starting should stay cheap.
    from lakeside.month_load import LoadedMonths, MonthLoad

    work = MonthLoad(request, services, footer, loaded or LoadedMonths(services))
    return work.run(reporter)


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
