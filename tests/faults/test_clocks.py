"""Clocks that differ by an hour: nothing living is swept, and no older verdict overrules a newer one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from prefect.client.schemas.objects import State
from prefect.states import Cancelling, Running

from flows.cancel_watch import WorkerPatience
from flows.clock import measure_skew, require_same_time
from lakeside.checks.facts import Surroundings
from lakeside.checks.result import CheckState, Light, judge_light
from lakeside.checks.store import list_latest_results, record_results
from lakeside.coverage import CoverageState, compute_coverage
from lakeside.datasets import get_dataset
from lakeside.lake.keys import TEMPORARY_PREFIX
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, load_month, run_month
from lakeside.services import Services, open_services
from lakeside.settings import PROJECT_ROOT, Settings
from lakeside.sources.probe import SourceName
from tests.flows.conftest import wait_for

MONTH = Month(2020, 10)
REQUEST = MonthRequest("green", MONTH, SourceName.SAMPLE)
HOUR = 3600.0
SKEWS = pytest.mark.parametrize("hours", [-1, 1], ids=["an hour behind", "an hour ahead"])


@pytest.fixture
def services(settings: Settings) -> Services:
    sources = settings.sources.model_copy(update={"sample_rows": 200})
    return open_services(settings.model_copy(update={"sources": sources}))


@SKEWS
def test_an_unfinished_write_of_a_skewed_machine_is_kept(services: Services, home: Path, hours: int) -> None:
    """Its age is read from the file's date, which another machine's clock may have set."""
    run_month(REQUEST, services)
    with services.lake.open_writer("data/green/green_tripdata_2020-11.parquet") as sink:
        sink.write(b"PAR1")
        (unfinished,) = [p for p in (home / "lake/data/green").iterdir() if p.suffix != ".parquet"]
        os.utime(unfinished, (0, time.time() + hours * HOUR))
        assert services.lake.sweep_temporary() == 0
        run_month(replace(REQUEST, force=True), services)  # a write sweeps its folder too
        assert unfinished.exists()


@SKEWS
def test_what_a_dead_process_left_is_swept_in_the_end(services: Services, home: Path, hours: int) -> None:
    """A clock that is ahead delays it by as much as it is ahead, one that is behind does the contrary."""
    run_month(REQUEST, services)
    left = home / "lake/data/green" / f"{TEMPORARY_PREFIX}left"
    left.write_bytes(b"PAR1")
    written = time.time() - 24 * HOUR  # a day, after which it is swept
    os.utime(left, (0, written + hours * HOUR))
    assert services.lake.sweep_temporary() == (1 if hours < 0 else 0)
    if left.exists():
        os.utime(left, (0, written))
        assert services.lake.sweep_temporary() == 1


@SKEWS
def test_a_month_being_staged_by_a_skewed_machine_is_kept(
    services: Services, settings: Settings, hours: int
) -> None:
    """The name of a staged file has the second of the machine that stages it."""
    run_month(REQUEST, services)
    folder = Path(services.warehouse.location + ".staging")
    folder.mkdir(exist_ok=True)
    living = folder / f"green_2020_10_{int(time.time() + hours * HOUR)}_{os.getpid()}_0000000a.duckdb"
    dead = folder / f"green_2020_10_{int(time.time() + hours * HOUR)}_999999999_0000000b.duckdb"
    living.touch()
    dead.touch()
    assert services.warehouse.sweep_staging() == 0
    services.warehouse.sweep_staging(older_than_seconds=60)
    assert living.exists()
    assert dead.exists() == (hours > 0), "swept later by as much as the clock was ahead"


@SKEWS
def test_the_newest_verdict_is_that_of_the_last_check(services: Services, hours: int) -> None:
    """A month was found bad by a machine whose clock is off; what mends it is believed at once."""
    run_month(REQUEST, services)
    bad = [
        replace(result, state=CheckState.FAILED, checked_at=datetime.now(UTC) + timedelta(hours=hours))
        for result in list_latest_results(services)
    ]
    record_results(services, bad)
    load_month(replace(REQUEST, force=True), services)
    assert not any(result.is_red for result in list_latest_results(services))
    (month,) = [c for c in compute_coverage(services, [get_dataset("green")], 2020) if c.month == MONTH]
    assert month.state is CoverageState.PUBLISHED, month.reason


@SKEWS
def test_results_of_other_rows_are_outdated_whatever_the_clocks_say(services: Services, hours: int) -> None:
    run_month(REQUEST, services)
    earlier = [
        replace(result, content_id="of other rows", checked_at=datetime.now(UTC) + timedelta(hours=hours))
        for result in list_latest_results(services)
    ]
    publication = services.warehouse.list_publications()["green", MONTH]
    assert judge_light(earlier, publication) is Light.OUTDATED


@SKEWS
def test_a_check_is_later_than_all_that_is_written_of_its_month(services: Services, hours: int) -> None:
    run_month(REQUEST, services)
    now, place = datetime.now(UTC), ("green", MONTH)
    around = Surroundings.ask(services)
    there = replace(around, newest={place: now + timedelta(hours=hours)})
    assert there.find_moment(place, now) == max(now, now + timedelta(hours=hours, microseconds=1))
    assert there.find_moment(("green", MONTH.plus(1)), now) == now, "other months keep the true time"


class Clock(BaseHTTPRequestHandler):
    """Answers as Prefect's server does when asked for its health, at another time."""

    hours = 0.0

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"true")

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.hours * HOUR)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def server_at(hours: float) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Skewed", (Clock,), {"hours": hours}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("hours", "words"), [(-1, "ahead of"), (1, "behind")])
def test_a_worker_on_a_machine_with_another_time_is_refused(home: Path, hours: int, words: str) -> None:
    """The server would not give it runs for an hour, or take those it has for dead."""
    with server_at(hours) as url:
        environment = os.environ | {"LAKESIDE_HOME": str(home), "LAKESIDE_PREFECT__API_URL": url}
        command = [sys.executable, "-m", "cli.main", "start", "worker"]
        refused = subprocess.run(
            command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
        )
    assert refused.returncode == 2
    assert f"s {words} the Prefect server's" in refused.stderr and "timedatectl" in refused.stderr


def test_seconds_do_not_matter() -> None:
    with server_at(30 / HOUR) as url:
        skew = measure_skew(url)
        require_same_time(url)
    assert skew is not None and -35 < skew < 0 + 60
    assert measure_skew("http://127.0.0.1:1/api") is None, "who does not answer has no time"


@SKEWS
def test_a_cancelled_run_is_left_to_its_worker_for_seconds_by_no_clock(hours: int) -> None:
    """The state's moment is another machine's: it neither ends a run at once nor keeps it for an hour."""
    cancelling: State[object] = Cancelling(timestamp=datetime.now(UTC) + timedelta(hours=hours))
    patience = WorkerPatience(seconds=0.2)
    assert not patience.is_over(Running())
    assert not patience.is_over(cancelling), "just seen"
    wait_for(lambda: patience.is_over(cancelling), 150, "the end of patience", pause=0.05)
    assert not patience.is_over(Running()), "a run that works again is left to work"
