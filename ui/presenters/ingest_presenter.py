"""What a run will do, month by month and why, before anything is pressed.

The words follow the pipeline's own rules: `lakeside.ingest.previous` (which source may replace which,
what counts as unchanged) and `lakeside.pipeline` (what is loaded again).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.console import Launch
from lakeside.coverage import MonthCoverage
from ui.formats import format_count, format_counted, format_rows
from ui.presenters.coverage_presenter import state_of
from ui.presenters.looks import COVERAGE, Look, find_look
from ui.presenters.places import INGEST_AND_LOAD, ONLY_LOAD

AUTO, SAMPLE, ARCHIVE = "auto", "sample", "archive"
AUTOMATIC = ("datatalksclub", "tlc")
SOURCE_WORDS = {
    AUTO: "auto · the course's file where there is one, else TLC's",
    "datatalksclub": "datatalksclub · the course's csv.gz, 2019-01 to 2021-07",
    "tlc": "tlc · TLC's own parquet, until two months ago",
    ARCHIVE: "archive · your own CSV files",
    SAMPLE: "sample · synthetic rows, made on this machine",
}

FETCH = Look("↓", "fetch", "info")
KEEP = Look("=", "keep", "good")
LOAD = Look("↑", "load", "info")
AGAIN = Look("↻", "again", "warn")
REFUSE = Look("⊘", "refuse", "bad")


@dataclass(frozen=True, slots=True)
class Form:
    """What is chosen so far; `what` is one of `places`: ingest and load, only ingest, only load."""

    dataset: str
    year: int
    source: str = AUTO
    months: tuple[int, ...] = ()
    what: str = INGEST_AND_LOAD
    force: bool = False


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One month: what will happen (`does`) and why."""

    month: str
    look: Look
    does: str
    why: str


@dataclass(frozen=True, slots=True)
class IngestView:
    """The plan, the words of the button, and what is launched; `launch` is None while nothing is chosen."""

    plan: Sequence[PlanLine]
    summary: str
    button: str
    launch: Launch | None
    only_load: bool


def list_years(coverage: Sequence[MonthCoverage], dataset: str) -> list[int]:
    """Years a dataset has, newest first."""
    return sorted({m.month.year for m in coverage if m.dataset == dataset}, reverse=True)


def list_sources(sources: Mapping[int, Sequence[str]]) -> list[str]:
    """Sources that have at least one month of the year, `auto` first."""
    return list(dict.fromkeys([AUTO, *(s for names in sources.values() for s in names)]))


def find_source(sources: Sequence[str], wanted: str) -> str | None:
    """The source a month would come from, or None when the wanted one does not have it."""
    if wanted != AUTO:
        return wanted if wanted in sources else None
    return next((s for s in sources if s in AUTOMATIC), None)


def offer_months(
    coverage: Sequence[MonthCoverage], sources: Mapping[int, Sequence[str]], form: Form
) -> dict[int, MonthCoverage]:
    """Month number -> what is there: months the source has published; for loading, those in the lake."""
    if form.what == ONLY_LOAD:
        return {m.month.number: m for m in coverage if m.key}
    offered = {}
    for month in coverage:
        source = find_source(sources.get(month.month.number, ()), form.source)
        if source and (source in (SAMPLE, ARCHIVE) or month.source_state == "published"):
            offered[month.month.number] = month
    return offered


def label_month(month: MonthCoverage) -> str:
    """`2020-10 ✓`: the month and its state's symbol, for a pill."""
    return f"{month.month} {find_look(COVERAGE, state_of(month)).symbol}".strip()


def list_wanted(offered: Mapping[int, MonthCoverage], what: str) -> list[int]:
    """Months that need what is to be done: missing or unusable ones, or those not loaded as they are."""
    states = ("in_lake", "stale", "mismatch") if what == ONLY_LOAD else ("missing", "stale", "broken")
    return [n for n, m in offered.items() if m.state in states]


def present_ingest(
    form: Form, offered: Mapping[int, MonthCoverage], sources: Mapping[int, Sequence[str]]
) -> IngestView:
    """The plan of the chosen months."""
    chosen = [n for n in form.months if n in offered]
    only_load = form.what == ONLY_LOAD
    if not chosen:
        return IngestView((), "Choose at least one month.", "Launch", None, only_load)
    plan = [plan_month(form, offered[n], sources.get(n, ())) for n in chosen]
    count = format_counted(len(plan), "month")
    launch = Launch(
        form.dataset, form.year, tuple(chosen), form.source, form.what == INGEST_AND_LOAD, form.force
    )
    return IngestView(plan, _summarise(plan, form), f"Launch {count}", launch, only_load)


def _summarise(plan: Sequence[PlanLine], form: Form) -> str:
    refused = sum(line.look is REFUSE for line in plan)
    words = f"{format_counted(len(plan), 'month')} of {form.dataset} {form.year}"
    return words + (f"; {refused} will be refused, the others go ahead" if refused else "") + "."


def plan_month(form: Form, month: MonthCoverage, sources: Sequence[str]) -> PlanLine:
    """One month under the pipeline's rules."""
    if form.what == ONLY_LOAD:
        return _plan_load(form, month)
    source = find_source(sources, form.source) or ""
    if form.source == AUTO and month.source and month.source != SAMPLE and not form.force:
        source = month.source
    name, does = str(month.month), f"from {source}{_then(form)}"
    if not month.key:
        return PlanLine(name, FETCH, f"Fetched {does}", _why_missing(month))
    if form.force:
        return PlanLine(name, AGAIN, f"Fetched again {does}", f"Force: replaces {_what_is_there(month)}.")
    if month.state == "broken":
        return PlanLine(name, AGAIN, f"Fetched again {does}", month.reason)
    if month.state == "foreign":
        return PlanLine(name, REFUSE, "Left as it is", f"{month.reason} Force replaces it.")
    if month.source != source:
        why = f"In the lake from {month.source}; another source replaces it only with Force."
        return PlanLine(name, REFUSE, "Left as it is", why)
    return _plan_known(form, month, does)


def _plan_known(form: Form, month: MonthCoverage, does: str) -> PlanLine:
    name = str(month.month)
    if month.state == "stale" and "contract" in month.reason:
        return PlanLine(name, AGAIN, f"Fetched again {does}", month.reason)
    rows = format_rows(month.lake_rows)
    why = f"In the lake from {month.source} ({rows}); an unchanged source is not fetched again"
    if form.what == INGEST_AND_LOAD and month.state != "published":
        does = f"Loaded from the lake to the table {form.dataset}"
        return PlanLine(name, LOAD, does, f"{why}; the table has {format_rows(month.warehouse_rows or 0)}.")
    where = "; the table has the same rows" if month.state == "published" else ""
    return PlanLine(name, KEEP, "Kept, unless the source changed", f"{why}{where}.")


def _plan_load(form: Form, month: MonthCoverage) -> PlanLine:
    name, table = str(month.month), format_count(month.warehouse_rows or 0)
    if month.state in ("broken", "foreign"):
        return PlanLine(name, REFUSE, "Not loaded", month.reason)
    if month.state == "published":
        return PlanLine(name, KEEP, "Kept", f"The table has the same {table} rows of the same object.")
    why = f"The lake has {format_rows(month.lake_rows)}, the table {table}; nothing is fetched."
    return PlanLine(name, LOAD, f"Loaded from the lake to the table {form.dataset}", why)


def _why_missing(month: MonthCoverage) -> str:
    if month.warehouse_rows:
        return f"Not in the lake; replaces {format_rows(month.warehouse_rows)} in the table."
    return "Not in the lake yet."


def _what_is_there(month: MonthCoverage) -> str:
    rows = format_rows(month.lake_rows) if month.lake_rows is not None else "an object"
    return f"{rows} from {month.source or 'an unknown source'}"


def _then(form: Form) -> str:
    load = form.what == INGEST_AND_LOAD
    return f", written to the lake, published to {form.dataset}" if load else ", written to the lake only"
