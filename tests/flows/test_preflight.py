"""A launch that cannot work is refused at once, with the reason and what mends it. No server is started."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.console import RunConsole
from flows.preflight import run_preflight
from flows.runs import ConsoleHealth
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from tests.flows.conftest import free_port

WELL = ConsoleHealth("http://127.0.0.1:1/api", True, 1, False, "", "")
QUICK_SECONDS = 1.0


def test_all_is_well(settings: Settings) -> None:
    preflight = run_preflight(open_services(settings), lambda: WELL)
    assert preflight.ok
    assert preflight.error is None
    assert len(preflight.checks) == 3
    assert len(run_preflight(open_services(settings), lambda: WELL, load=False).checks) == 2


@pytest.mark.parametrize(
    "health",
    [
        replace(WELL, api_ok=False, message="No Prefect server answers.", hint="Start it."),
        replace(WELL, workers_online=0, message="No worker polls.", hint="Start one."),
        replace(WELL, pool_paused=True, message="The work pool is paused.", hint="Resume it."),
    ],
)
def test_what_is_wrong_with_runs_is_said(settings: Settings, health: ConsoleHealth) -> None:
    error = run_preflight(open_services(settings), lambda: health).error
    assert error is not None
    assert (error.message, error.hint) == (health.message, health.hint)


def test_no_server_is_said_within_a_second(home: Path) -> None:
    settings = Settings(home=home, prefect={"api_url": f"http://127.0.0.1:{free_port()}/api"})
    console = RunConsole.open(settings)
    took = []
    for _ in range(5):  # the best of a few: a busy machine is slow, not wrong
        began = time.monotonic()
        error = console.preflight().error
        took.append(time.monotonic() - began)
    assert min(took) < QUICK_SECONDS
    assert error is not None
    assert "No Prefect server answers" in error.message
    assert "lakeside up" in error.hint


def test_a_lake_that_is_a_file_is_said(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a folder")
    services = open_services(Settings(home=home, lake_url=str(place)))
    error = run_preflight(services, lambda: WELL).error
    assert error is not None
    assert str(place) in error.message


def test_a_warehouse_that_is_no_database_is_said(home: Path, tmp_path: Path) -> None:
    place = tmp_path / "warehouse.duckdb"
    place.write_text("not a database" * 1000)
    services = open_services(Settings(home=home, warehouse={"path": place}))
    error = run_preflight(services, lambda: WELL).error
    assert error is not None
    assert error.hint


class ReadOnlyLake:
    """A lake that may be read and not written, as a bucket without the right to create objects."""

    def check_ready(self) -> Mapping[str, Any]:
        return {"url": "gs://bucket/prefix", "writable": False}


class SilentLake:
    def check_ready(self) -> Mapping[str, Any]:
        time.sleep(30)
        return {}


def test_a_lake_without_permission_is_named(settings: Settings) -> None:
    whole = open_services(settings)
    services = Services(settings, ReadOnlyLake(), whole.sources)  # type: ignore[arg-type]
    error = run_preflight(services, lambda: WELL).error
    assert type(error).__name__ == "AccessDenied"
    assert "gs://bucket/prefix" in str(error)


def test_a_lake_that_is_silent_holds_nobody_up(settings: Settings) -> None:
    services = Services(settings, SilentLake(), open_services(settings).sources)  # type: ignore[arg-type]
    began = time.monotonic()
    preflight = run_preflight(services, lambda: WELL)
    assert 2.5 < time.monotonic() - began < 25, "less than the lake takes"
    assert preflight.error is not None
    assert "did not answer" in preflight.error.message
