"""Nobody gets out of a query: the guard refuses each attack, and so would the engine without a guard."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.errors import LakesideError, NotFound, QueryRejected
from lakeside.settings import LimitSettings
from lakeside.warehouse.duckdb_file import READ_CONFIG
from lakeside.warehouse.duckdb_sandbox import KnownTables, Question, plan_locked
from lakeside.warehouse.lake_engine import open_engine
from lakeside.warehouse.protocol import QueryLimits
from lakeside.warehouse.sql.translate import translate_select
from tests.contract.attacks import ATTACKS, NOTHING, Engine

LIMITS = QueryLimits(rows=10, seconds=10, billed_bytes=10**9)
KNOWN = KnownTables("trips", {"green": None})
SECRET = "what-must-not-be-read"
ATTEMPTS = [sql for sql, _ in ATTACKS]


@dataclass(frozen=True)
class Target:
    """What the attacks aim at: a folder, a real parquet file in it, an address that would take a call."""

    home: Path
    url: str
    listener: socket.socket

    def fill(self, attack: str) -> str:
        """The attack with its places filled in."""
        file = str(self.home / "x.parquet")
        return attack.replace("{home}", str(self.home)).replace("{file}", file).replace("{url}", self.url)

    def assert_untouched(self) -> None:
        """Nothing was written, nothing was called."""
        assert [path.name for path in self.home.iterdir()] == ["x.parquet"]
        with pytest.raises(BlockingIOError):
            self.listener.accept()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    home = tmp_path_factory.mktemp("target")
    pq.write_table(pa.table({"secret": [SECRET]}), home / "x.parquet")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield Target(home, f"http://127.0.0.1:{listener.getsockname()[1]}", listener)


@pytest.fixture(scope="module", params=["warehouse", "lake"])
def engine(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connections queries really run on, each with a table called green."""
    rows = pa.table({"VendorID": [1]})
    with ExitStack() as stack:
        if request.param == "lake":
            connection = stack.enter_context(open_engine(LimitSettings()))
            connection.register("green", rows)
        else:
            connection = stack.enter_context(duckdb.connect(":memory:", config=READ_CONFIG))
            connection.execute("CREATE TABLE green AS SELECT 1 AS VendorID")
        yield connection


@pytest.mark.parametrize("attack", [*ATTEMPTS, *NOTHING])
def test_the_guard_refuses_it(attack: str, target: Target) -> None:
    with pytest.raises((QueryRejected, NotFound)) as refused:
        translate_select(target.fill(attack), KNOWN.dataset, KNOWN.tables, LIMITS.rows)

    assert refused.value.message
    target.assert_untouched()


@pytest.mark.parametrize(("attack", "expected"), ATTACKS, ids=ATTEMPTS)
def test_the_engine_alone_lets_nothing_out(
    attack: str, expected: Engine, engine: duckdb.DuckDBPyConnection, target: Target
) -> None:
    sql = target.fill(attack)
    rows: list[tuple[object, ...]] = []
    try:
        plan_locked(engine, sql, Question(sql, LIMITS), KNOWN)
        rows = engine.execute(sql).fetchall()
    except (LakesideError, duckdb.Error):
        rows = []
    else:
        assert expected is Engine.HARMLESS
    assert SECRET not in str(rows)
    assert "root:" not in str(rows)
    target.assert_untouched()


def test_the_engine_still_answers_what_it_may(engine: duckdb.DuckDBPyConnection) -> None:
    for sql in ("SELECT VendorID FROM green", "SELECT x FROM UNNEST([1, 2]) AS t(x)", "SELECT 1"):
        plan_locked(engine, sql, Question(sql, LIMITS), KNOWN)
        assert engine.execute(sql).fetchall()


def test_settings_are_frozen(engine: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match=r"locked|lock"):
        engine.execute("SET enable_external_access = true")
    with pytest.raises(duckdb.Error):
        engine.execute("COPY (SELECT 1) TO '/tmp/lakeside-must-not-exist'")
    assert not Path("/tmp/lakeside-must-not-exist").exists()
