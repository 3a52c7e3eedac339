"""A month on the BigQuery emulator behind a proxy that fails, and answers of jobs that do not end well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from lakeside.warehouse.bigquery_warehouse import BigQueryWarehouse
from tests.builders import write_month
from tests.faults.whole import GREEN, KEY, MONTH
from tests.servers.bigquery import run_bigquery_server
from tests.servers.fault_proxy import FaultProxy, run_fault_proxy

OLD_ROWS, NEW_ROWS = 40, 60
JOBS = r"^/bigquery/v2/projects/test/jobs"  # queries; uploads have a path of their own
UPLOAD = "/upload/"
AT_SWAP = 2  # of the jobs that publishing starts, the audit and a look at the publications come first


@dataclass(frozen=True)
class Scene:
    """A warehouse on the emulator behind a proxy, and the month with fewer and with more rows."""

    warehouse: BigQueryWarehouse
    proxy: FaultProxy
    fewer: Lake
    more: Lake

    def publish(self, lake: Lake) -> None:
        """Publish the month a lake has."""
        self.warehouse.publish_month(GREEN, MONTH, lake, KEY)

    def count_rows(self) -> tuple[int, int]:
        """(rows in the table, rows its publication names)."""
        counted = self.warehouse.count_months()[("green", MONTH)]
        return counted, self.warehouse.list_publications()[("green", MONTH)].rows


def open_warehouse(proxy: FaultProxy, login: Any = None, **bounds: float) -> BigQueryWarehouse:
    """The warehouse behind the proxy, opened anew with a login; `bounds` are settings of it."""
    chosen = {"kind": "bigquery", "project": "test", "dataset": "trips_faults", **bounds}
    settings = {"warehouse": chosen, "bigquery_emulator_host": proxy.url}
    return BigQueryWarehouse.open(Settings.model_validate(settings), login)


@contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    """One dataset for all faults: each test leaves the month of one of the two lakes whole."""
    lakes = []
    for rows in (OLD_ROWS, NEW_ROWS):
        lakes.append(Lake.open(Settings(lake_url=str(folder / str(rows)))))
        write_month(lakes[-1], GREEN, MONTH, rows)
    with run_bigquery_server(folder, folder / "gcs") as server, run_fault_proxy(server.url) as proxy:
        scene = Scene(open_warehouse(proxy), proxy, lakes[0], lakes[1])
        scene.publish(scene.fewer)
        yield scene


def start_and_fail(body: bytes) -> bytes:
    """A job that was accepted and runs; what it was to do is never done."""
    document = json.loads(body)
    document["jobReference"]["location"] = "US"
    return json.dumps({**document, "status": {"state": "RUNNING"}, "statistics": {"query": {}}}).encode()


def fail_at_its_end(answer: bytes) -> bytes:
    """The resource of a load job that ended with an error of BigQuery's own."""
    error = {"reason": "backendError", "message": "Error encountered during execution. Retrying may help."}
    status = {"state": "DONE", "errorResult": error, "errors": [error]}
    return json.dumps({**json.loads(answer), "status": status}).encode()
