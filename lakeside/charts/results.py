"""What to draw of a query's result unasked: its first column along, its first number up."""

from __future__ import annotations

import pyarrow as pa

from lakeside.charts.spec import Aggregate, ChartSpec, Grain, Role, list_grains, role_of
from lakeside.charts.suggest import default_spec


def result_spec(schema: pa.Schema) -> ChartSpec | None:
    """A result is mostly grouped already: its rows are marks, so their number is summed."""
    names = [n for n in schema.names if schema.names.count(n) == 1]
    x = next((n for n in names if list_grains(schema.field(n).type)), None)
    numbers = [n for n in names if n != x and role_of(schema.field(n).type) in (Role.NUMBER, Role.CODE)]
    if x is None or not numbers:
        return default_spec(schema)
    grains = list_grains(schema.field(x).type)
    grain = Grain.VALUES if Grain.VALUES in grains else grains[0]
    return ChartSpec(x, grain, Aggregate.SUM, numbers[0], most_values=50)
