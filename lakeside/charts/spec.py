"""What a chart shows: one value per group of rows. A spec is checked against a schema, never run as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from lakeside.errors import NotFound, QueryRejected


class Role(StrEnum):
    """What a column can stand for in a chart."""

    TIME = "time"
    NUMBER = "number"  # has distances: it can be cut into bins
    CODE = "code"  # whole numbers: each may be a thing of its own, or they are cut into bins
    CATEGORY = "category"
    OTHER = "other"  # bytes, lists, structs: only counted


class Aggregate(StrEnum):
    """How the rows of a group become one value."""

    ROWS = "rows"
    SUM = "sum"
    MEAN = "mean"
    MEDIAN = "median"  # an estimate
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"


class Grain(StrEnum):
    """How values of x become groups."""

    HOUR_OF_DAY = "hour_of_day"
    WEEKDAY = "weekday"  # 1 Monday to 7 Sunday
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"
    YEAR = "year"
    BINS = "bins"  # about twenty of equal width, over the middle 98 %
    VALUES = "values"  # each value


CLOCKS = (Grain.HOUR_OF_DAY, Grain.WEEKDAY)
STEPS = (Grain.HOUR, Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.YEAR)
_GRAINS: dict[Role, tuple[Grain, ...]] = {
    Role.TIME: (*CLOCKS, *STEPS),
    Role.NUMBER: (Grain.BINS, Grain.VALUES),
    Role.CODE: (Grain.VALUES, Grain.BINS),
    Role.CATEGORY: (Grain.VALUES,),
    Role.OTHER: (),
}
_OF_NUMBERS = (Aggregate.SUM, Aggregate.MEAN, Aggregate.MEDIAN, Aggregate.MIN, Aggregate.MAX)


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One value of `y` per group of `x`, for each value of `split` apart.

    `y` is None where rows are counted. `where` is a condition as `lakeside.lake.where` has it;
    `most_values` how many values are drawn where each is a group, those with most rows.
    """

    x: str
    grain: Grain
    aggregate: Aggregate = Aggregate.ROWS
    y: str | None = None
    split: str | None = None
    where: str | None = None
    most_values: int = 20

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, those of the condition aside."""
        return tuple(dict.fromkeys(name for name in (self.x, self.y, self.split) if name))


def role_of(data_type: pa.DataType) -> Role:
    """What a column of this type can stand for."""
    types = pa.types
    if types.is_dictionary(data_type):
        return role_of(data_type.value_type)
    if types.is_timestamp(data_type) or types.is_date(data_type):
        return Role.TIME
    if types.is_integer(data_type):
        return Role.CODE
    if types.is_floating(data_type) or types.is_decimal(data_type):
        return Role.NUMBER
    if types.is_string(data_type) or types.is_large_string(data_type) or types.is_boolean(data_type):
        return Role.CATEGORY
    return Role.OTHER


def list_grains(data_type: pa.DataType) -> Sequence[Grain]:
    """How values of this type can be grouped, the likeliest first; none where they cannot be drawn."""
    grains = _GRAINS[role_of(data_type)]
    if pa.types.is_date(data_type):
        return (Grain.DAY, *(g for g in grains if g not in (Grain.HOUR, Grain.HOUR_OF_DAY, Grain.DAY)))
    return grains


def list_aggregates(data_type: pa.DataType | None) -> Sequence[Aggregate]:
    """What can be made of a column of this type; of no column, its rows are counted."""
    if data_type is None:
        return (Aggregate.ROWS,)
    numbers = _OF_NUMBERS if role_of(data_type) in (Role.NUMBER, Role.CODE) else ()
    return (*sorted(numbers, key=lambda a: a is not Aggregate.MEAN), Aggregate.DISTINCT)


def check_spec(spec: ChartSpec, schema: pa.Schema) -> None:
    """Whether such a chart can be made of rows of this schema.

    Raises:
        NotFound: a column is not there.
        QueryRejected: a column is there twice, or cannot be grouped or aggregated so; it says what can.
    """
    for name in spec.columns:
        count = schema.names.count(name)
        if not count:
            raise NotFound(f"There is no column {name}.", f"There are {', '.join(schema.names[:40])}.")
        if count > 1:
            raise QueryRejected(f"{count} columns are called {name}.", "It cannot be told which.")
    x_type = schema.field(spec.x).type
    if spec.grain not in list_grains(x_type):
        able = ", ".join(list_grains(x_type)) or "in no way"
        raise QueryRejected(
            f"{spec.x} is {x_type} and cannot be grouped by {spec.grain}.", f"It can: {able}."
        )
    y_type = schema.field(spec.y).type if spec.y else None
    if spec.aggregate not in list_aggregates(y_type):
        able = ", ".join(list_aggregates(y_type))
        what = f"{spec.y} is {y_type} and has" if spec.y else "Without a column there is"
        raise QueryRejected(f"{what} no {spec.aggregate}.", f"There is {able}.")
    if spec.split and role_of(schema.field(spec.split).type) is Role.OTHER:
        raise QueryRejected(f"{spec.split} is {schema.field(spec.split).type} and cannot split a chart.")
