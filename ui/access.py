"""Everything the console reads, and the only file with caches.

Each cache is bounded in age and number. Services and run console are opened once per process; they
open no connection by themselves.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import streamlit as st

from flows.console import (
    ArtifactLine,
    ConsoleHealth,
    DeploymentView,
    LogLine,
    Preflight,
    RunConsole,
    RunDetail,
    RunFilter,
    RunPage,
    RunSummary,
    ScheduleSpec,
    ScheduleWords,
    TaskLine,
)
from lakeside.coverage import MonthCoverage, compute_coverage
from lakeside.datasets import get_dataset
from lakeside.errors import BackendUnavailable, LakesideError
from lakeside.lake.objects import Footer, LakeObject, ObjectListing, Preview
from lakeside.month import FIRST_YEAR, Month, month_range
from lakeside.plan import Attempt, Plan, PlanRequest, make_plan
from lakeside.services import Services, open_services
from lakeside.settings import Settings, load_settings
from lakeside.warehouse.protocol import Publication, TableInfo


@st.cache_resource(show_spinner=False)
def open_settings() -> Settings:
    """The environment, read once."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def open_console_services() -> Services:
    """Lake, sources and warehouse."""
    return open_services(open_settings())


@st.cache_resource(ttl=30, max_entries=1, show_spinner=False)
def open_run_console() -> RunConsole:
    """The way to Prefect; opened again now and then, because the stack may have moved."""
    return RunConsole.open(open_settings())


@st.cache_resource(show_spinner=False)
def freeze_imports() -> int:
    """Take what was imported out of the collector's sight; else each run ends with 0.1 s of collecting."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
    return gc.get_freeze_count()


@st.cache_data(ttl=4, max_entries=4, show_spinner=False)
def load_health() -> ConsoleHealth:
    """Does the Prefect API answer, does a worker poll."""
    return open_run_console().check_ready()


@st.cache_data(ttl=10, max_entries=8, show_spinner="Counting months in the lake and the warehouse …")
def load_coverage() -> tuple[list[MonthCoverage], datetime]:
    """Every dataset and month, and when that was looked at."""
    return compute_coverage(open_console_services()), datetime.now(UTC)


@st.cache_data(ttl=600, max_entries=8, show_spinner=False)
def load_month_sources(dataset: str) -> dict[Month, list[str]]:
    """Month -> sources that publish it by the calendar, best first; the network is not asked."""
    sources, found = open_console_services().sources, get_dataset(dataset)
    return {m: [s.value for s in sources.list_sources(found, m)] for m in _list_months()}


@st.cache_data(ttl=4, max_entries=8, show_spinner=False)
def load_attempts(dataset: str) -> list[Attempt]:
    """The last attempt at each month that was ever attempted; none while Prefect does not answer."""
    return read_attempts(dataset)


def read_attempts(dataset: str) -> list[Attempt]:
    """The same as of now."""
    if not load_health().api_ok:
        return []
    return open_run_console().list_attempts(dataset, _list_months())


@st.cache_data(ttl=20, max_entries=16, show_spinner="Asking the source about the chosen months …")
def load_plan(request: PlanRequest) -> Plan:
    """What would happen with these months; at most 20 s old; a launch looks again."""
    return read_plan(request)


def read_plan(request: PlanRequest) -> Plan:
    """The plan as of now: lake, warehouse, history and source are asked."""
    return make_plan(request, open_console_services(), read_attempts(request.dataset))


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def load_preflight(load: bool = True) -> Preflight:
    """Would a run that is started now do its work: API, worker, lake and (to load) warehouse."""
    return open_run_console().preflight(load)


def _list_months() -> list[Month]:
    return month_range(Month(FIRST_YEAR, 1), Month(datetime.now(UTC).year, 12))


@st.cache_data(ttl=20, max_entries=4, show_spinner=False)
def load_backends() -> dict[str, str | LakesideError]:
    """Lake and warehouse -> where it is, or the error that a cheap real call ended in."""
    services = open_console_services()
    return {
        "Lake": _probe(services.lake.url, services.lake.check_ready),
        "Warehouse": _probe(services.warehouse.location, services.warehouse.check_ready),
    }


def _probe(location: str, check_ready: Callable[[], object]) -> str | LakesideError:
    try:
        check_ready()
    except LakesideError as error:
        return error
    return location


def _reach_runs() -> RunConsole:
    """The run console, if its API answers: Prefect's client would try for many seconds."""
    health = load_health()
    if not health.api_ok:
        raise BackendUnavailable(health.message, health.hint)
    return open_run_console()


@st.cache_data(ttl=1, max_entries=16, show_spinner=False)
def load_runs(wanted: RunFilter, limit: int, offset: int = 0) -> RunPage:
    """The newest runs that fit, and how many do by the server's count."""
    return _reach_runs().find_runs(wanted, limit=limit, offset=offset)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_tasks(run_id: str) -> list[TaskLine]:
    """A run's tasks with every failed try."""
    return _reach_runs().list_tasks(run_id)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_artifacts(run_id: str) -> list[ArtifactLine]:
    """A run's artifacts as they are now."""
    return _reach_runs().list_artifacts(run_id)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_parts(run_id: str) -> list[RunSummary]:
    """The runs that a run started for its months."""
    return _reach_runs().list_parts(run_id)


@st.cache_data(ttl=1, max_entries=64, show_spinner=False)
def load_run(run_id: str) -> RunDetail:
    """One run with its months; at most a second old."""
    return _reach_runs().get_run(run_id)


@st.cache_data(ttl=2, max_entries=32, show_spinner=False)
def load_logs(run_id: str, lines: int = 2000) -> tuple[list[LogLine], bool]:
    """A run's log from its beginning, at most that many lines; True when there are more."""
    found: list[LogLine] = []
    while len(found) < lines:
        page = _reach_runs().list_logs(run_id, after=found[-1].at if found else None, limit=200)
        found.extend(page)
        if len(page) < 200:
            return found, False
    return found[:lines], True


@st.cache_data(ttl=5, max_entries=2, show_spinner="Asking Prefect for its deployments …")
def load_deployments() -> list[DeploymentView]:
    """The flows that can be started, with schedules, last and next runs."""
    return _reach_runs().list_deployments()


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def load_has_notification() -> bool:
    """Is somebody told when a run fails."""
    return _reach_runs().has_notification()


@st.cache_data(ttl=20, max_entries=16, show_spinner=False)
def load_schedule_words(spec: ScheduleSpec) -> ScheduleWords:
    """A schedule in words with its next five times; SettingsError when it cannot be."""
    return RunConsole.describe_schedule(spec, 5)


@st.cache_data(ttl=30, max_entries=8, show_spinner="Listing the lake …")
def load_listing(prefix: str = "") -> ObjectListing:
    """The objects of the lake, sorted by key; `listed_at` says how old the answer is."""
    services = open_console_services()
    return services.lake.list_objects(prefix, limit=services.settings.limits.listed_objects)


@st.cache_data(ttl=300, max_entries=64, show_spinner="Reading footers …")
def load_footers(objects: Sequence[LakeObject]) -> dict[str, Footer | LakesideError]:
    """Footers of one page of the listing; an unreadable object answers with its error."""
    return open_console_services().lake.read_footers(objects)


@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def load_object(key: str) -> tuple[LakeObject, Footer]:
    """One object and its footer."""
    lake = open_console_services().lake
    return lake.get_object(key), lake.read_footer(key)


@st.cache_data(ttl=300, max_entries=32, show_spinner="Reading rows …")
def load_preview(key: str, version: str, columns: tuple[str, ...] | None, offset: int, limit: int) -> Preview:
    """One page of rows; `version` keeps pages of a replaced object apart."""
    return open_console_services().lake.preview_object(key, list(columns) if columns else None, offset, limit)


@st.cache_data(ttl=10, max_entries=4, show_spinner="Asking the warehouse for its tables …")
def load_tables() -> list[TableInfo]:
    """Every table of the warehouse's dataset."""
    return list(open_console_services().warehouse.list_tables())


@st.cache_data(ttl=10, max_entries=4, show_spinner=False)
def load_publications() -> dict[tuple[str, Month], Publication]:
    """(dataset, month) -> what was published last."""
    return dict(open_console_services().warehouse.list_publications())


def refresh_all() -> None:
    """Forget what was read, so that the next look is fresh."""
    for load in (
        load_coverage,
        load_listing,
        load_footers,
        load_object,
        load_tables,
        load_publications,
        load_backends,
        load_attempts,
        load_plan,
        load_deployments,
        load_has_notification,
    ):
        load.clear()


def find_lake_url(key: str = "") -> str:
    """Where the lake, or one of its objects, is: an absolute path or a gs:// URL."""
    lake = open_console_services().lake
    return lake.url_of(key) if key else lake.url


def find_warehouse_location() -> str:
    """The warehouse's file, or `project.dataset`."""
    return open_console_services().warehouse.location
