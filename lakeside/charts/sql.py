"""The query behind a chart, for DuckDB or as GoogleSQL: `x`, `y`, `split`, `n`, most rows first."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pyarrow as pa

from lakeside.charts.spec import Aggregate, ChartSpec, Grain, Role, role_of
from lakeside.lake.where.write import Dialect, plain_type, write_name

_UNITS = {Grain.HOUR: "hour", Grain.DAY: "day", Grain.WEEK: "week", Grain.MONTH: "month", Grain.YEAR: "year"}


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of equal width: the first starts at `low`; what lies outside all of them is not drawn."""

    low: float
    width: float
    count: int

    def edge(self, number: int) -> float:
        """Where bin `number` begins, without the dust of binary fractions: 0.30000000000000004 is 0.3."""
        return round(self.low + number * self.width, max(0, 2 - math.floor(math.log10(self.width))))


def write_chart(
    spec: ChartSpec, schema: pa.Schema, source: tuple[str, str | None], limit: int, style: Dialect
) -> str:
    """One SELECT; at most `limit` groups. Bins come out as numbers, to be placed by `write_bins`.

    Args:
        spec: checked against the schema.
        schema: of the rows.
        source: the table as the query names it, and the condition in the same dialect.
        limit: how many groups, those with most rows first.
        style: whose SQL.
    """
    return _Writer(schema, style, None).write(spec, source, limit)


def write_binned(
    spec: ChartSpec, schema: pa.Schema, source: tuple[str, str | None], bins: Bins, style: Dialect
) -> str:
    """The same for a chart over bins, which are numbered from 0."""
    return _Writer(schema, style, bins).write(spec, source, (bins.count + 2) * 200)


def write_position(name: str, schema: pa.Schema) -> str:
    """A number as a finite DOUBLE, for DuckDB; null where it is none."""
    column = write_name(name, Dialect.DUCKDB)
    if pa.types.is_floating(plain_type(schema.field(name).type)):
        return f"CASE WHEN isfinite({column}) THEN {column}::DOUBLE END"
    return f"{column}::DOUBLE"


@dataclass(frozen=True, slots=True)
class _Writer:
    schema: pa.Schema
    style: Dialect
    bins: Bins | None

    @property
    def is_google(self) -> bool:
        return self.style is Dialect.GOOGLE

    def write(self, spec: ChartSpec, source: tuple[str, str | None], limit: int) -> str:
        table, condition = source
        parts = [f"{self.group(spec)} AS x", f"{self.value(spec)} AS y", "COUNT(*) AS n"]
        if spec.split:
            parts.insert(1, f"{write_name(spec.split, self.style)} AS split")
        where = f"\nWHERE {condition}" if condition else ""
        groups = "x, split" if spec.split else "x"
        selected = ", ".join(parts)
        return f"SELECT {selected}\nFROM {table}{where}\nGROUP BY {groups}\nORDER BY n DESC, x\nLIMIT {limit}"

    def group(self, spec: ChartSpec) -> str:
        if spec.grain is Grain.VALUES:
            return write_name(spec.x, self.style)
        if spec.grain is Grain.BINS:
            return self._bin(spec.x)
        moment = self._moment(spec.x)
        if spec.grain is Grain.HOUR_OF_DAY:
            return f"EXTRACT(HOUR FROM {moment})"
        if spec.grain is Grain.WEEKDAY:
            week = f"MOD(EXTRACT(DAYOFWEEK FROM {moment}) + 5, 7) + 1"
            return week if self.is_google else f"isodow({moment})"
        unit = _UNITS[spec.grain]
        if not self.is_google:
            return f"date_trunc('{unit}', {moment})::TIMESTAMP"
        return f"DATETIME_TRUNC({moment}, {'ISOWEEK' if unit == 'week' else unit.upper()})"

    def value(self, spec: ChartSpec) -> str:
        if spec.y is None or spec.aggregate is Aggregate.ROWS:
            return "COUNT(*)"
        column = write_name(spec.y, self.style)
        if spec.aggregate is Aggregate.DISTINCT:
            return f"COUNT(DISTINCT {column})"
        if role_of(self.schema.field(spec.y).type) is Role.NUMBER:
            column = self._finite(spec.y)
        match spec.aggregate:
            case Aggregate.MEAN:
                return f"AVG({column})"
            case Aggregate.MEDIAN if self.is_google:
                return f"APPROX_QUANTILES({column}, 2)[OFFSET(1)]"
            case Aggregate.MEDIAN:
                return f"approx_quantile({column}, 0.5)"
            case Aggregate.SUM if not self.is_google:
                return f"SUM({column})::DOUBLE"
        return f"{spec.aggregate.name}({column})"

    def _finite(self, name: str) -> str:
        if not self.is_google:
            return write_position(name, self.schema)
        column = write_name(name, self.style)
        floating = pa.types.is_floating(plain_type(self.schema.field(name).type))
        return f"IF(IS_NAN({column}), NULL, {column})" if floating else column

    def _bin(self, name: str) -> str:
        assert self.bins is not None
        return f"FLOOR(({self._finite(name)} - {self.bins.low!r}) / {self.bins.width!r})"

    def _moment(self, name: str) -> str:
        """Wall clock time, UTC where the column has a zone."""
        column, data_type = write_name(name, self.style), plain_type(self.schema.field(name).type)
        if pa.types.is_date(data_type):
            return f"CAST({column} AS DATETIME)" if self.is_google else f"{column}::TIMESTAMP"
        if data_type.tz is None:
            return column
        return f"DATETIME({column})" if self.is_google else f"make_timestamp(epoch_us({column}::TIMESTAMPTZ))"
