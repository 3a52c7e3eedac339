"""Plans of a real lake, a real DuckDB file and a real HTTP source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lakeside.datasets import get_dataset
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.plan import Action, Attempt, Mode, Plan, PlanLine, PlanRequest, make_plan
from lakeside.plan.request import MonthStanding, RowsBasis
from lakeside.services import Services, open_services
from lakeside.settings import Settings, SourceSettings
from lakeside.sources.probe import SourceName
from tests.builders import build_rows, write_month, write_object
from tests.servers.files import Faults, FileServer, serve_folder

GREEN = get_dataset("green")
MONTH = Month(2023, 12)
TODAY = date(2026, 11, 22)
PATH = f"/green_tripdata_{MONTH}.parquet"


def write_source(folder: Path, month: Month, rows: int) -> Path:
    """A month's file as TLC has it: sample rows without the columns Lakeside adds."""
    file = folder / f"green_tripdata_{month}.parquet"
    table = build_rows(GREEN, month, rows)
    wanted = [
        n
        for n in table.column_names
        if n not in ("source_month", "source_row") and table[n].null_count < rows
    ]
    pq.write_table(table.select(wanted), file)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tlc"
    folder.mkdir()
    return folder


@pytest.fixture
def server(folder: Path) -> Iterator[FileServer]:
    with serve_folder(folder) as server:
        yield server


@pytest.fixture
def services(settings: Settings, server: FileServer) -> Services:
    template = server.url + "/{dataset}_tripdata_{year}-{month:02d}.parquet"
    sources = SourceSettings(
        tlc_url=template, datatalksclub_url=template, sample_rows=300, attempts=1, backoff_seconds=0
    )
    return open_services(settings.model_copy(update={"sources": sources}))


def request(*months: Month, mode: Mode = Mode.MISSING, load: bool = True) -> PlanRequest:
    return PlanRequest("green", months or (MONTH,), SourceName.TLC, mode, load)


def plan_of(services: Services, asked: PlanRequest, attempts: tuple[Attempt, ...] = ()) -> Plan:
    return make_plan(asked, services, attempts, today=TODAY)


def line_of(services: Services, mode: Mode = Mode.MISSING, **changes: bool) -> PlanLine:
    return plan_of(services, request(mode=mode, **changes)).lines[0]


def publish(services: Services, load: bool = True, run_id: str | None = "run-1") -> None:
    run_month(MonthRequest("green", MONTH, SourceName.TLC, load=load, run_id=run_id), services)


def test_a_missing_month_is_fetched_with_what_the_source_and_the_catalogue_say(
    services: Services, folder: Path
) -> None:
    file = write_source(folder, MONTH, 200)
    line = line_of(services)
    assert (line.standing, line.action) == (MonthStanding.MISSING, Action.INGEST)
    assert line.bytes_expected == file.stat().st_size
    assert (line.rows_expected, line.rows_basis) == (64_215, RowsBasis.CATALOGUE)
    assert line.url is not None and line.url.endswith(PATH) and line.source is SourceName.TLC


def test_a_published_month_names_the_run_that_published_it(services: Services, folder: Path) -> None:
    write_source(folder, MONTH, 200)
    publish(services)
    for mode in (Mode.MISSING, Mode.REPAIR):
        line = line_of(services, mode)
        assert (line.standing, line.action) == (MonthStanding.PUBLISHED, Action.NOTHING)
        assert line.run_id == "run-1" and "run-1" in line.why and not line.blocked
    line = line_of(services, Mode.ALL)
    assert (line.action, line.rows_expected, line.rows_basis) == (Action.INGEST, 200, RowsBasis.FOOTER)


def test_a_source_that_changed_makes_the_month_stale(services: Services, folder: Path) -> None:
    file = write_source(folder, MONTH, 200)
    publish(services)
    before = line_of(services)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    line = line_of(services)
    assert (line.standing, line.action) == (MonthStanding.STALE, Action.NOTHING)
    assert "ETag" in line.why and line.observed.etag != before.observed.etag
    write_source(folder, MONTH, 300)
    line = line_of(services, Mode.REPAIR)
    assert (line.standing, line.action) == (MonthStanding.STALE, Action.INGEST) and "bytes" in line.why


def test_a_source_that_is_down_is_a_line_not_a_crash(services: Services, server: FileServer) -> None:
    server.faults[PATH] = Faults(fail_times=9)
    line = line_of(services)
    assert (line.action, line.bytes_expected) == (Action.INGEST, None) and "does not answer" in line.why
    assert line.observed.source_fault == "BackendUnavailable"


def test_a_source_without_the_file_blocks_the_month(services: Services) -> None:
    line = line_of(services)
    assert (line.standing, line.action, line.blocked) == (MonthStanding.MISSING, Action.NOTHING, True)
    assert "404" in line.why


def test_a_silent_source_costs_no_more_than_its_seconds(services: Services, tmp_path: Path) -> None:
    import socket
    import time

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{{dataset}}_{{year}}-{{month:02d}}.parquet"
        sources = services.settings.sources.model_copy(update={"tlc_url": url})
        mute = open_services(services.settings.model_copy(update={"sources": sources}))
        started = time.monotonic()
        months = tuple(Month(2020, number) for number in range(1, 13))
        plan = make_plan(request(*months), mute, probe_seconds=0.5, today=TODAY)
        assert time.monotonic() - started < 20, "twelve answers were not waited for one after the other"
    assert {line.action for line in plan.lines} == {Action.INGEST}
    assert all("does not answer" in line.why for line in plan.lines)


def test_calendar_months_that_cannot_be_there(services: Services) -> None:
    lines = plan_of(services, request(Month(2013, 8), Month(2026, 10), Month(2026, 12))).lines
    assert [line.standing.value for line in lines] == ["never", "not_yet", "not_yet"]
    assert all(line.blocked and line.action is Action.NOTHING for line in lines)


def test_a_month_that_comes_early_is_fetched(services: Services, folder: Path) -> None:
    early = Month(2026, 10)
    write_source(folder, early, 100)
    line = plan_of(services, request(early)).lines[0]
    assert (line.standing, line.action) == (MonthStanding.MISSING, Action.INGEST) and "earlier" in line.why


def test_what_is_only_in_the_lake_is_loaded(services: Services, folder: Path) -> None:
    write_source(folder, MONTH, 200)
    publish(services, load=False)
    line = line_of(services)
    assert (line.standing, line.action) == (MonthStanding.IN_LAKE, Action.LOAD)
    assert (line.bytes_expected, line.rows_expected, line.rows_basis) == (None, 200, RowsBasis.FOOTER)
    assert line_of(services, load=False).action is Action.NOTHING


def test_what_another_source_fed_is_replaced_only_by_mode_all(services: Services, folder: Path) -> None:
    write_source(folder, MONTH, 200)
    run_month(MonthRequest("green", MONTH, SourceName.SAMPLE), services)
    for mode in (Mode.MISSING, Mode.REPAIR):
        line = line_of(services, mode)
        assert (line.standing, line.action) == (MonthStanding.PUBLISHED, Action.NOTHING)
        assert "sample" in line.why
    assert line_of(services, Mode.ALL).action is Action.INGEST


def test_another_contract_makes_the_month_stale(services: Services, folder: Path) -> None:
    write_source(folder, MONTH, 200)
    publish(services)
    url = f"{services.settings.sources.tlc_url}".format(dataset="green", year=2023, month=12)
    write_month(
        services.lake, GREEN, MONTH, 50, source="tlc", source_url=url, contract_version=GREEN.version + 1
    )
    line = line_of(services, Mode.REPAIR)
    assert (line.standing, line.action) == (MonthStanding.STALE, Action.INGEST) and "contract" in line.why


def test_broken_and_foreign_objects(services: Services, folder: Path) -> None:
    write_source(folder, MONTH, 200)
    key = data_key("green", MONTH)
    with services.lake.open_writer(key) as sink:
        sink.write(b"PAR1 this is no parquet file")
    assert (line_of(services).standing, line_of(services).action) == (MonthStanding.BROKEN, Action.NOTHING)
    assert line_of(services, Mode.REPAIR).action is Action.INGEST
    write_object(services.lake, key, build_rows(GREEN, MONTH, 10), None)
    line = line_of(services, Mode.REPAIR)
    assert (line.standing, line.action, line.blocked) == (MonthStanding.FOREIGN, Action.NOTHING, True)
    assert line_of(services, Mode.ALL).action is Action.INGEST


def test_attempts_are_shown_and_time_is_taken_from_them(services: Services, folder: Path) -> None:
    write_source(folder, MONTH, 200)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    failed = Attempt("green", MONTH, "run-9", "failed", now)
    past = Attempt("green", Month(2023, 11), "run-8", "published", now, 11.0, 64_215, 10**6)
    line = plan_of(services, request(), (failed, past)).lines[0]
    assert (line.standing, line.action, line.run_id) == (MonthStanding.FAILED, Action.INGEST, "run-9")
    assert line.seconds_expected == pytest.approx(11.0)
    for state in ("queued", "running"):
        active = replace(failed, state=state)
        line = plan_of(services, request(), (past, active)).lines[0]
        assert (line.standing, line.action) == (MonthStanding.RUNNING, Action.WAIT) and "run-9" in line.why
