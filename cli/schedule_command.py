"""`lakeside schedule`: let the running server start flows by itself, at times."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.arguments import JsonOption, Misuse, read_dataset
from cli.output import Output
from cli.tables import format_table
from lakeside.errors import NotFound, SettingsError
from lakeside.sources.probe import SourceName

if TYPE_CHECKING:
    from flows.console import RunConsole, ScheduleSpec, ScheduleView

schedule = typer.Typer(
    name="schedule", help="List, add, pause, resume and remove schedules.", no_args_is_help=True
)

ScheduleArgument = Annotated[
    str, typer.Argument(metavar="SCHEDULE_ID", help="A schedule's id, or its beginning.", show_default=False)
]


@schedule.command("list")
def list_schedules(as_json: JsonOption = False) -> int:
    """List schedules with their next times."""
    views = _open_console().list_schedules()
    Output(as_json).show([describe_view(view) for view in views], lambda: _describe_views(views))
    return 0


@schedule.command()
def add(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="yellow, green, fhv or fhvhv.", show_default=False)
    ],
    cron: Annotated[str, typer.Option(help="Minute, hour, day, month, weekday: '0 6 * * *'.")] = "",
    every: Annotated[str, typer.Option(help="An interval instead: 90m, 6h, 1d.", metavar="INTERVAL")] = "",
    timezone: Annotated[str, typer.Option(help="The zone the times are meant in.")] = "UTC",
    source: Annotated[SourceName, typer.Option(help="Where to fetch.")] = SourceName.AUTO,
    months_back: Annotated[
        int, typer.Option(help="How many of the newest months that exist.", min=1, max=24)
    ] = 1,
    flow: Annotated[str, typer.Option(help="Another flow than the one that keeps the newest months.")] = "",
    parameters: Annotated[str, typer.Option(help="That flow's parameters, as JSON.", metavar="JSON")] = "",
    paused: Annotated[bool, typer.Option("--paused", help="Store it, but let it start nothing yet.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Add a schedule: by default one that keeps the newest months of DATASET up to date."""
    if bool(cron) == bool(every):
        raise Misuse(SettingsError("Give either --cron or --every.", "For example --cron '0 6 * * *'."))
    values: dict[str, Any] = {"dataset": read_dataset(dataset).name}
    if flow:
        values |= _read_parameters(parameters)
    else:
        values |= {"source": source.value, "months_back": months_back}
    from flows.console import ScheduleSpec

    spec = ScheduleSpec(cron=cron, timezone=timezone, parameters=values, active=not paused)
    spec = replace(spec, flow=flow or spec.flow)
    if every:
        spec = replace(spec, kind="interval", interval_seconds=read_interval(every))
    view = _open_console().add_schedule(_require_possible(spec))
    Output(as_json).show(describe_view(view), lambda: _describe_added(view))
    return 0


@schedule.command()
def pause(schedule_id: ScheduleArgument, as_json: JsonOption = False) -> int:
    """Keep a schedule but let it start nothing; what it had planned is taken back."""
    return _change(schedule_id, "pause", as_json)


@schedule.command()
def resume(schedule_id: ScheduleArgument, as_json: JsonOption = False) -> int:
    """Let a paused schedule start runs again."""
    return _change(schedule_id, "resume", as_json)


@schedule.command()
def remove(schedule_id: ScheduleArgument, as_json: JsonOption = False) -> int:
    """Delete a schedule and the runs it had planned."""
    return _change(schedule_id, "remove", as_json)


def read_interval(text: str) -> float:
    """`90m` as 5400 seconds; Misuse for anything that is not a number and s, m, h or d."""
    sizes = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = text.strip()[:-1], text.strip()[-1:].casefold()
    if unit in sizes and number.isdigit():
        return float(int(number) * sizes[unit])
    raise Misuse(SettingsError(f"{text!r} is not an interval.", "Write it like 90m, 6h or 1d."))


def describe_view(view: ScheduleView) -> dict[str, Any]:
    """A schedule as the JSON document has it."""
    spec = view.spec
    return {
        "id": view.id,
        "flow": spec.flow,
        "active": spec.active,
        "words": view.words,
        "cron": spec.cron or None,
        "interval_seconds": spec.interval_seconds or None,
        "timezone": spec.timezone,
        "parameters": dict(spec.parameters),
        "next_times": list(view.next_times),
    }


def _change(schedule_id: str, verb: str, as_json: bool) -> int:
    console = _open_console()
    view = _find_view(console, schedule_id)
    {
        "pause": console.pause_schedule,
        "resume": console.resume_schedule,
        "remove": console.remove_schedule,
    }[verb](view.id)
    left = [v for v in console.list_schedules() if v.id == view.id]
    document = {**describe_view(left[0] if left else view), "removed": not left}
    done = {"pause": "Paused", "resume": "Resumed", "remove": "Removed"}[verb]
    Output(as_json).show(document, lambda: f"{done}: {_name(view)}")
    return 0


def _find_view(console: RunConsole, schedule_id: str) -> ScheduleView:
    found = [view for view in console.list_schedules() if view.id.startswith(schedule_id.strip().casefold())]
    if len(found) == 1 and schedule_id.strip():
        return found[0]
    problem = "There is no schedule" if not found else "More than one schedule begins with"
    raise NotFound(f"{problem} {schedule_id}.", "`lakeside schedule list` shows those there are.")


def _require_possible(spec: ScheduleSpec) -> ScheduleSpec:
    """The spec itself; Misuse when its times or parameters cannot be, before any server is asked."""
    from flows.schedule_words import check_spec

    try:
        check_spec(spec)
    except SettingsError as error:
        raise Misuse(error) from error
    return spec


def _read_parameters(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text or "{}")
    except ValueError as error:
        raise Misuse(SettingsError(f"--parameters is not JSON: {error}.", "For example '{}'.")) from error
    if not isinstance(values, dict):
        raise Misuse(SettingsError("--parameters is not a JSON object.", "For example '{\"year\": 2020}'."))
    return values


def _open_console() -> RunConsole:
    from flows.console import RunConsole
    from lakeside.settings import load_settings

    return RunConsole.open(load_settings())


def _name(view: ScheduleView) -> str:
    values = ", ".join(f"{name}={value}" for name, value in view.spec.parameters.items())
    return f"{view.spec.flow}({values}) {view.words}"


def _describe_added(view: ScheduleView) -> str:
    from flows.console import describe_time

    times = "\n".join(f"  {describe_time(time)}" for time in view.next_times)
    return f"Added {view.id}: {_name(view)}" + (f"\nNext times:\n{times}" if times else "\nIt is paused.")


def _describe_views(views: list[ScheduleView]) -> str:
    from flows.console import describe_time

    if not views:
        return "There is no schedule. `lakeside schedule add green --cron '0 6 * * *'` makes one."
    rows = [[v.id, _name(v), describe_time(v.next_times[0]) if v.next_times else "paused"] for v in views]
    return format_table(["schedule", "what and when", "next"], rows)
