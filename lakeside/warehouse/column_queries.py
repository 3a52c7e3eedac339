"""The two queries that measure a column: figures, then the bars of its histogram or its top values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from lakeside.charts.marks import choose_bins
from lakeside.lake.plain import list_values

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
HISTOGRAM_BARS = 20
TOP_VALUES = 10
_TIME_UNITS = (86_400, 3_600, 60)
_FEW_DISTINCT = 25  # so many numbers are better counted one by one


@dataclass(frozen=True, slots=True)
class Bar:
    """How many rows have this value (top values), or lie from `low` up to `high` (histogram).

    `high` belongs to the next bar, except to the last, which has it.
    """

    count: int
    value: Any = None
    low: Any = None
    high: Any = None


@dataclass(frozen=True, slots=True)
class Bars:
    """`top` values, most frequent first, or a `histogram` of the middle 98 %.

    `below` and `above` count what lies outside the histogram, `others` what has none of the top values;
    nulls and NaN are in none of them.
    """

    kind: str
    bars: Sequence[Bar]
    below: int = 0
    above: int = 0
    others: int = 0


def measure_column(
    connection: duckdb.DuckDBPyConnection, name: str, data_type: pa.DataType
) -> tuple[dict[str, Any], Bars | None]:
    """Figures and bars of the one column of the table `object`; raises what DuckDB raises."""
    column = '"' + name.replace('"', '""') + '"'
    data_type = data_type.value_type if pa.types.is_dictionary(data_type) else data_type
    position = _as_position(column, data_type)
    try:
        figures = _measure_figures(connection, column, position, data_type)
    except (duckdb.BinderException, duckdb.ConversionException, duckdb.NotImplementedException):
        if position is None:
            raise
        position = None  # DuckDB has this type, but neither its distances nor its quantiles
        figures = _measure_figures(connection, column, None, data_type)
    if pa.types.is_nested(data_type) or pa.types.is_null(data_type) or pa.types.is_duration(data_type):
        return figures, None
    if position is None or figures["distinct"] <= _FEW_DISTINCT:
        return figures, _count_top_values(connection, column, figures, data_type)
    return figures, _count_histogram(connection, position, figures, data_type)


def _as_position(column: str, data_type: pa.DataType) -> str | None:
    """The column as a finite DOUBLE on a line (seconds for times); None where its values have no distance."""
    types = pa.types
    if types.is_floating(data_type):
        return f"CASE WHEN isfinite({column}) THEN {column}::DOUBLE END"
    if types.is_integer(data_type) or types.is_decimal(data_type):
        return f"{column}::DOUBLE"
    if types.is_date(data_type) or types.is_timestamp(data_type):
        return f"epoch({column}::TIMESTAMP)" if getattr(data_type, "tz", None) is None else f"epoch({column})"
    return None


def _measure_figures(
    connection: duckdb.DuckDBPyConnection, column: str, position: str | None, data_type: pa.DataType
) -> dict[str, Any]:
    parts = {"rows": "count(*)", "valid": f"count({column})", "distinct": f"approx_count_distinct({column})"}
    floating = pa.types.is_floating(data_type)
    if floating:
        parts["nans"] = f"count(*) FILTER (isnan({column}))"
    if not (pa.types.is_nested(data_type) or pa.types.is_null(data_type) or pa.types.is_duration(data_type)):
        kept = f" FILTER (NOT isnan({column}))" if floating else ""
        parts |= {"min": f"min({column}){kept}", "max": f"max({column}){kept}"}
    if position:
        parts["quantiles"] = f"approx_quantile({position}, {list(QUANTILES)})"
    row = _query(connection, f"SELECT {', '.join(parts.values())} FROM object")[0]
    found = dict(zip(parts, row, strict=True))
    rows, valid, quantiles = found.pop("rows"), found.pop("valid"), found.pop("quantiles", None)
    found["distinct"] = min(found["distinct"], valid)
    figures = {"nulls": rows - valid, "null_share": (rows - valid) / rows if rows else None, **found}
    if quantiles:
        names = [f"q{share * 100:02.0f}" for share in QUANTILES]
        figures |= {n: _as_value(v, data_type) for n, v in zip(names, quantiles, strict=True)}
        figures["positions"] = quantiles
    return figures


def _count_top_values(
    connection: duckdb.DuckDBPyConnection, column: str, figures: dict[str, Any], data_type: pa.DataType
) -> Bars:
    figures.pop("positions", None)
    counted = f"NOT isnan({column})" if pa.types.is_floating(data_type) else f"{column} IS NOT NULL"
    rows = _query(
        connection,
        f"SELECT {column}, count(*) AS n, sum(count(*)) OVER () FROM object WHERE {counted} "
        f"GROUP BY ALL ORDER BY n DESC, 1 LIMIT {TOP_VALUES}",
    )
    total = int(rows[0][2]) if rows else 0
    bars = [Bar(count, value=value) for value, count, _ in rows]
    return Bars("top", bars, others=total - sum(bar.count for bar in bars))


def _count_histogram(
    connection: duckdb.DuckDBPyConnection, position: str, figures: dict[str, Any], data_type: pa.DataType
) -> Bars | None:
    positions = figures.pop("positions", None)
    if not positions or not positions[0] < positions[-1]:
        return None
    edges = _choose_edges(float(positions[0]), float(positions[-1]), data_type)
    # DuckDB's bins hold what is at most their edge: the number just below an edge ends the bar before it.
    ends = [*(math.nextafter(edge, -math.inf) for edge in edges[:-1]), edges[-1]]
    numbers = ", ".join(repr(end) for end in ends)
    rows = _query(connection, f"SELECT histogram({position}, [{numbers}]) FROM object")
    counts = {float(pair["key"]): pair["value"] for pair in rows[0][0] or ()}
    values = [_as_value(edge, data_type) for edge in edges]
    bars = [
        Bar(counts.get(end, 0), low=low, high=high)
        for end, low, high in zip(ends[1:], values[:-1], values[1:], strict=True)
    ]
    above = sum(count for end, count in counts.items() if end > ends[-1])
    return Bars("histogram", bars, below=counts.get(ends[0], 0), above=above)


def _choose_edges(low: float, high: float, data_type: pa.DataType) -> list[float]:
    """Edges at even distances that can be said: round numbers, or whole days, hours, minutes, seconds."""
    step = (high - low) / HISTOGRAM_BARS
    if not pa.types.is_temporal(data_type):
        bins = choose_bins(low, high, whole=pa.types.is_integer(data_type))
        return [bins.edge(number) for number in range(bins.count + 1)]
    smallest = 86_400 if pa.types.is_date(data_type) else 1
    unit = next((u for u in _TIME_UNITS if u <= step), smallest)
    width = max(smallest, math.ceil(step / unit) * unit)
    edges = [float(math.floor(low / unit) * unit)]
    while edges[-1] < high:
        edges.append(edges[0] + len(edges) * width)
    return edges


def _query(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    table = connection.sql(sql).to_arrow_table()
    return list(zip(*(list_values(column) for column in table.columns), strict=True))


def _as_value(position: float | Decimal | None, data_type: pa.DataType) -> Any:
    """A place on the line as people read it: a time for seconds, a number otherwise."""
    if position is not None and pa.types.is_integer(data_type):
        return round(position)
    if position is None or not pa.types.is_temporal(data_type):
        return position
    if pa.types.is_date(data_type):
        return list_values(pa.array([int(position // 86_400)], pa.int32()).view(pa.date32()))[0]
    zone = UTC if getattr(data_type, "tz", None) else None
    try:
        return datetime(1970, 1, 1, tzinfo=zone) + timedelta(seconds=float(position))
    except OverflowError:
        return f"{position:,.0f} s since 1970-01-01"
