"""A statement on lake and warehouse: it is refused, or reads nothing but what it may and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from lakeside.errors import LakesideError, LimitExceeded, NotFound, QueryRejected
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.queries.asking import Place, ask, foresee
from lakeside.services import Services, open_services
from lakeside.settings import LimitSettings, Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.duckdb_file import READ_CONFIG
from lakeside.warehouse.duckdb_sandbox import KnownTables, Question, interrupt_after, plan_locked
from lakeside.warehouse.lake_engine import open_engine
from lakeside.warehouse.lake_tables import list_lake_names
from lakeside.warehouse.protocol import QueryLimits
from lakeside.warehouse.sql.translate import translate_select
from tests.fuzz.canary import SECRET, Canary, open_canary
from tests.fuzz.statements import mutated, statements
from tests.fuzz.target import Target

_LIMITS = QueryLimits(rows=5, seconds=5, billed_bytes=10**12)
_NAMES = dict.fromkeys([*list_lake_names(), "lakeside_loads"], None)
_ALLOWED = (QueryRejected, LimitExceeded, NotFound)


@contextmanager
def open_world(folder: Path) -> Iterator[Callable[[str], None]]:
    """A month in lake and warehouse, and in the warehouse's own file a table nobody was given."""
    settings = Settings(home=folder / "home", sources={"sample_rows": 20}, readers={"processes": 0})
    services = open_services(settings)
    run_month(MonthRequest("green", Month(2024, 1), SourceName.SAMPLE), services)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("CREATE SCHEMA vault")
        connection.execute(f"CREATE TABLE vault.canary AS SELECT '{SECRET}' AS secret")
    before = _fingerprint(settings)
    with open_canary(folder / "canary") as canary:

        def attempt(sql: str) -> None:
            filled = canary.fill(sql)
            if not _passes_guard(filled):
                return
            for place in Place:
                _ask(services, place, filled, canary)
            assert _fingerprint(settings) == before, "lake or warehouse changed"

        yield attempt


def _passes_guard(sql: str) -> bool:
    """The first lock; most end here, before an engine is opened for them."""
    try:
        translate_select(sql, "trips", _NAMES, _LIMITS.rows)
    except _ALLOWED as error:
        assert error.message, "an error says what happened"
        return False
    return True


def _ask(services: Services, place: Place, sql: str, canary: Canary) -> None:
    shown: list[object] = []
    try:
        shown.append(foresee(services, place, sql))
        result = ask(services, place, sql, _LIMITS)
        shown.append(result.table.to_pylist())
        assert result.table.num_rows <= _LIMITS.rows
    except _ALLOWED as error:
        shown.append(error)
        assert error.message, "an error says what happened"
    except LakesideError as error:
        raise AssertionError(f"{place}: {type(error).__name__} for a statement: {error}") from error
    canary.assert_untouched(*([] if SECRET in sql else shown))


def _fingerprint(settings: Settings) -> list[tuple[str, int, int]]:
    """Every file that lasts, with size and time of its last change."""
    files = [path for path in settings.home_folder.rglob("*") if path.is_file() and path.suffix != ".wal"]
    return sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)


@contextmanager
def open_bare_engines(folder: Path) -> Iterator[Callable[[str], None]]:
    """The connections queries run on, without the guard before them."""
    known = KnownTables("trips", {"green": None})
    with open_canary(folder / "canary") as canary, ExitStack() as stack:
        lake = stack.enter_context(open_engine(LimitSettings()))
        lake.register("green", pa.table({"VendorID": [1]}))
        warehouse = stack.enter_context(duckdb.connect(":memory:", config=READ_CONFIG))
        warehouse.execute("CREATE TABLE green AS SELECT 1 AS VendorID")

        def attempt(sql: str) -> None:
            filled = canary.fill(sql)
            for engine in (lake, warehouse):
                shown: object = ""
                try:
                    plan_locked(engine, filled, Question(filled, _LIMITS), known)
                    with interrupt_after(engine, _LIMITS.seconds):
                        shown = engine.execute(filled).fetchmany(100)
                except (QueryRejected, duckdb.Error) as error:
                    shown = error
                canary.assert_untouched(*([] if SECRET in sql else [shown]))

        yield attempt


@contextmanager
def open_guard(_: Path) -> Iterator[Callable[[str], None]]:
    """The first lock alone, which is what nearly all statements meet, and quick."""
    yield _passes_guard


SQL = Target("sql", statements, open_world, suite_examples=10)
GUARD = Target("guard", statements, open_guard, suite_examples=100)
ENGINE = Target("engine", mutated(), open_bare_engines, suite_examples=60)
