"""The rows of a month in DuckDB, in the warehouse's file or in a staged one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lakeside.datasets.contract import Dataset, Kind
from lakeside.datasets.zones import ZONES
from lakeside.errors import NotFound
from lakeside.month import Month
from lakeside.warehouse.duckdb_errors import duckdb_errors
from lakeside.warehouse.duckdb_file import DuckDBFile, EngineBounds
from lakeside.warehouse.duckdb_staging import STAGED
from lakeside.warehouse.figures import (
    DUCKDB,
    KINDS_OF_GOOGLESQL,
    column_kinds,
    figure_expressions,
    quote_duckdb,
    read_figures,
)
from lakeside.warehouse.month_rows import (
    Condition,
    MonthMeasures,
    list_asked,
    list_usable,
    spread_counts,
    write_measure,
    write_repeats,
)
from lakeside.warehouse.protocol import QueryLimits
from lakeside.warehouse.sql.types import googlesql_type

Open = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection | None]]


@dataclass(frozen=True, slots=True)
class DuckDBMonth:
    """Opens its file for each question.

    Args:
        dataset, month: whose rows.
        open: the file, read-only; None where there is none.
        schema: the schema the table and the lookup are in.
        table: the table's name.
        location: the file, for messages.
    """

    dataset: Dataset
    month: Month
    open: Open
    schema: str
    table: str
    location: str

    def measure(self, conditions: Sequence[Condition], estimated_bytes: int = 0) -> MonthMeasures:
        """All figures and conditions in one scan."""
        with self._opened() as (connection, types):
            kinds = self._kinds(types)
            usable = list_usable(self.dataset, types)
            asked = list_asked(conditions, usable, bool(self._columns(connection, ZONES.name)))
            query = write_measure(
                asked,
                figure_expressions(kinds, DUCKDB),
                self._quoted(self.table),
                self._quoted(ZONES.name),
                self.month,
            )
            row = connection.execute(query).fetchall()[0]
        figures = read_figures(row[len(asked) :], kinds)[1]
        return MonthMeasures(figures, spread_counts(asked, row[: len(asked)], len(conditions)), types)

    def count_repeats(self, columns: Sequence[str], estimated_bytes: int = 0) -> int:
        """Rows that equal an earlier one in these columns."""
        with self._opened() as (connection, types):
            known = [quote_duckdb(name) for name in columns if name in types]
            query = write_repeats(known, self._quoted(self.table), self.month)
            return int(connection.execute(query).fetchall()[0][0])

    def count_selected(self, sql: str, estimated_bytes: int, seconds: float) -> int:
        """Rows that one GoogleSQL SELECT returns, translated and sandboxed."""
        # Imported here: only users' own SQL needs the parser.
        from lakeside.warehouse.duckdb_sandbox import KnownTables, Question, run_select

        limits = QueryLimits(rows=1, seconds=seconds, billed_bytes=estimated_bytes)
        started = time.monotonic()
        with self._opened() as (connection, _):
            names = connection.execute(
                "SELECT DISTINCT table_name FROM duckdb_columns() "
                "WHERE database_name = current_database() AND schema_name = ?",
                [self.schema],
            ).fetchall()
            known = KnownTables(self.schema, {name: self.schema for (name,) in names})
            query = f"SELECT COUNT(*) AS selected FROM ({sql}) AS selected_rows"
            answer = run_select(connection, Question(query, limits), known, started)
            return int(answer.table.column(0)[0].as_py())

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, str]]]:
        with self.open() as connection:
            types = {} if connection is None else self._columns(connection, self.table)
            if connection is None or not types:
                raise NotFound(f"{self.location} has no table {self.dataset.name}.", "Load a month first.")
            yield connection, types

    def _columns(self, connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
        rows = connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? "
            "ORDER BY column_index",
            [self.schema, table],
        ).fetchall()
        return {name: googlesql_type(kind) for name, kind in rows}

    def _kinds(self, types: dict[str, str]) -> list[tuple[str, Kind]]:
        known = {name: KINDS_OF_GOOGLESQL[kind] for name, kind in types.items() if kind in KINDS_OF_GOOGLESQL}
        return column_kinds(self.dataset, list(types), known)

    def _quoted(self, name: str) -> str:
        return f"{quote_duckdb(self.schema)}.{quote_duckdb(name)}"


def open_published(file: DuckDBFile, dataset: Dataset, month: Month) -> DuckDBMonth:
    """The month in the warehouse's file."""
    return DuckDBMonth(dataset, month, file.read, file.schema, dataset.name, str(file.path))


def open_staged(path: Path, dataset: Dataset, month: Month, bounds: EngineBounds) -> DuckDBMonth:
    """The month in a staged file; the zone lookup is not there."""

    @contextlib.contextmanager
    def connect() -> Iterator[duckdb.DuckDBPyConnection]:
        with (
            duckdb_errors(str(path)),
            duckdb.connect(str(path), read_only=True, config=bounds.reading) as found,
        ):
            yield found

    return DuckDBMonth(dataset, month, connect, "main", STAGED, str(path))
