"""The profile of a table's column, by two GoogleSQL queries that mean the same on every warehouse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lakeside.errors import NotFound
from lakeside.warehouse.column_queries import Bar, Bars
from lakeside.warehouse.figures import quote_googlesql
from lakeside.warehouse.protocol import QueryLimits, TableInfo, Warehouse

HISTOGRAM_BARS = 20
TOP_VALUES = 12
_FEW_DISTINCT = 25
_SPREAD = 4  # standard deviations on each side of the mean that a histogram shows
_NUMBERS = ("INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC")
_TIMES = ("DATE", "DATETIME", "TIMESTAMP")
_MONTHS = 48


@dataclass(frozen=True, slots=True)
class TableColumn:
    """Figures of a column over all rows of its table.

    `distinct` is approximate; `low`, `high` are None where every value is null or the type has no order;
    `mean` is of numbers only. `processed_bytes` is what the queries read.
    """

    table: str
    name: str
    kind: str
    rows: int
    nulls: int
    distinct: int | None
    low: Any = None
    high: Any = None
    mean: float | None = None
    bars: Bars | None = None
    processed_bytes: int | None = None
    elapsed_seconds: float = 0.0

    @property
    def null_share(self) -> float:
        """0 to 1."""
        return self.nulls / self.rows if self.rows else 0.0


def profile_table_column(
    warehouse: Warehouse, table: TableInfo, column: str, limits: QueryLimits
) -> TableColumn:
    """Figures and bars of a column.

    Raises:
        NotFound: the table has no such column.
        LimitExceeded: a query would bill more than the limit, or took longer.
    """
    kinds = {name: kind for name, kind, _ in table.columns}
    if column not in kinds:
        raise NotFound(f"{table.name} has no column {column}.", f"It has {', '.join(kinds)}.")
    asked = _Asked(warehouse, table.name, column, kinds[column], limits)
    figures = asked.measure()
    bars = asked.draw(figures)
    rows, valid = int(figures["row_count"] or 0), int(figures["valid"] or 0)
    return TableColumn(
        table=table.name,
        name=column,
        kind=kinds[column],
        rows=rows,
        nulls=rows - valid,
        distinct=figures.get("distinct_values"),
        low=figures.get("low"),
        high=figures.get("high"),
        mean=figures.get("mean"),
        bars=bars,
        processed_bytes=asked.processed_bytes,
        elapsed_seconds=asked.elapsed_seconds,
    )


class _Asked:
    """The queries about one column, and what they cost together."""

    def __init__(self, warehouse: Warehouse, table: str, column: str, kind: str, limits: QueryLimits) -> None:
        self._warehouse, self._limits = warehouse, limits
        self._table, self._column, self._kind = quote_googlesql(table), quote_googlesql(column), kind
        self.processed_bytes: int | None = None
        self.elapsed_seconds = 0.0

    def measure(self) -> dict[str, Any]:
        """Counts, bounds and mean, by one query."""
        c = self._column
        parts = ["COUNT(*) AS row_count", f"COUNT({c}) AS valid"]
        if self._is_plain:
            parts += [
                f"APPROX_COUNT_DISTINCT({c}) AS distinct_values",
                f"MIN({c}) AS low",
                f"MAX({c}) AS high",
            ]
        if self._kind in _NUMBERS:
            parts += [f"AVG({c}) AS mean", f"STDDEV({c}) AS spread"]
        return self._ask(f"SELECT {', '.join(parts)} FROM {self._table}")[0]

    def draw(self, figures: dict[str, Any]) -> Bars | None:
        """The most frequent values, the months of a time, or a histogram of numbers."""
        if not self._is_plain or not figures["valid"]:
            return None
        few = (figures["distinct_values"] or 0) <= _FEW_DISTINCT
        if self._kind in _TIMES and not few:
            return self._count_months(int(figures["valid"]))
        span = _find_span(figures) if self._kind in _NUMBERS and not few else None
        return self._count_steps(*span, figures["valid"]) if span else self._count_values(figures["valid"])

    @property
    def _is_plain(self) -> bool:
        return self._kind in (*_NUMBERS, *_TIMES, "STRING", "BOOL", "TIME")

    def _count_values(self, valid: int) -> Bars:
        c = self._column
        rows = self._ask(
            f"SELECT {c} AS value, COUNT(*) AS n FROM {self._table} WHERE {c} IS NOT NULL "
            f"GROUP BY value ORDER BY n DESC, value LIMIT {TOP_VALUES}"
        )
        bars = [Bar(int(row["n"]), value=row["value"]) for row in rows]
        return Bars("top", bars, others=valid - sum(bar.count for bar in bars))

    def _count_months(self, valid: int) -> Bars:
        day = f"DATE_TRUNC(DATE({self._column}), MONTH)"
        rows = self._ask(
            f"SELECT {day} AS value, COUNT(*) AS n FROM {self._table} WHERE {self._column} IS NOT NULL "
            f"GROUP BY value ORDER BY n DESC, value LIMIT {_MONTHS}"
        )
        bars = [Bar(int(row["n"]), value=str(row["value"])[:7]) for row in rows]
        bars.sort(key=lambda bar: str(bar.value))
        return Bars("top", bars, others=valid - sum(bar.count for bar in bars))

    def _count_steps(self, low: float, high: float, valid: int) -> Bars:
        width = (high - low) / HISTOGRAM_BARS
        c = f"CAST({self._column} AS FLOAT64)"
        step = f"LEAST({HISTOGRAM_BARS - 1}, CAST(FLOOR(({c} - {low!r}) / {width!r}) AS INT64))"
        rows = self._ask(
            f"SELECT IF({c} < {low!r}, -1, IF({c} > {high!r}, {HISTOGRAM_BARS}, {step})) AS bar, "
            f"COUNT(*) AS n FROM {self._table} WHERE {self._column} IS NOT NULL GROUP BY bar"
        )
        counts = {int(row["bar"]): int(row["n"]) for row in rows}
        edges = [low + number * width for number in range(HISTOGRAM_BARS + 1)]
        bars = [
            Bar(counts.get(number, 0), low=edges[number], high=edges[number + 1])
            for number in range(HISTOGRAM_BARS)
        ]
        return Bars("histogram", bars, below=counts.get(-1, 0), above=counts.get(HISTOGRAM_BARS, 0))

    def _ask(self, sql: str) -> Sequence[dict[str, Any]]:
        result = self._warehouse.run_query(sql, self._limits)
        self.elapsed_seconds += result.elapsed_seconds
        if result.processed_bytes is not None:
            self.processed_bytes = (self.processed_bytes or 0) + result.processed_bytes
        rows: list[dict[str, Any]] = result.table.to_pylist()
        return rows


def _find_span(figures: dict[str, Any]) -> tuple[float, float] | None:
    """From where to where a histogram goes: all values, but not the far ends of a long tail."""
    low, high = float(figures["low"]), float(figures["high"])
    mean, spread = float(figures["mean"]), float(figures["spread"] or 0.0)
    low, high = max(low, mean - _SPREAD * spread), min(high, mean + _SPREAD * spread)
    return (low, high) if math.isfinite(low) and math.isfinite(high) and low < high else None
