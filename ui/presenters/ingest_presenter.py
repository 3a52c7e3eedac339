"""A plan as people read it: month by month what will happen and why, and what it costs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lakeside.plan.plan import Plan, PlanLine
from lakeside.plan.request import Action, RowsBasis
from ui.formats import UNKNOWN, format_bytes, format_count, format_counted, format_duration, short_id
from ui.presenters.looks import Look, find_look
from ui.presenters.picker_presenter import ARCHIVE, AUTO, SAMPLE
from ui.presenters.places import link_to_run
from ui.presenters.standings import STANDING
from ui.presenters.views import Fact, Link

SOURCE_WORDS = {
    AUTO: "auto · the course's file, else TLC's",
    "datatalksclub": "datatalksclub · the course's, 2019-01 to 2021-07",
    "tlc": "tlc · TLC's own parquet, until two months ago",
    ARCHIVE: "archive · your own CSV files",
    SAMPLE: "sample · rows made up on this machine",
}
ACTIONS: dict[Action, Look] = {
    Action.INGEST: Look("↓", "fetched", "info"),
    Action.LOAD: Look("↑", "loaded", "info"),
    Action.NOTHING: Look("=", "left", "good"),
    Action.WAIT: Look("▶", "at work", "warn"),
}
BLOCKED = Look("⊘", "blocked", "bad")
_BASES = {
    RowsBasis.FOOTER: "as its object in the lake has",
    RowsBasis.CATALOGUE: "as TLC's file of the month has",
    RowsBasis.NEIGHBOURS: "as the neighbouring months have",
    RowsBasis.SAMPLE: "exactly, by the setting",
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One month of the plan."""

    month: str
    standing: Look
    action: Look
    source: str
    fetch: str
    rows: str
    rows_basis: str
    time: str
    why: str
    url: str
    run: Link | None


@dataclass(frozen=True, slots=True)
class PlanView:
    """The plan: totals, a row a month, a sentence, and what the button says."""

    facts: Sequence[Fact]
    rows: Sequence[PlanRow]
    summary: str
    button: str
    can_launch: bool


def present_plan(plan: Plan) -> PlanView:
    """Everything that is drawn of a plan."""
    count = len(plan.work)
    return PlanView(
        facts=_present_totals(plan),
        rows=[_present_row(line) for line in plan.lines],
        summary=_summarise(plan),
        button=f"Launch {format_counted(count, 'month')}" if count else "Nothing to launch",
        can_launch=bool(count),
    )


def _present_totals(plan: Plan) -> list[Fact]:
    unsized = sum(line.action is Action.INGEST and line.bytes_expected is None for line in plan.lines)
    bases = {line.rows_basis for line in plan.work}
    return [
        Fact("Months to do", format_count(len(plan.work)), f"of {len(plan.lines)} chosen"),
        Fact(
            "To fetch",
            format_bytes(plan.bytes_expected if plan.work else 0),
            f"{format_counted(unsized, 'month')} of unknown size" if unsized else "as the source says",
        ),
        Fact(
            "Rows expected",
            _about(plan.rows_expected if plan.work else 0, bases),
            "by lake, catalogue or neighbours" if plan.work else "nothing to do",
        ),
        Fact(
            "Time expected",
            f"about {format_duration(plan.seconds_expected)}" if plan.seconds_expected else UNKNOWN,
            f"{plan.at_once} at once" if plan.seconds_expected else "no past run to go by",
        ),
    ]


def _about(rows: int | None, bases: set[RowsBasis | None]) -> str:
    exact = bases <= {RowsBasis.SAMPLE}
    return format_count(rows) if exact or rows is None else f"about {format_count(rows)}"


def _present_row(line: PlanLine) -> PlanRow:
    return PlanRow(
        month=str(line.month),
        standing=find_look(STANDING, line.standing.value),
        action=BLOCKED if line.blocked else ACTIONS[line.action],
        source=line.source.value if line.source else UNKNOWN,
        fetch=format_bytes(line.bytes_expected),
        rows=_about(line.rows_expected, {line.rows_basis}),
        rows_basis=_BASES.get(line.rows_basis, "") if line.rows_basis else "",
        time=format_duration(line.seconds_expected),
        why=line.why.replace(line.run_id, short_id(line.run_id)) if line.run_id else line.why,
        url=line.url or "",
        run=Link(f"run {short_id(line.run_id)}", link_to_run(line.run_id)) if line.run_id else None,
    )


def _summarise(plan: Plan) -> str:
    """`2 to do, 1 at work already, 1 left alone.`"""
    counts = Counter("blocked" if line.blocked else line.action.value for line in plan.lines)
    parts = [
        f"{counts['ingest']} to fetch" if counts["ingest"] else "",
        f"{counts['load']} to load from the lake" if counts["load"] else "",
        f"{counts['wait']} at work already and left out" if counts["wait"] else "",
        f"{counts['nothing']} left alone" if counts["nothing"] else "",
        f"{counts['blocked']} that cannot be done" if counts["blocked"] else "",
    ]
    words = ", ".join(filter(None, parts))
    return f"{words}." if plan.work else f"Nothing to start: {words}."
