"""What sources, checks, the warehouse's file and runs may take."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cli.output import Output
from cli.runs_session import RunSession
from flows.console import RunConsole
from lakeside.checks.run import Checking
from lakeside.datasets import get_dataset
from lakeside.errors import BackendUnavailable
from lakeside.ingest.ingest import IngestOutcome, IngestRequest, ingest_month
from lakeside.month import Month
from lakeside.people.audit_log import AuditLog, find_audit_folder, list_audit_files
from lakeside.plan.make import make_plan
from lakeside.plan.request import PlanRequest
from lakeside.services import Services
from lakeside.sources.probe import SourceName
from lakeside.zones import ingest_zone_shapes, ingest_zones
from tests.fuzz.csv_target import GREEN as GREEN_HEADER
from tests.limits.world import World, meets
from tests.servers.files import Faults, FileServer, serve_folder

NAME = "green_tripdata_2020-10.csv"
MONTH = Month(2020, 10)


def write_source(world: World, content: bytes, name: str = NAME) -> None:
    """A file where the archive's template finds it."""
    folder = world.folder / "sources"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


@contextmanager
def serving(world: World, bounds: dict[str, Any]) -> Iterator[tuple[FileServer, Services]]:
    """The case's sources over HTTP, and services on an empty home that fetch from there."""
    write_source(world, b"VendorID\n1\n")
    with serve_folder(world.folder / "sources") as server:
        template = f"{server.url}/{{dataset}}_tripdata_{{year}}-{{month:02d}}.csv"
        yield server, world.open_empty({"sources.archive_url": template, **bounds})


def ingest(services: Services) -> IngestOutcome:
    """The case's month from the archive."""
    return ingest_month(IngestRequest(get_dataset("green"), MONTH, SourceName.ARCHIVE), services)


@meets("ingest.planned_months")
def meet_planned_months(world: World) -> None:
    services = world.open({"ingest.planned_months": 2})
    months = [Month(2024, number) for number in (1, 2, 3)]
    assert len(make_plan(PlanRequest("green", tuple(months[:2]), SourceName.SAMPLE), services).lines) == 2
    make_plan(PlanRequest("green", tuple(months), SourceName.SAMPLE), services)


@meets("ingest.free_megabytes")
def meet_free_megabytes(world: World) -> None:
    """No disk has a petabyte free."""
    with serving(world, {"ingest.free_megabytes": 1e9}) as (server, services):
        try:
            ingest(services)
        finally:
            assert {method for method, _, _ in server.requests} == {"HEAD"}


@meets("sources.maximum_file_gigabytes")
def meet_maximum_file_gigabytes(world: World) -> None:
    with serving(world, {"sources.maximum_file_gigabytes": 1e-8}) as (_, services):
        ingest(services)


@meets("sources.redirects")
def meet_redirects(world: World) -> None:
    """Two addresses that send to one another; each request counts."""
    with serving(world, {"sources.redirects": 3}) as (server, services):
        server.faults[f"/{NAME}"] = Faults(redirect_to=f"{server.url}/other.csv")
        server.faults["/other.csv"] = Faults(redirect_to=f"{server.url}/{NAME}")
        try:
            ingest(services)
        finally:
            assert len(server.requests) == 1 + 3


@meets("sources.zone_lookup_megabytes")
def meet_zone_lookup_megabytes(world: World) -> None:
    write_source(world, b"x" * 3_000, "zones.csv")
    url = (world.folder / "sources" / "zones.csv").as_uri()
    bounds = {"sources.zone_lookup_url": url, "sources.zone_lookup_megabytes": 0.002}
    services = world.open_empty(bounds)
    try:
        ingest_zones(services)
    finally:
        assert not services.lake.list_objects().objects


@meets("sources.zone_shapes_megabytes")
def meet_zone_shapes_megabytes(world: World) -> None:
    write_source(world, b"x" * 3_000, "shapes.zip")
    url = (world.folder / "sources" / "shapes.zip").as_uri()
    services = world.open_empty({"sources.zone_shapes_url": url, "sources.zone_shapes_megabytes": 0.002})
    ingest_zone_shapes(services)


@meets("sources.download_seconds")
def meet_download_seconds(world: World) -> None:
    with serving(world, {"sources.download_seconds": 1e-9}) as (_, services):
        ingest(services)


def _ingest_text(world: World, content: bytes, bounds: dict[str, Any]) -> None:
    write_source(world, content)
    template = f"file://{world.folder}/sources/{{dataset}}_tripdata_{{year}}-{{month:02d}}.csv"
    services = world.open_empty({"sources.archive_url": template, **bounds})
    try:
        ingest(services)
    finally:
        assert not services.lake.list_objects().objects, "nothing of it is kept"


@meets("ingest.columns")
def meet_columns(world: World) -> None:
    header = GREEN_HEADER + b"".join(b",c%d" % number for number in range(60_000))
    _ingest_text(world, header + b"\n", {})


@meets("ingest.line_megabytes")
def meet_line_megabytes(world: World) -> None:
    _ingest_text(world, GREEN_HEADER + b"\n" + b"x" * 5_000_000, {"ingest.line_megabytes": 1})


@meets("ingest.expanded_gigabytes")
def meet_expanded_gigabytes(world: World) -> None:
    packed = gzip.compress(GREEN_HEADER + b"\n" + b"1,2\n" * 500_000)
    _ingest_text(world, packed, {"ingest.expanded_gigabytes": 0.001})


@meets("ingest.expansion")
def meet_expansion(world: World) -> None:
    packed = gzip.compress(GREEN_HEADER + b"\n" + bytes(40_000_000), 1)
    _ingest_text(world, packed, {"ingest.expansion": 20, "ingest.line_megabytes": 100})


@meets("ingest.quarantined_rows")
def meet_quarantined_rows(world: World) -> None:
    _ingest_text(world, GREEN_HEADER + b"\n" + b"x\n" * 100, {"ingest.quarantined_rows": 50})


@meets("sources.connect_seconds")
def meet_connect_seconds(world: World) -> None:
    with socket.socket() as full:  # its line of callers is full, so that a connection is never opened
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.socket() as first, socket.socket() as second:
            for caller in (first, second):
                caller.setblocking(False)
                caller.connect_ex(address)
            url = f"http://127.0.0.1:{address[1]}/{{dataset}}{{year}}{{month}}.csv"
            bounds = {"sources.archive_url": url, "sources.connect_seconds": 0.2, "sources.attempts": 1}
            with pytest.raises(BackendUnavailable, match="no answer in time"):
                ingest(world.open_empty(bounds))


@meets("sources.read_seconds")
def meet_read_seconds(world: World) -> None:
    bounds = {"sources.read_seconds": 0.2, "sources.attempts": 1}
    with serving(world, bounds) as (server, services):
        server.faults[f"/{NAME}"] = Faults(seconds_per_piece=5)
        with pytest.raises(BackendUnavailable, match="timed out"):
            ingest(services)


@meets("sources.attempts")
def meet_attempts(world: World) -> None:
    with serving(world, {"sources.attempts": 3}) as (server, services):
        server.faults[f"/{NAME}"] = Faults(fail_times=100)
        with pytest.raises(BackendUnavailable, match="after 3 attempts"):
            ingest(services)
        assert len(server.requests) == 3


@meets("sources.probe_seconds")
def meet_probe_seconds(world: World) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(50)
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/{{dataset}}{{year}}{{month}}.csv"
        services = world.open_empty({"sources.archive_url": url, "sources.probe_seconds": 0.2})
        plan = make_plan(PlanRequest("green", (MONTH,), SourceName.ARCHIVE), services)
        assert "0.2 s" in str(plan.as_dict())


@meets("warehouse.wait_seconds")
def meet_wait_seconds(world: World) -> None:
    services = world.open_empty({"warehouse.wait_seconds": 0.2})
    services.settings.home_folder.mkdir(parents=True)
    with (
        duckdb.connect(str(services.settings.warehouse_path)),
        pytest.raises(BackendUnavailable, match=r"was busy for 0\.2 s"),
    ):
        services.warehouse.list_tables()


_ENDLESS = "WHERE a.source_month = {month} AND a.extra + b.extra + c.extra > a.fare_amount + d.extra"


@meets("checks.seconds")
def meet_check_seconds(world: World) -> None:
    folder = world.folder / "checks"
    folder.mkdir()
    lines = ["-- name: endless", "-- datasets: green", "-- says: never ends", "-- severity: error"]
    lines += ["SELECT a.source_row FROM {table} a, {table} b, {table} c, {table} d", _ENDLESS]
    (folder / "endless.sql").write_text("\n".join(lines))
    services = world.open({"checks.sql_folder": folder, "checks.seconds": 0.05})
    checking = Checking.start(services)
    results = checking.check(get_dataset("green"), Month(2024, 1))
    (slow,) = [result for result in results if result.check == "endless"]
    assert "stopped after 0.05 s" in str(slow)


def _write_lines(world: World, bounds: dict[str, Any]) -> list[Path]:
    settings = world.open_empty(bounds).settings
    log = AuditLog(settings)
    for number in range(20):
        log.end(f"{number:03}", "done", "x" * 100)
    return list_audit_files(find_audit_folder(settings))


@meets("audit.megabytes")
def meet_audit_megabytes(world: World) -> None:
    files = _write_lines(world, {"audit.megabytes": 0.0005})
    assert len(files) > 4
    assert all(file.stat().st_size < 1_000 for file in files)


@meets("audit.files")
def meet_audit_files(world: World) -> None:
    assert (
        len(_write_lines(world, {"audit.megabytes": 0.0005, "audit.files": 2})) == 1 + 2
    )  # the one that is written to, and two aside


@meets("prefect.wait_seconds")
def meet_prefect_wait_seconds(world: World) -> None:
    settings = world.open({"prefect.wait_seconds": 1}).settings
    session = RunSession(settings, RunConsole.open(settings), Output(False), settings.prefect.wait_seconds)
    session._check_patience(time.monotonic() - 2, ["some-run"])


@meets("prefect.answer_seconds")
def meet_prefect_answer_seconds(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = world.open({"prefect.port": port, "prefect.answer_seconds": 0.3}).settings
        with pytest.raises(BackendUnavailable, match=r"did not answer in time \(0\.3 s\)"):
            RunConsole.open(settings).list_runs()
