"""Charts worth a first look, by the types and names of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeside.charts.spec import Aggregate, ChartSpec, Grain, Role, list_grains, role_of

_MOST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A chart and what to call it."""

    title: str
    spec: ChartSpec


def suggest_charts(schema: pa.Schema) -> Sequence[Suggestion]:
    """At most five charts of these columns; the first is what to draw unasked. None when nothing can be."""
    names = [n for n in schema.names if schema.names.count(n) == 1]
    by_role = {role: [n for n in names if role_of(schema.field(n).type) is role] for role in Role}
    codes = by_role[Role.CODE]
    found = [
        *_over_time(schema, by_role[Role.TIME]),
        *_amount_by_distance(by_role[Role.NUMBER]),
        *_frequent([n for n in codes if _is_place(n)], "zones of "),
        *_frequent([n for n in by_role[Role.CATEGORY] + codes if not _is_place(n)], "values of "),
        *_histogram(by_role[Role.NUMBER]),
    ]
    return found[:_MOST]


def default_spec(schema: pa.Schema) -> ChartSpec | None:
    """The first suggestion, or rows by whatever column can be grouped; None when none can."""
    suggested = suggest_charts(schema)
    if suggested:
        return suggested[0].spec
    name = next((f.name for f in schema if list_grains(f.type) and schema.names.count(f.name) == 1), None)
    return None if name is None else ChartSpec(name, list_grains(schema.field(name).type)[0])


def _over_time(schema: pa.Schema, times: Sequence[str]) -> list[Suggestion]:
    clocks = [n for n in times if not pa.types.is_date(schema.field(n).type)]
    if not clocks:
        return [Suggestion("Rows per month", ChartSpec(times[0], Grain.MONTH))] if times else []
    name = _prefer(clocks, lambda n: "pickup" in n.casefold())
    return [
        Suggestion("Rows per hour of the day", ChartSpec(name, Grain.HOUR_OF_DAY)),
        Suggestion("Rows per day", ChartSpec(name, Grain.DAY)),
    ]


def _amount_by_distance(numbers: Sequence[str]) -> list[Suggestion]:
    distances = [n for n in numbers if "distance" in n.casefold() or "miles" in n.casefold()]
    amounts = [n for n in numbers if "fare" in n.casefold() or "amount" in n.casefold()]
    if not distances or not amounts:
        return []
    x, y = distances[0], _prefer(amounts, lambda n: "fare" in n.casefold() and "amount" in n.casefold())
    return [Suggestion(f"Mean {y} by {x}", ChartSpec(x, Grain.BINS, Aggregate.MEAN, y))]


def _frequent(names: Sequence[str], what: str) -> list[Suggestion]:
    return [Suggestion(f"Top {what}{n}", ChartSpec(n, Grain.VALUES)) for n in _without_rows(names)[:1]]


def _histogram(numbers: Sequence[str]) -> list[Suggestion]:
    return [Suggestion(f"Histogram of {n}", ChartSpec(n, Grain.BINS)) for n in numbers[:1]]


def _without_rows(names: Sequence[str]) -> list[str]:
    """Columns that number the rows say nothing by their values."""
    return [n for n in names if n.casefold() not in ("source_row", "__index_level_0__", "index", "id")]


def _is_place(name: str) -> bool:
    return name.casefold().endswith("locationid")


def _prefer(names: Sequence[str], good: Callable[[str], bool]) -> str:
    return next((n for n in names if good(n)), names[0])
