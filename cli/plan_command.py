"""`lakeside plan`: what a run would do with some months, and why. Starts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import DatasetArgument, JsonOption, MonthsArgument, read_dataset, read_months
from cli.output import Output
from cli.tables import format_bytes, format_seconds, format_table
from lakeside.plan.request import Mode, PlanRequest
from lakeside.sources.probe import SourceName

if TYPE_CHECKING:
    from flows.console import RunConsole
    from lakeside.plan import Attempt, Plan, PlanLine

_TITLES = ("month", "stands", "will be", "from", "to fetch", "rows", "time")
_DONE = {"ingest": "fetched", "load": "loaded", "nothing": "left", "wait": "waited for"}

SourceOption = Annotated[
    SourceName, typer.Option(help="Where to fetch; auto takes the default that has the month.")
]
ModeOption = Annotated[
    Mode, typer.Option(help="missing only; repair: also failed and stale; all: everything, by force.")
]


def plan(
    dataset: DatasetArgument,
    months: MonthsArgument,
    source: SourceOption = SourceName.AUTO,
    mode: ModeOption = Mode.MISSING,
    as_json: JsonOption = False,
) -> int:
    """Show what would happen with each month, why, and how much that is. Starts nothing."""
    request = read_request(dataset, months, source, mode)
    from flows.console import RunConsole
    from flows.opened import open_services
    from lakeside.plan import make_plan
    from lakeside.settings import load_settings

    settings = load_settings()
    attempts, note = find_attempts(RunConsole.open(settings), request)
    made = make_plan(request, open_services(settings), attempts)
    document = {**made.as_dict(), "history": not note, "message": note}
    Output(as_json).show(document, lambda: "\n\n".join(filter(None, [describe_plan(made), note])))
    return 0


def read_request(dataset: str, months: list[str], source: SourceName, mode: Mode) -> PlanRequest:
    """What was typed, as a request; Misuse when it cannot be one."""
    return PlanRequest(read_dataset(dataset).name, tuple(read_months(months)), source, mode)


def find_attempts(console: RunConsole, request: PlanRequest) -> tuple[list[Attempt], str]:
    """The last attempts at the months, and why there are none where no server answers."""
    from lakeside.errors import LakesideError

    health = console.check_ready()
    if not health.api_ok:
        return [], f"Made without the history of runs: {health.message} {health.hint}"
    try:
        return list_attempts(console, request), ""
    except LakesideError as error:
        return [], f"Made without the history of runs: {error}"


def list_attempts(console: RunConsole, request: PlanRequest) -> list[Attempt]:
    """The last attempts at every month of the years asked for; the neighbours tell how long one takes."""
    from lakeside.month import Month

    years = sorted({month.year for month in request.months})
    return console.list_attempts(request.dataset, [Month(y, n) for y in years for n in range(1, 13)])


def describe_plan(plan: Plan) -> str:
    """A table with a row a month, the reasons, and the totals."""
    rows = [_row(line) for line in plan.lines]
    reasons = [f"{line.dataset} {line.month}: {line.why}" for line in plan.lines]
    return "\n\n".join([format_table(_TITLES, rows), "\n".join(reasons), describe_totals(plan)])


def describe_totals(plan: Plan) -> str:
    """`To do: 2 of 12; 3.4 MB to fetch, about 130,000 rows, 12 s.`"""
    if plan.is_empty:
        return describe_rest(plan)
    parts = [
        f"{format_bytes(plan.bytes_expected)} to fetch" if plan.bytes_expected is not None else "",
        f"about {plan.rows_expected:,} rows" if plan.rows_expected is not None else "",
        f"about {format_seconds(plan.seconds_expected)}" if plan.seconds_expected is not None else "",
    ]
    known = ", ".join(filter(None, parts))
    count = f"To do: {len(plan.work)} of {len(plan.lines)}"
    return f"{count}; {known}." if known else f"{count}."


def describe_rest(plan: Plan) -> str:
    """Why a plan without work has none, in a sentence."""
    counts = (
        (sum(line.action == "wait" for line in plan.lines), "at work already"),
        (len(plan.blocked), "cannot be done"),
        (sum(line.action == "nothing" and not line.blocked for line in plan.lines), "left as it is"),
    )
    parts = [f"{count} {words}" for count, words in counts if count]
    return f"Nothing is to start: {', '.join(parts)} (of {len(plan.lines)})."


def _row(line: PlanLine) -> tuple[object, ...]:
    about = "" if line.rows_basis in (None, "sample", "footer") else "about "
    return (
        f"{line.dataset} {line.month}",
        line.standing.value.replace("_", " "),
        "blocked" if line.blocked else _DONE[line.action.value],
        line.source.value if line.source else "",
        format_bytes(line.bytes_expected),
        "" if line.rows_expected is None else f"{about}{line.rows_expected:,}",
        "" if line.seconds_expected is None else format_seconds(line.seconds_expected),
    )
