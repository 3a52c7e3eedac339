"""Schedules and deployments as people read them, and what a form makes of its fields. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.console import DeploymentView, RunSummary, ScheduleSpec, ScheduleView, describe_time
from flows.names import CHECK_FLOW, INGEST_FLOW, LOAD_FLOW, SYNC_FLOW
from flows.parameters import name_run
from ui.formats import UNKNOWN, format_counted, format_relative, format_utc
from ui.presenters.looks import RUN, Look, find_look
from ui.presenters.places import SCHEDULES, link_to_run
from ui.presenters.views import Column, Fact, Link, Table, TableCell

ACTIVE = Look("✓", "active", "good")
PAUSED = Look("‖", "paused", "warn")
CRON, INTERVAL = "cron", "interval"
UNITS = {"minutes": 60, "hours": 3600, "days": 86400}
WORK_WORDS = {
    SYNC_FLOW: "The newest months that exist",
    INGEST_FLOW: "Chosen months",
    LOAD_FLOW: "Chosen months, lake to table only",
    CHECK_FLOW: "Checks of chosen months",
}


@dataclass(frozen=True, slots=True)
class ScheduleCard:
    """One schedule: what it does, when, and its next times."""

    id: str
    title: str
    words: str
    look: Look
    times: Sequence[str]
    is_active: bool
    change: Link


@dataclass(frozen=True, slots=True)
class FormTimes:
    """The fields that say when; `every` counts `unit`s."""

    kind: str
    cron: str
    every: int
    unit: str
    timezone: str


def present_cards(deployments: Iterable[DeploymentView]) -> list[ScheduleCard]:
    """Every schedule of every deployment, in order."""
    return [_present_card(schedule) for deployment in deployments for schedule in deployment.schedules]


def _present_card(view: ScheduleView) -> ScheduleCard:
    active = view.spec.active
    return ScheduleCard(
        id=view.id,
        title=say_work(view.spec),
        words=view.words[:1].upper() + view.words[1:],
        look=ACTIVE if active else PAUSED,
        times=[describe_time(time) for time in view.next_times[:3]],
        is_active=active,
        change=Link("Change", f"{SCHEDULES}?change={view.id}"),
    )


def say_work(spec: ScheduleSpec) -> str:
    """`Keep the newest 2 months of green up to date`, `Ingest green 2020 [10-12]`."""
    values = spec.parameters
    dataset, source = values.get("dataset", "?"), values.get("source", "auto")
    origin = "" if source == "auto" else f" from {source}"
    then = "" if values.get("load", True) else ", to the lake only"
    if spec.flow == SYNC_FLOW:
        count = int(values.get("months_back", 1))
        which = "month" if count == 1 else f"{count} months"
        return f"Keep the newest {which} of {dataset} up to date{origin}{then}"
    verb = {LOAD_FLOW: "Load", CHECK_FLOW: "Check"}.get(spec.flow, "Ingest")
    return f"{verb} {name_run(dataset, values.get('year', 0), values.get('months', ()))}{origin}{then}"


def present_facts(deployments: Sequence[DeploymentView], is_told: bool, now: datetime) -> list[Fact]:
    """How many schedules, what comes next, and whether somebody hears of failures."""
    schedules = [schedule for deployment in deployments for schedule in deployment.schedules]
    active = [schedule for schedule in schedules if schedule.spec.active]
    coming = sorted(time for schedule in active for time in schedule.next_times)
    return [
        Fact("Active schedules", str(len(active)), f"{len(schedules) - len(active)} paused"),
        Fact(
            "Next run by a schedule",
            format_relative(coming[0], now) if coming else UNKNOWN,
            describe_time(coming[0]) if coming else "none is planned",
        ),
        Fact(
            "When a run fails",
            "a webhook is told" if is_told else "nobody is told",
            "its address is kept secret" if is_told else "set a webhook below",
            "good" if is_told else None,
        ),
    ]


def present_deployments(deployments: Iterable[DeploymentView], now: datetime) -> Table:
    """What can be started: flow, its usual parameters, schedules, last and next run."""
    columns = [
        Column("Flow"),
        Column("Does"),
        Column("Usual parameters"),
        Column("Schedules"),
        Column("Last run"),
        Column("Next run"),
        Column("Work pool"),
    ]
    rows = [_present_deployment(deployment, now) for deployment in deployments]
    return Table("Deployments", columns, rows)


def _present_deployment(deployment: DeploymentView, now: datetime) -> list[TableCell]:
    last, coming = deployment.last_run, deployment.next_runs
    return [
        TableCell(deployment.flow, title=deployment.id),
        TableCell(_first_line(deployment.description), title=deployment.description or None),
        TableCell(_say_parameters(deployment.parameters)),
        TableCell("paused as a whole" if deployment.paused else _count(deployment)),
        _present_last(last, now) if last else TableCell("never"),
        TableCell(format_relative(coming[0], now), title=format_utc(coming[0]))
        if coming
        else TableCell("none planned"),
        TableCell(deployment.work_pool or UNKNOWN),
    ]


def _present_last(run: RunSummary, now: datetime) -> TableCell:
    when = format_relative(run.started_at or run.created_at, now)
    return TableCell(
        f"{find_look(RUN, run.state_type).word} {when}", href=link_to_run(run.id), title=run.name
    )


def _count(deployment: DeploymentView) -> str:
    return format_counted(len(deployment.schedules), "schedule") if deployment.schedules else "none"


def _first_line(words: str) -> str:
    line = words.strip().splitlines()[0] if words.strip() else ""
    return line if len(line) <= 70 else line[:69].rstrip() + "…"


def _say_parameters(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items()) or "as asked for"


def find_schedule(deployments: Iterable[DeploymentView], schedule_id: str | None) -> ScheduleView | None:
    """The schedule that is to be changed."""
    every = (schedule for deployment in deployments for schedule in deployment.schedules)
    return next((schedule for schedule in every if schedule.id == schedule_id), None)


def read_times(spec: ScheduleSpec) -> FormTimes:
    """The fields of a schedule that is there; an interval in its largest whole unit."""
    seconds = int(spec.interval_seconds) or UNITS["days"]
    unit = next((u for u in reversed(UNITS) if seconds % UNITS[u] == 0), "minutes")
    every = max(1, seconds // UNITS[unit])
    return FormTimes(spec.kind, spec.cron or "0 6 * * *", every, unit, spec.timezone)


def make_spec(
    flow: str, times: FormTimes, parameters: Mapping[str, Any], before: ScheduleSpec
) -> ScheduleSpec:
    """The schedule of a form's fields; whether it is active, and what its interval counts from, stay."""
    seconds = float(times.every * UNITS[times.unit])
    is_cron = times.kind == CRON
    return ScheduleSpec(
        flow=flow,
        kind="cron" if is_cron else "interval",
        cron=times.cron.strip() if is_cron else "",
        interval_seconds=0.0 if is_cron else seconds,
        timezone=times.timezone,
        parameters=dict(parameters),
        active=before.active,
        anchor=before.anchor if not is_cron and seconds == before.interval_seconds else None,
    )
