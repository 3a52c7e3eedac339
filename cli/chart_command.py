"""`lakeside chart`: rows of one or several objects, aggregated into a few groups."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli.arguments import JsonOption, Misuse, read_key
from cli.output import Output
from cli.tables import format_bytes, format_cell, format_seconds, format_table
from lakeside.errors import SettingsError

if TYPE_CHECKING:
    from lakeside.charts.spec import ChartSpec
    from lakeside.lake.lake import Lake
    from lakeside.warehouse.lake_chart import Chart

_BLOCKS = 30
T = TypeVar("T", bound=StrEnum)


def chart(
    keys: Annotated[
        list[str],
        typer.Argument(metavar="OBJECT...", help="Objects with the same columns.", show_default=False),
    ],
    x: Annotated[str | None, typer.Option("--along", help="Column that makes the groups.")] = None,
    grain: Annotated[
        str | None, typer.Option("--by", help="hour_of_day, weekday, hour ... year, bins or values.")
    ] = None,
    y: Annotated[
        str | None, typer.Option("--of", help="Column to aggregate; without it rows are counted.")
    ] = None,
    aggregate: Annotated[
        str | None, typer.Option("--show", help="sum, mean, median, min, max or distinct.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Column whose values are kept apart.")] = None,
    where: Annotated[str | None, typer.Option(help="Rows to take, as for `preview`.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Aggregate rows into at most a thousand marks, and say what they rest on and what is left out."""
    from flows.opened import open_services
    from lakeside.settings import load_settings
    from lakeside.warehouse.lake_chart import chart_objects

    services = open_services(load_settings())
    lake = services.lake
    names = list(dict.fromkeys(read_key(lake.url, key) for key in keys))
    spec = _read_spec(lake, names[0], (x, grain, y, aggregate), (split, where))
    found = chart_objects(lake, names, spec, services.settings.limits)
    Output(as_json).show(_as_document(names, found), lambda: "\n".join(_describe(found)))
    return 0


def _read_spec(
    lake: Lake, key: str, drawn: tuple[str | None, ...], more: tuple[str | None, str | None]
) -> ChartSpec:
    """What was typed; the rest as for a first look at such columns."""
    from lakeside.charts.spec import Aggregate, ChartSpec, Grain, list_aggregates, list_grains
    from lakeside.charts.suggest import default_spec
    from lakeside.errors import QueryRejected

    x, grain, y, aggregate = drawn
    schema = lake.read_footer(key).schema
    start = default_spec(schema)
    if x is None and start is None:
        raise QueryRejected(f"No column of {lake.url_of(key)} can be grouped.")
    if x is None and start is not None:
        x, grain = start.x, grain or start.grain
    assert x is not None
    grains = list_grains(schema.field(x).type) if schema.names.count(x) == 1 else ()
    able = list_aggregates(schema.field(y).type if y and schema.names.count(y) == 1 else None)
    return ChartSpec(
        x=x,
        grain=_read(Grain, grain, grains[0] if grains else Grain.VALUES, "--by"),
        aggregate=_read(Aggregate, aggregate, able[0], "--show"),
        y=y,
        split=more[0],
        where=more[1],
    )


def _read(kind: type[T], text: str | None, default: T, option: str) -> T:
    """One of the words an option takes; Misuse names them."""
    if text is None:
        return default
    try:
        return kind(text)
    except ValueError as error:
        words = ", ".join(str(word) for word in kind)
        raise Misuse(SettingsError(f"{option} takes {words}, not {text}.")) from error


def _as_document(keys: list[str], found: Chart) -> dict[str, Any]:
    spec, marks = found.spec, found.marks
    return {
        "objects": keys,
        "along": spec.x,
        "by": spec.grain,
        "of": spec.y,
        "show": spec.aggregate,
        "split": spec.split,
        "where": spec.where,
        "marks": [
            {"x": m.x, "x_end": m.x_end, "split": m.split, "value": m.value, "rows": m.rows}
            for m in marks.marks
        ],
        "basis": found.basis,
        "rows_total": found.rows_total,
        "rows_read": found.rows_read,
        "rows_drawn": marks.rows_drawn,
        "rows_null": marks.rows_null,
        "rows_outside": marks.rows_outside,
        "rows_cut": marks.rows_cut,
        "values_cut": marks.values_cut,
        "splits_cut": marks.splits_cut,
        "bytes_read": found.bytes_read,
        "elapsed_seconds": found.elapsed_seconds,
        "limits": {"seconds": found.limits.query_seconds, "bytes": int(found.limits.chart_megabytes * 1e6)},
    }


def _describe(found: Chart) -> Iterator[str]:
    spec, marks = found.spec, found.marks
    longest = max((abs(m.value or 0) for m in marks.marks), default=0) or 1
    measure = f"{spec.aggregate} of {spec.y}" if spec.y else "rows"
    titles = [spec.x, *([spec.split] if spec.split else []), measure, ""]
    rows = []
    for m in marks.marks:
        label = format_cell(m.x) if m.x_end is None else f"{format_cell(m.x)} … {format_cell(m.x_end)}"
        bar = "█" * round(_BLOCKS * max(0.0, m.value or 0) / longest)
        rows.append([label, *([m.split] if spec.split else []), m.value, bar])
    yield format_table(tuple(titles), rows)
    yield ""
    what = f"{format_bytes(found.bytes_read)}, {format_seconds(found.elapsed_seconds)}"
    yield f"Rows drawn: {marks.rows_drawn:,} of {found.rows_total:,} ({found.basis}); read {what}."
    left = {"null": marks.rows_null, "outside": marks.rows_outside, "cut": marks.rows_cut}
    if any(left.values()):
        said = ", ".join(f"{count:,} rows {name}" for name, count in left.items() if count)
        yield f"Not drawn: {said}."
