"""A schedule's form: what, when, and its next five times in plain words before it is stored."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from flows.console import ScheduleSpec, ScheduleView
from flows.names import CHECK_FLOW, INGEST_FLOW, LOAD_FLOW, SYNC_FLOW
from lakeside.datasets import list_datasets
from lakeside.month import FIRST_YEAR
from lakeside.people import Act
from lakeside.sources.probe import SourceName
from ui.access.schedules import load_schedule_words
from ui.actions import save_schedule
from ui.components.boundary import error_boundary
from ui.components.pieces import show_muted, show_part, show_sentences
from ui.presenters.schedules_presenter import (
    CRON,
    INTERVAL,
    UNITS,
    WORK_WORDS,
    FormTimes,
    make_spec,
    read_times,
    say_work,
)
from ui.rights import allow
from ui.state import set_param
from ui.text import SAVE_SCHEDULE

KIND_WORDS = {CRON: "At times (cron)", INTERVAL: "At intervals"}
CRON_HELP = (
    "Minute, hour, day of month, month, weekday: `0 6 * * *` is every day at six, `0 6 * * 1` Mondays."
)
UTC = "UTC"


def show_schedule_form(stored: ScheduleView | None) -> None:
    """A new schedule, or a change of one that is stored (its flow stays)."""
    place = stored.id if stored else "new"
    before = stored.spec if stored else ScheduleSpec(timezone=_find_timezone())
    with st.container(border=True, key="schedule_form"):
        show_part("Change the schedule" if stored else "New schedule")
        flows = [before.flow] if stored else list(WORK_WORDS)
        flow = st.segmented_control(
            "What",
            flows,
            default=flows[0],
            required=True,
            key=f"{place}_flow",
            format_func=lambda option: WORK_WORDS.get(option, option),
        )
        parameters = _show_parameters(flow or flows[0], dict(before.parameters), place)
        times = _show_times(read_times(before), place)
        spec = make_spec(flow or flows[0], times, parameters, before)
        possible = _show_next_times(spec)
        with st.container(horizontal=True):
            act = Act.CHANGE_SCHEDULE if stored else Act.ADD_SCHEDULE
            allowed = allow(act, disabled=not possible)
            saved = st.button(SAVE_SCHEDULE, type="primary", key=f"{place}_save", **allowed)
            st.button("Close", key=f"{place}_close", on_click=close_form)
        if saved:
            with error_boundary():
                save_schedule(spec, stored.id if stored else None)


def close_form() -> None:
    """Back to the list."""
    set_param("new", None)
    set_param("change", None)


def _show_parameters(flow: str, values: dict[str, Any], place: str) -> dict[str, Any]:
    datasets, sources = (
        [d.name for d in list_datasets()],
        [s.value for s in SourceName if s is not SourceName.LAKE],
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        found: dict[str, Any] = {
            "dataset": st.selectbox(
                "Dataset",
                datasets,
                index=_index(datasets, values.get("dataset", "green")),
                key=f"{place}_dataset",
                width=120,
            )
        }
        if flow == SYNC_FLOW:
            found["months_back"] = st.number_input(
                "How many months", 1, 24, int(values.get("months_back", 1)), key=f"{place}_back", width=150
            )
        else:
            found["year"] = st.number_input(
                "Year", FIRST_YEAR, 2100, int(values.get("year", 2020)), key=f"{place}_year", width=130
            )
            found["months"] = st.multiselect(
                "Months",
                list(range(1, 13)),
                default=values.get("months", []),
                key=f"{place}_months",
                width=320,
            )
        if flow not in (LOAD_FLOW, CHECK_FLOW):
            found["source"] = st.selectbox(
                "Source",
                sources,
                index=_index(sources, values.get("source", "auto")),
                key=f"{place}_source",
                width=160,
            )
            found["load"] = st.toggle("Publish too", values.get("load", True), key=f"{place}_load")
        if flow == INGEST_FLOW:
            found["force"] = st.toggle("By force", values.get("force", False), key=f"{place}_force")
    return found


def _show_times(times: FormTimes, place: str) -> FormTimes:
    zones = _list_timezones()
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kind = st.segmented_control(
            "When",
            list(KIND_WORDS),
            default=times.kind,
            required=True,
            key=f"{place}_kind",
            format_func=lambda option: KIND_WORDS[option],
        )
        cron, every, unit = times.cron, times.every, times.unit
        if kind == INTERVAL:
            every = st.number_input("Every", 1, 1000, times.every, key=f"{place}_every", width=130)
            unit = st.selectbox(
                "Unit", list(UNITS), index=list(UNITS).index(times.unit), key=f"{place}_unit", width=120
            )
        else:
            cron = st.text_input(
                "Cron expression", times.cron, key=f"{place}_cron", help=CRON_HELP, width=200
            )
        zone = st.selectbox(
            "Time zone", zones, index=_index(zones, times.timezone), key=f"{place}_zone", width=240
        )
    return FormTimes(kind or CRON, cron, int(every), unit, zone)


def _show_next_times(spec: ScheduleSpec) -> bool:
    """What it means; False when it cannot be, which is said instead."""
    lines: tuple[str, ...] = ()
    with error_boundary():
        words = load_schedule_words(spec)
        lines = words.lines
        show_sentences([f"{say_work(spec)}, {words.words}."])
        show_muted("The next five times:")
        show_sentences(lines)
    return bool(lines)


def _list_timezones() -> list[str]:
    return [UTC, *sorted(available_timezones() - {UTC})]


def _find_timezone() -> str:
    """The browser's, as most people mean it."""
    zone = st.context.timezone or UTC
    return zone if zone in available_timezones() else UTC


def _index(options: list[str], value: str) -> int:
    return options.index(value) if value in options else 0
