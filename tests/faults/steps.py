"""The steps of a month, each made to last by its source, a lock or a check, to be killed in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from pyarrow import parquet

from lakeside.checks.store import list_latest_results
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.duckdb_file import READ_CONFIG
from tests.flows.conftest import write_sample_lines
from tests.servers.files import Faults, FileServer

MONTH = Month(2021, 3)
KEY = data_key("green", MONTH)
FEW, MANY = 2_000, 40_000  # rows of the month as it was, and as the source has it now
PATH = "/green_2021-03.csv"
SLOW_CHECK = """-- name: slow
-- datasets: green
-- says: make this check take for ever
SELECT a.source_row FROM {table} a, {table} b, {table} c
WHERE a.source_month = {month} AND MOD(a.source_row * b.source_row + c.source_row, 7) = 9
"""


@dataclass
class Scene:
    """A home whose month was published with few rows, and a source that has many by now."""

    home: Path
    source: FileServer
    folder: Path  # what the source serves
    checks: Path  # checks of the user's own
    services: Services = field(init=False)

    def __post_init__(self) -> None:
        self.checks.mkdir()
        sources = {"archive_url": self.template}
        self.services = open_services(Settings(home=self.home, sources=sources))
        self.publish_few()

    @property
    def template(self) -> str:
        return self.source.url + "/{dataset}_{year}-{month:02d}.csv"

    @property
    def environment(self) -> dict[str, str]:
        """What a process that works on the month is given; no wait of it ends by itself."""
        return {
            "LAKESIDE_HOME": str(self.home),
            "LAKESIDE_SOURCES__ARCHIVE_URL": self.template,
            "LAKESIDE_CHECKS__SQL_FOLDER": str(self.checks),
            "LAKESIDE_CHECKS__SECONDS": "3600",
            "LAKESIDE_WAREHOUSE__WAIT_SECONDS": "3600",
        }

    def publish_few(self) -> None:
        """The month as it was before anything is killed; the source then has many rows."""
        self._write_source(FEW)
        run_month(MonthRequest("green", MONTH, SourceName.ARCHIVE), self.services)
        self._write_source(MANY)

    def look(self) -> tuple[list[str], int, int]:
        """(objects a listing shows, rows read from the month's object, rows of it in the table)."""
        objects = [item.key for item in self.services.lake.list_objects("data/").objects]
        with self.services.lake.open_reader(KEY) as file:
            rows = parquet.read_table(file).num_rows
        return objects, rows, self.services.warehouse.count_months()["green", MONTH]

    def is_checked(self) -> bool:
        """Were the rows that are published now checked, and none found red."""
        published = self.services.warehouse.list_publications()["green", MONTH].content_id
        results = list_latest_results(self.services)
        return {r.content_id for r in results} == {published} and not any(r.is_red for r in results)

    def sweep(self) -> tuple[int, int]:
        """Remove what the dead left: (unfinished objects, staged months)."""
        objects = self.services.lake.sweep_temporary(older_than_seconds=0)
        return objects, self.services.warehouse.sweep_staging(older_than_seconds=0)

    def _write_source(self, rows: int) -> None:
        header, lines = write_sample_lines("green", MONTH, FEW)
        (self.folder / PATH.lstrip("/")).write_bytes(header + lines * (rows // FEW))


IsThere = Callable[[], bool]
Step = Callable[[Scene], AbstractContextManager[IsThere]]


@contextmanager
def fetch(scene: Scene) -> Iterator[IsThere]:
    """The source has the request and sends nothing."""
    scene.source.requests.clear()
    scene.source.faults[PATH] = Faults(seconds_per_piece=600)
    yield lambda: any(method == "GET" for method, path, _ in scene.source.requests if path == PATH)
    scene.source.faults.clear()


@contextmanager
def write(scene: Scene) -> Iterator[IsThere]:
    """Rows arrive slowly; they are conformed and written under a name that no listing shows."""
    scene.source.faults[PATH] = Faults(seconds_per_piece=2)
    folder = scene.home / "lake" / Path(KEY).parent
    yield lambda: any(path.suffix != ".parquet" for path in folder.iterdir())
    scene.source.faults.clear()


@contextmanager
def load(scene: Scene) -> Iterator[IsThere]:
    """Somebody else writes the warehouse: what it has cannot even be asked."""
    with duckdb.connect(scene.services.warehouse.location):
        yield lambda: scene.services.lake.read_footer(KEY).rows == MANY


@contextmanager
def publish(scene: Scene) -> Iterator[IsThere]:
    """Somebody reads the warehouse: the month is staged beside it and waits."""
    staging = Path(scene.services.warehouse.location + ".staging")
    with duckdb.connect(scene.services.warehouse.location, read_only=True, config=READ_CONFIG):
        yield lambda: staging.is_dir() and any(staging.iterdir())


@contextmanager
def check(scene: Scene) -> Iterator[IsThere]:
    """A check of the user's own takes for ever."""
    slow = scene.checks / "slow.sql"
    slow.write_text(SLOW_CHECK)
    yield lambda: scene.services.warehouse.count_months()["green", MONTH] == MANY
    slow.unlink()


# Step -> rows of the month in lake and table when it was killed there.
STEPS: dict[Step, tuple[int, int]] = {
    fetch: (FEW, FEW),
    write: (FEW, FEW),
    load: (MANY, FEW),
    publish: (MANY, FEW),
    check: (MANY, MANY),
}
