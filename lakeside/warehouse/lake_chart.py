"""Charts of lake objects, aggregated by DuckDB: bounded in bytes, seconds, memory, groups and marks."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from lakeside.charts.marks import FETCHED_GROUPS, Group, Marks, choose_bins, make_marks
from lakeside.charts.spec import ChartSpec, Grain, Role, check_spec, role_of
from lakeside.charts.sql import Bins, write_binned, write_chart, write_position
from lakeside.errors import ContractViolation, LimitExceeded, NotFound, QueryRejected
from lakeside.lake.apart import read_apart
from lakeside.lake.column_figures import ObjectFigures
from lakeside.lake.lake import Lake
from lakeside.lake.plain import list_values
from lakeside.lake.where.write import Dialect, write_sql
from lakeside.settings import LimitSettings
from lakeside.warehouse.duckdb_disk import bounded_disk
from lakeside.warehouse.duckdb_errors import first_line, out_of_memory
from lakeside.warehouse.duckdb_sandbox import interrupt_after
from lakeside.warehouse.lake_engine import open_engine
from lakeside.warehouse.lake_profile import Basis, choose_groups

_MEMORY_TIMES = 2
_CURE = "Choose a coarser grain, a condition or fewer months, or raise the limit."


@dataclass(frozen=True, slots=True)
class Chart:
    """The marks and what they rest on.

    `basis` is exact where every row group of the objects was read, else sample; `rows_read` of
    `rows_total` rows were, in `bytes_read` compressed bytes of the columns that are needed.
    """

    spec: ChartSpec
    schema: pa.Schema
    marks: Marks
    basis: Basis
    objects: int
    rows_read: int
    rows_total: int
    bytes_read: int
    elapsed_seconds: float
    limits: LimitSettings


@read_apart
def chart_objects(lake: Lake, keys: Sequence[str], spec: ChartSpec, limits: LimitSettings) -> Chart:
    """One chart of the rows of some objects that have the columns in common.

    Raises:
        NotFound, QueryRejected: see `check_spec`; or the condition cannot be read.
        ContractViolation: the objects have a column in different types.
        BadFile: an object has no footer that can be read.
        LimitExceeded: it took longer than `limits.query_seconds`, or took more memory or disk than allowed.
    """
    started = time.monotonic()
    figures = {key: lake.read_figures(key) for key in keys}
    schema = _unify(lake, figures)
    check_spec(spec, schema)
    condition, names = _read_condition(spec, schema)
    groups, read_bytes = _choose(figures, {*spec.columns, *names}, int(limits.chart_megabytes * 1e6))
    wanted = pa.schema([f for f in schema if f.name in {*spec.columns, *names}])
    doubting = any(lake.read_footer(key).provenance is None for key in keys)
    with open_engine(limits, doubting, _MEMORY_TIMES) as connection:
        connection.register("object", lake.open_groups(groups, wanted))
        marks = _run(connection, spec, wanted, condition, limits)
    rows_read = sum(figures[key].group_rows[number] for key, numbers in groups.items() for number in numbers)
    total = sum(f.rows for f in figures.values())
    return Chart(
        spec=spec,
        schema=schema,
        marks=marks,
        basis=Basis.EXACT if rows_read == total else Basis.SAMPLE,
        objects=len(figures),
        rows_read=rows_read,
        rows_total=total,
        bytes_read=read_bytes,
        elapsed_seconds=time.monotonic() - started,
        limits=limits,
    )


def chart_table(table: pa.Table, spec: ChartSpec, limits: LimitSettings) -> Chart:
    """One chart of rows that are in memory already, such as a query's result.

    Raises:
        NotFound, QueryRejected, LimitExceeded: as `chart_objects`.
    """
    started = time.monotonic()
    check_spec(spec, table.schema)
    condition, _ = _read_condition(spec, table.schema)
    with open_engine(limits, times=_MEMORY_TIMES) as connection:
        connection.register("object", table)
        marks = _run(connection, spec, table.schema, condition, limits)
    return Chart(
        spec=spec,
        schema=table.schema,
        marks=marks,
        basis=Basis.EXACT,
        objects=1,
        rows_read=table.num_rows,
        rows_total=table.num_rows,
        bytes_read=table.nbytes,
        elapsed_seconds=time.monotonic() - started,
        limits=limits,
    )


def _unify(lake: Lake, figures: Mapping[str, ObjectFigures]) -> pa.Schema:
    """The columns of all objects; of two that differ in type, neither is silently cast."""
    fields: dict[str, pa.Field] = {}
    twice: list[pa.Field] = []
    for key, one in figures.items():
        seen: set[str] = set()
        for column in one.columns:
            field = pa.field(column.name, column.data_type)
            if column.name in seen:
                twice.append(field)
            seen.add(column.name)
            known = fields.setdefault(column.name, field)
            if known.type != column.data_type:
                said = (
                    f"{column.name} is {column.data_type} in {lake.url_of(key)} and {known.type} in another."
                )
                raise ContractViolation(said, "Chart them one by one.")
    if not fields:
        raise NotFound("There are no objects to draw, or they have no columns.")
    return pa.schema([*fields.values(), *twice])


def _read_condition(spec: ChartSpec, schema: pa.Schema) -> tuple[str | None, set[str]]:
    if not spec.where:
        return None, set()
    from lakeside.lake.where.parse import parse_condition
    from lakeside.lake.where.tree import find_columns

    node = parse_condition(spec.where, schema)
    return write_sql(node, schema, Dialect.DUCKDB), set(find_columns(node))


def _choose(
    figures: Mapping[str, ObjectFigures], names: set[str], maximum_bytes: int
) -> tuple[dict[str, list[int]], int]:
    """Row groups of each object, all or evenly spread ones; each object has its share of the bytes."""
    sizes = {key: _sum_groups(one, names) for key, one in figures.items()}
    total = sum(map(sum, sizes.values()))
    chosen: dict[str, list[int]] = {}
    for key, parts in sizes.items():
        share = sum(parts) if total <= maximum_bytes else maximum_bytes * sum(parts) // total
        chosen[key] = choose_groups(parts, share)
        if parts and not chosen[key]:
            said = f"The smallest row group of {key} has {min(parts) / 1e6:,.0f} MB of these columns"
            raise LimitExceeded(
                f"{said}, more than its share of {share / 1e6:,.0f} MB.",
                _CURE,
                limit="limits.chart_megabytes",
            )
    return chosen, sum(sizes[key][number] for key, numbers in chosen.items() for number in numbers)


def _sum_groups(figures: ObjectFigures, names: set[str]) -> list[int]:
    """Compressed bytes of these columns in each row group."""
    sizes = [column.group_bytes for column in figures.columns if column.name in names]
    return [sum(parts) for parts in zip(*sizes, strict=True)] if sizes else [0] * len(figures.group_rows)


def _run(
    connection: duckdb.DuckDBPyConnection,
    spec: ChartSpec,
    schema: pa.Schema,
    condition: str | None,
    limits: LimitSettings,
) -> Marks:
    source = ("object", condition)
    disk = bounded_disk(connection, limits.query_disk_megabytes * 1_000_000)
    try:
        with disk, interrupt_after(connection, limits.query_seconds):
            bins = _measure_bins(connection, spec, schema, condition)
            if bins:
                sql = write_binned(spec, schema, source, bins, Dialect.DUCKDB)
            else:
                sql = write_chart(spec, schema, source, FETCHED_GROUPS + 1, Dialect.DUCKDB)
            table = connection.sql(sql).to_arrow_table()
    except duckdb.InterruptException as error:
        raise LimitExceeded(
            f"The chart was not ready within {limits.query_seconds:g} s.", _CURE, limit="limits.query_seconds"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise out_of_memory("The chart", error, _CURE) from error
    except (duckdb.Error, pa.ArrowException) as error:
        raise QueryRejected(
            f"The chart cannot be drawn: {first_line(error)}", "Try other columns."
        ) from error
    return make_marks(spec, _read_groups(table), bins)


def _measure_bins(
    connection: duckdb.DuckDBPyConnection, spec: ChartSpec, schema: pa.Schema, condition: str | None
) -> Bins | None:
    """Bins over the middle 98 % of the values."""
    if spec.grain is not Grain.BINS:
        return None
    position = write_position(spec.x, schema)
    where = f" WHERE {condition}" if condition else ""
    measured = f"approx_quantile({position}, [0.01, 0.99]), min({position}), max({position})"
    quantiles, *ends = connection.sql(f"SELECT {measured} FROM object{where}").fetchall()[0]
    if not quantiles:
        return Bins(0.0, 1.0, 1)
    low, high = quantiles if quantiles[0] < quantiles[1] else ends
    return choose_bins(float(low), float(high), role_of(schema.field(spec.x).type) is Role.CODE)


def _read_groups(table: pa.Table) -> list[Group]:
    columns = {name: list_values(table[name]) for name in table.column_names}
    splits = columns.get("split") or [None] * table.num_rows
    return [Group(*row) for row in zip(columns["x"], splits, columns["y"], columns["n"], strict=True)]
