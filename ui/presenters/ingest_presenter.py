"""What an ingest will do, month by month and why, before anything is pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.console import Launch
from lakeside.coverage import MonthCoverage
from lakeside.month import Month
from ui.formats import format_count, format_counted, format_rows
from ui.presenters.coverage_presenter import state_of
from ui.presenters.looks import COVERAGE, Look, find_look

AUTO = "auto"
SAMPLE = "sample"
SOURCE_WORDS = {
    AUTO: "auto: the course's file where there is one, else TLC's",
    "datatalksclub": "datatalksclub: the course's csv.gz, 2019-01 to 2021-07",
    "tlc": "tlc: TLC's own parquet, 2009 until two months ago",
    "archive": "archive: your own CSV files",
    SAMPLE: "sample: synthetic rows, made on this machine",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What is chosen so far."""

    dataset: str
    year: int
    source: str = AUTO
    months: tuple[int, ...] = ()
    load: bool = True
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
    """The plan, the words of the button, and what is launched."""

    plan: Sequence[PlanLine]
    summary: str
    button: str
    launch: Launch | None


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
    return next((s for s in sources if s in ("datatalksclub", "tlc")), None)


def offer_months(
    coverage: Sequence[MonthCoverage], sources: Mapping[int, Sequence[str]], wanted: str
) -> dict[int, MonthCoverage]:
    """Month number -> what is there, for the months the wanted source has and has published."""
    offered = {}
    for month in coverage:
        source = find_source(sources.get(month.month.number, ()), wanted)
        if source and (source in (SAMPLE, "archive") or month.source_state == "published"):
            offered[month.month.number] = month
    return offered


def label_month(month: MonthCoverage) -> str:
    """`2020-10 ✓`: the month and its state's symbol, for a pill."""
    return f"{month.month} {find_look(COVERAGE, state_of(month)).symbol}".strip()


def list_missing(offered: Mapping[int, MonthCoverage]) -> list[int]:
    """Months that are not in the lake, or need to be written again."""
    return [n for n, m in offered.items() if m.state in ("missing", "stale", "broken")]


def present_ingest(
    form: Form, offered: Mapping[int, MonthCoverage], sources: Mapping[int, Sequence[str]]
) -> IngestView:
    """The plan of the chosen months. `launch` is None as long as none is chosen."""
    chosen = [n for n in form.months if n in offered]
    plan = [_plan_month(form, offered[n], find_source(sources[n], form.source) or "") for n in chosen]
    if not chosen:
        return IngestView((), "Choose at least one month.", "Launch", None)
    refused = sum(line.look is REFUSED for line in plan)
    summary = f"{format_counted(len(plan), 'month')} of {form.dataset} {form.year}"
    summary += f"; {refused} will be refused without Force" if refused else ""
    launch = Launch(form.dataset, form.year, tuple(chosen), form.source, form.load, form.force)
    return IngestView(plan, summary, f"Launch {format_counted(len(plan), 'month')}", launch)


FETCHED = Look("↓", "fetch", "info")
KEPT = Look("=", "keep", "good")
LOADED = Look("↑", "load", "info")
AGAIN = Look("↻", "again", "warn")
REFUSED = Look("⊘", "refused", "bad")


def _plan_month(form: Form, month: MonthCoverage, source: str) -> PlanLine:
    """The rules of the pipeline, in words."""
    name, then = str(month.month), _then(form)
    rows = format_rows(month.lake_rows) if month.lake_rows is not None else "an object"
    if not month.key:
        there = (
            f"; its {format_rows(month.warehouse_rows)} in the table are replaced"
            if month.warehouse_rows
            else ""
        )
        return PlanLine(name, FETCHED, f"Fetched from {source}{then}", f"Not in the lake yet{there}.")
    if form.force:
        return PlanLine(
            name,
            AGAIN,
            f"Fetched again from {source}{then}",
            f"Force: replaces {rows} from {_fed_by(month)}.",
        )
    if month.state in ("broken", "foreign"):
        return PlanLine(
            name, AGAIN, f"Fetched from {source}{then}", month.reason or "The object cannot be used."
        )
    if month.source and month.source != source:
        why = f"In the lake from {month.source} ({rows}); another source replaces it only with Force."
        return PlanLine(name, REFUSED, "Left as it is", why)
    return _plan_known(form, month, source, rows)


def _plan_known(form: Form, month: MonthCoverage, source: str, rows: str) -> PlanLine:
    name = str(month.month)
    if month.state == "stale" and "contract" in month.reason:
        return PlanLine(name, AGAIN, f"Fetched again from {source}{_then(form)}", month.reason)
    why = f"In the lake from {source} ({rows}); an unchanged source is not fetched again"
    if form.load and month.state != "published":
        table = format_count(month.warehouse_rows or 0)
        return PlanLine(
            name, LOADED, f"Loaded from the lake to {form.dataset}", f"{why}; the table has {table} rows."
        )
    where = " and in the warehouse" if month.state == "published" else ""
    return PlanLine(name, KEPT, "Kept if the source is unchanged", f"{why}{where}.")


def _then(form: Form) -> str:
    return (
        f", written to the lake, published to {form.dataset}" if form.load else ", written to the lake only"
    )


def _fed_by(month: MonthCoverage) -> str:
    return month.source or "an unknown source"


def describe_month_number(year: int, number: int) -> str:
    """`2020-10`."""
    return str(Month(year, number))
