"""A chart as people read it: what is drawn, what it rests on, what is left out, where each mark leads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from lakeside.charts.marks import MAXIMUM_MARKS, Mark
from lakeside.charts.spec import CLOCKS, STEPS, Aggregate, ChartSpec, Grain
from lakeside.datasets.contract import SOURCE_MONTH
from lakeside.lake.where.write import write_equal, write_range
from lakeside.shown import guard_formula, show_unseen
from lakeside.warehouse.lake_chart import Chart
from lakeside.warehouse.lake_profile import Basis
from ui.formats import format_bytes, format_counted, format_duration, format_rows, format_value
from ui.presenters.places import link_to_object
from ui.presenters.views import Column, Table, TableCell

SHOWN_FIGURES = 200
NULL = "null"
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

AGGREGATES: Mapping[Aggregate, str] = {
    Aggregate.ROWS: "number of rows",
    Aggregate.SUM: "sum",
    Aggregate.MEAN: "mean",
    Aggregate.MEDIAN: "median (estimate)",
    Aggregate.MIN: "smallest",
    Aggregate.MAX: "largest",
    Aggregate.DISTINCT: "distinct values",
}
GRAINS: Mapping[Grain, str] = {
    Grain.HOUR_OF_DAY: "hour of the day",
    Grain.WEEKDAY: "day of the week",
    Grain.HOUR: "hour",
    Grain.DAY: "day",
    Grain.WEEK: "week",
    Grain.MONTH: "month",
    Grain.YEAR: "year",
    Grain.BINS: "ranges",
    Grain.VALUES: "each value",
}


class Shape(StrEnum):
    """How marks are drawn."""

    LINE = "line"
    COLUMNS = "columns"
    BINS = "bins"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Point:
    """A mark: where it stands (number, time or name), what it is called, and the rows behind it."""

    x: Any
    label: str
    split: str
    value: float | None
    rows: int
    x_end: float | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart, ready to be drawn. `href` of the figures and `where` of the points lead to rows."""

    title: str
    shape: Shape
    points: Sequence[Point]
    x_title: str
    y_title: str
    split_title: str
    stacks: bool
    description: str
    notes: Sequence[str]
    figures: Table
    file_name: str


def present_chart(chart: Chart, name: str, key: str | None = None) -> ChartView:
    """The view of a chart of `name`; with the key of the one object it is of, marks lead to its rows."""
    spec = chart.spec
    points = [_present_point(spec, mark) for mark in chart.marks.marks]
    measure = f"{AGGREGATES[spec.aggregate]} of {spec.y}" if spec.y else "rows"
    title = f"{measure} by {_name_group(spec)}" + (f" and {spec.split}" if spec.split else "")
    return ChartView(
        title=f"{name}: {title}",
        shape=_choose_shape(spec),
        points=points,
        x_title=_name_group(spec),
        y_title=measure,
        split_title=spec.split or "",
        stacks=spec.aggregate in (Aggregate.ROWS, Aggregate.SUM) and spec.split != SOURCE_MONTH,
        description=_describe(title, name, points),
        notes=[_say_basis(chart), *_say_left_out(chart)],
        figures=_present_figures(spec, points, measure, key),
        file_name=f"{name} {title}".replace("/", "-").replace(" ", "_"),
    )


def reveal_view(view: ChartView) -> ChartView:
    """The view with nothing unseen in what is drawn."""
    points = [
        replace(
            p,
            x=show_unseen(p.x) if isinstance(p.x, str) else p.x,
            label=show_unseen(p.label),
            split=show_unseen(p.split),
        )
        for p in view.points
    ]
    return replace(
        view,
        points=points,
        title=show_unseen(view.title),
        x_title=show_unseen(view.x_title),
        y_title=show_unseen(view.y_title),
        split_title=show_unseen(view.split_title),
    )


def name_in_tooltip(title: str) -> str:
    """A line's name in a tooltip; Vega's would fetch the value of one named `image` as a picture."""
    return f"{title} " if title in ("image", "title") else title


def write_csv(view: ChartView) -> bytes:
    """The marks as CSV, UTF-8: x, x_end, split, value, rows."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = [view.x_title, "up_to", view.split_title or "split", view.y_title, "rows"]
    writer.writerow([guard_formula(head) for head in heads])
    for p in view.points:
        x, end = (guard_formula(p.label), "") if p.x_end is None else (p.x, p.x_end)
        writer.writerow([x, end, guard_formula(p.split), p.value, p.rows])
    return out.getvalue().encode()


def name_split(name: str | None, value: Any) -> str:
    """A value of the splitting column in words."""
    if value is None:
        return NULL
    if name == SOURCE_MONTH and isinstance(value, date):
        return f"{value:%Y-%m}"
    return str(value)


def _present_point(spec: ChartSpec, mark: Mark) -> Point:
    label = _label(spec, mark)
    split = name_split(spec.split, mark.split) if spec.split else ""
    x = mark.x if spec.grain in STEPS or mark.x_end is not None else label
    return Point(x, label, split, mark.value, mark.rows, mark.x_end, _condition(spec, mark))


def _label(spec: ChartSpec, mark: Mark) -> str:
    if mark.x_end is not None:
        return f"{format_value(mark.x)} to {format_value(mark.x_end)}"
    if spec.grain is Grain.WEEKDAY:
        return _WEEKDAYS[int(mark.x) - 1]
    if spec.grain is Grain.HOUR_OF_DAY:
        return f"{int(mark.x):02d}"
    if isinstance(mark.x, datetime):
        length = {Grain.HOUR: 16, Grain.MONTH: 7, Grain.YEAR: 4}.get(spec.grain, 10)
        return mark.x.isoformat(sep=" ")[:length]
    shown = str(mark.x) if isinstance(mark.x, int) else format_value(mark.x, 40)
    return shown or "(empty text)"


def _condition(spec: ChartSpec, mark: Mark) -> str | None:
    """The rows of a mark, where a condition can say them: hours of the day and weekdays it cannot."""
    if spec.grain in CLOCKS:
        return None
    if mark.x_end is not None:
        part = write_range(spec.x, mark.x, mark.x_end, with_high=False)
    elif spec.grain in STEPS and isinstance(mark.x, datetime):
        part = write_range(spec.x, mark.x, _next(mark.x, spec.grain), with_high=False)
    else:
        part = write_equal(spec.x, mark.x)
    parts = [f"({spec.where})" if spec.where else None, part]
    if spec.split:
        parts.append(write_equal(spec.split, mark.split))
    if part is None or (spec.split and parts[-1] is None):
        return None
    return " AND ".join(p for p in parts if p)


def _next(moment: datetime, grain: Grain) -> datetime:
    if grain is Grain.MONTH:
        return moment.replace(year=moment.year + moment.month // 12, month=moment.month % 12 + 1)
    if grain is Grain.YEAR:
        return moment.replace(year=moment.year + 1)
    return (
        moment
        + {
            Grain.HOUR: timedelta(hours=1),
            Grain.DAY: timedelta(days=1),
            Grain.WEEK: timedelta(weeks=1),
        }[grain]
    )


def _choose_shape(spec: ChartSpec) -> Shape:
    if spec.grain in STEPS:
        return Shape.LINE
    if spec.grain in CLOCKS:
        return Shape.COLUMNS
    return Shape.BINS if spec.grain is Grain.BINS else Shape.BARS


def _name_group(spec: ChartSpec) -> str:
    if spec.grain in (Grain.VALUES, Grain.BINS):
        return spec.x
    return f"{GRAINS[spec.grain]} of {spec.x}"


def _describe(title: str, name: str, points: Sequence[Point]) -> str:
    """What a person who does not see the chart is told."""
    drawn = [p for p in points if p.value is not None]
    if not drawn:
        return f"{title} of {name}: there is nothing to draw."
    low, high = min(drawn, key=lambda p: p.value or 0), max(drawn, key=lambda p: p.value or 0)
    ends = " and ".join(
        f"the {word} is {format_value(p.value)} at {p.label}{f' ({p.split})' if p.split else ''}"
        for word, p in (("largest", high), ("smallest", low))
    )
    return f"{title} of {name}, {format_counted(len(drawn), 'mark')}: {ends}."


def _say_basis(chart: Chart) -> str:
    what = f"{format_bytes(chart.bytes_read)} in {format_duration(chart.elapsed_seconds)}"
    bounds = (
        f"At most {MAXIMUM_MARKS:,} marks, {format_duration(chart.limits.query_seconds)} "
        f"and {chart.limits.chart_megabytes:,.0f} MB."
    )
    whole = format_rows(chart.rows_total)
    if chart.objects > 1:
        whole += f" of {format_counted(chart.objects, 'object')}"
    if chart.basis is Basis.EXACT:
        return f"Exact: rests on all {whole}; read {what}. {bounds}"
    some = f"{format_rows(chart.rows_read)} of {whole}, in row groups spread evenly"
    return f"Sample: rests on {some}; read {what}. {bounds}"


def _say_left_out(chart: Chart) -> list[str]:
    marks, spec = chart.marks, chart.spec
    said = []
    if marks.rows_null:
        said.append(f"{format_rows(marks.rows_null)} where {spec.x} is null are not drawn.")
    if marks.rows_outside:
        where = (
            "far from all other times" if spec.grain in STEPS else "beyond about the middle 98 % of values"
        )
        said.append(f"{format_rows(marks.rows_outside)} {where} are not drawn.")
    if marks.values_cut:
        kind = "values with fewer rows" if spec.grain is Grain.VALUES else "later groups"
        cure = "" if spec.grain is Grain.VALUES else " Choose a coarser grain to see all."
        said.append(f"{marks.values_cut:,} {kind} are not drawn.{cure}")
    if marks.splits_cut:
        said.append(f"{marks.splits_cut:,} values of {spec.split} with fewer rows are not drawn.")
    if marks.rows_cut:
        said.append(f"In all, {format_rows(marks.rows_cut)} belong to what is cut.")
    if marks.more_groups:
        said.append("There were too many groups to fetch; those with most rows were taken.")
    return said


def _present_figures(spec: ChartSpec, points: Sequence[Point], measure: str, key: str | None) -> Table:
    heads = [Column(_name_group(spec)), Column(measure, numeric=True), Column("rows", numeric=True)]
    if spec.split:
        heads.insert(1, Column(spec.split))
    rows = []
    for p in points[:SHOWN_FIGURES]:
        href = link_to_object(key, tab="rows", where=p.where) if key and p.where else None
        cells = [TableCell(p.label, href=href), TableCell(format_value(p.value)), TableCell(f"{p.rows:,}")]
        if spec.split:
            cells.insert(1, TableCell(p.split))
        rows.append(cells)
    return Table("Figures of the chart", heads, rows)
