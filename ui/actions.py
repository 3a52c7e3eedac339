"""What buttons do: start and cancel runs, then go where the answer is seen.

Who may is decided beneath: the services and the run console opened here carry the visitor's gate.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from flows.console import Launch, RunSummary, ScheduleSpec
from lakeside.errors import SettingsError
from lakeside.lake.layout import data_key
from lakeside.models.apply import apply_models
from lakeside.models.model import Form
from lakeside.month import Month
from lakeside.plan import Action, Plan, require_unmoved
from lakeside.restoring import RestorePlan, restore
from ui.access.freshness import refresh_all
from ui.access.opened import open_console_services, open_run_console
from ui.access.plans import read_plan
from ui.app_pages.pages import find_path
from ui.formats import format_counted
from ui.state import forget_choice, set_param, take, toast_later
from ui.text import REPLACE_HINT

TRY_OUT_LAUNCH = Launch("green", 2024, (1, 2, 3), source="sample")


def launch_held() -> None:
    """Start the plan that a click was about, if there was one; see `launch`."""
    plan = take("plan")
    if isinstance(plan, Plan):
        with st.spinner("Looking once more at source, lake and warehouse …"):
            runs = launch(plan)
        _open_runs(runs)


def launch(shown: Plan) -> Sequence[RunSummary]:
    """Start exactly the plan that was shown; the runs. Asking twice gives the same runs.

    Raises:
        PlanMoved: what it was made from changed meanwhile; nothing was started.
        BackendUnavailable, AccessDenied: the preflight found why no run would do its work.
        SettingsError: a flow refuses what the plan asks for.
    """
    refresh_all()
    now = read_plan(shown.request)
    if now.token != shown.token and (present := _find_runs(shown, now)):
        return present
    require_unmoved(shown, now)
    started = open_run_console().start_plan(shown)
    if started.skipped:
        names = ", ".join(str(attempt.month) for attempt in started.skipped)
        toast_later(f"Left out, because a run has them already: {names}")
    return started


def _find_runs(shown: Plan, now: Plan) -> list[RunSummary]:
    """The runs that this very plan has become already: a second click, or a second window."""
    ids = {line.run_id for line in now.lines if line.action is Action.WAIT and line.run_id}
    runs = [open_run_console().get_run(run_id).summary for run_id in sorted(ids)]
    return [run for run in runs if run.plan_token and shown.token.startswith(run.plan_token)]


def repeat_held() -> None:
    """Start again what a click on a run's page was about: its failed months, or all of them."""
    retried, repeated = take("retry"), take("repeat")
    if isinstance(retried, str):
        _open_runs([retry_failed(retried)])
    if isinstance(repeated, str):
        _open_runs([run_again(repeated)])


def retry_failed(run_id: str) -> RunSummary:
    """A run of the months that failed in this one."""
    return open_run_console().retry_failed(run_id)


def run_again(run_id: str) -> RunSummary:
    """A run of the same months."""
    return open_run_console().run_again(run_id)


def start_try_out() -> None:
    """Three synthetic months of green, so that the console shows something without a network."""
    _open_runs([open_run_console().start_ingest(TRY_OUT_LAUNCH)])


def adopt_object(key: str, dataset: str, month: str, load: bool, force: bool) -> None:
    """Start the run that makes a lake object a month, and show it.

    Raises:
        SettingsError: the month is none, or the object itself would be replaced and that was not agreed to.
        BackendUnavailable: nothing would execute the run.
    """
    wanted = Month.parse(month.strip())
    if key == data_key(dataset, wanted) and not force:
        raise SettingsError(f"{key} lies where the month belongs: it would be replaced.", REPLACE_HINT)
    launch = Launch(dataset, wanted.year, (wanted.number,), "lake", load=load, force=force, lake_object=key)
    _open_runs([open_run_console().start_ingest(launch)])


def load_object(key: str, table: str, replace: bool) -> None:
    """Start the run that makes a lake object a table of its own, and show it.

    Raises:
        SettingsError: the name is no table's, or one of Lakeside's own.
        BackendUnavailable: nothing would execute the run.
    """
    _open_runs([open_run_console().start_object(key, table, replace)])


def check_months(dataset: str, year: int, months: Sequence[int]) -> None:
    """Start the run that checks these months of a year, and show it.

    Raises:
        BackendUnavailable: nothing would execute the run.
    """
    _open_runs([open_run_console().start_check(dataset, year, tuple(months))])


def cancel_run(run_id: str) -> None:
    """Ask for the run to stop; its page shows when it has."""
    open_run_console().cancel_run(run_id)
    toast_later("Asked the run to stop")


def save_schedule(spec: ScheduleSpec, schedule_id: str | None) -> None:
    """Store a new schedule, or change the one of this id; then the list is shown.

    Raises:
        SettingsError: its times or parameters cannot be. NotFound: it is not there any more.
    """
    console = open_run_console()
    view = console.change_schedule(schedule_id, spec) if schedule_id else console.add_schedule(spec)
    set_param("new", None)
    set_param("change", None)
    _show_schedules(f"Stored: {view.words}")


def pause_schedule(schedule_id: str) -> None:
    """It starts nothing until it is resumed."""
    open_run_console().pause_schedule(schedule_id)
    _show_schedules("Paused the schedule")


def resume_schedule(schedule_id: str) -> None:
    """It starts runs again."""
    open_run_console().resume_schedule(schedule_id)
    _show_schedules("Resumed the schedule")


def remove_schedule(schedule_id: str) -> None:
    """It is gone, with the runs it had planned."""
    open_run_console().remove_schedule(schedule_id)
    _show_schedules("Deleted the schedule")


def set_notification(url: str, on: Collection[str]) -> None:
    """Somebody is told of failures from now on; the address is not shown again."""
    open_run_console().set_notification(url.strip(), on)
    _show_schedules("The webhook is set")


def remove_notification() -> None:
    """Nobody is told any more, and the address is forgotten."""
    open_run_console().remove_notification()
    _show_schedules("The webhook is removed")


def restore_held() -> None:
    """Make the copy that a click was about, if there was one, exactly as it was shown; then look anew.

    Raises:
        PlanMoved: the object was written or removed since the question was asked; nothing was changed.
        NotFound: the version is not kept any more.
    """
    plan = take("restore")
    if isinstance(plan, RestorePlan):
        with st.spinner("Restoring …"):
            restore(open_console_services(), plan)
        forget_choice("old")
        forget_choice("new")
        toast_later("Restored. What was live before is kept as an earlier version")
        refresh_all()
        st.rerun()


def apply_held() -> None:
    """Apply the models that a click was about, within the seconds a query may take; then look anew."""
    held = take("models")
    if not isinstance(held, tuple):
        return
    with st.spinner("Applying models …"):
        made = apply_chosen(*held)
    toast_later(f"Made {', '.join(made)}" if made else "Every model is current")
    refresh_all()
    st.rerun()


def apply_chosen(names: Sequence[str], form: Form | None) -> list[str]:
    """Make these models (all of them when none is named) and what they read; what was made, in words."""
    services = open_console_services()
    outcomes = apply_models(services, names, form, seconds=services.settings.limits.query_seconds)
    return [f"{outcome.name} as a {outcome.form}" for outcome in outcomes if outcome.made]


def _show_schedules(words: str) -> None:
    toast_later(words)
    refresh_all()
    st.rerun()


def _open_runs(runs: Sequence[RunSummary]) -> None:
    """The page of the run, or the list when there are several; nothing when there is none."""
    if not runs:
        return
    refresh_all()
    one = len(runs) == 1
    toast_later(f"Started {runs[0].name}" if one else f"Started {format_counted(len(runs), 'run')}")
    st.switch_page(find_path("runs"), query_params={"run": runs[0].id} if one else {})
