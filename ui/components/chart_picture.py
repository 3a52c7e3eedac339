"""A chart view drawn with Altair; at most a thousand marks, aggregated before they come here."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lakeside.shown import show_unseen
from ui.presenters.chart_presenter import ChartView, Shape, name_in_tooltip, reveal_view

_BAR_HEIGHT = 24
_FEW_POINTS = 70
_PALETTE = ["#0072b2", "#009e73", "#e69f00", "#d55e00", "#cc79a7", "#56b4e9", "#999999"]


def show_chart_picture(view: ChartView, key: str, clickable: bool) -> str | None:
    """The chart; the condition of the mark that was clicked, once, where it has one."""
    chart = build_chart(view)
    if not clickable or not any(point.where for point in view.points):
        st.altair_chart(chart, alt=show_unseen(view.description), key=key)
        return None
    import altair as alt

    picked = alt.selection_point(name="mark", fields=["number"], on="click", empty=False)
    event = st.altair_chart(
        chart.add_params(picked),
        on_select="rerun",
        selection_mode="mark",
        key=key,
        alt=show_unseen(view.description),
    )
    chosen = event["selection"].get("mark") or []
    return view.points[int(chosen[0]["number"])].where if chosen else None


def write_vega_lite(view: ChartView) -> str:
    """The chart as a document of its own, on white, for a picture to take along."""
    chart = build_chart(view).properties(title=view.title, width=760).configure(background="#ffffff")
    return str(chart.configure_range(category=_PALETTE).configure_mark(color=_PALETTE[0]).to_json())


def build_chart(view: ChartView) -> Any:
    """The Altair chart without theme or selection; nothing unseen is in its words."""
    import altair as alt  # late: only pages with a chart wait for it
    import pandas as pd

    view = reveal_view(view)
    names = ("number", "x", "x_end", "label", "split", "value", "rows")
    frame = pd.DataFrame(
        [(n, p.x, p.x_end, p.label, p.split, p.value, p.rows) for n, p in enumerate(view.points)],
        columns=list(names),
    )
    chart = _DRAW[view.shape](alt.Chart(frame), view)
    tooltip = [
        alt.Tooltip("label:N", title=name_in_tooltip(view.x_title)),
        alt.Tooltip(
            "value:Q", title=name_in_tooltip(view.y_title), format=",.4~g" if not view.stacks else ","
        ),
        alt.Tooltip("rows:Q", title="rows", format=","),
    ]
    if view.split_title:
        tooltip.insert(1, alt.Tooltip("split:N", title=name_in_tooltip(view.split_title)))
        legend = alt.Legend(orient="top", labelLimit=200)
        chart = chart.encode(color=alt.Color("split:N", title=view.split_title, legend=legend))
    return chart.encode(tooltip=tooltip)


def _draw_line(chart: Any, view: ChartView) -> Any:
    import altair as alt

    dots = alt.OverlayMarkDef(size=45, filled=True) if len(view.points) <= _FEW_POINTS else False
    return (
        chart.mark_line(point=dots, strokeWidth=2)
        .encode(x=alt.X("x:T", title=view.x_title, axis=alt.Axis(grid=False)), y=_value_axis(view))
        .properties(height=360)
    )


def _draw_columns(chart: Any, view: ChartView) -> Any:
    import altair as alt

    axis = alt.Axis(labelAngle=0, grid=False)
    drawn = chart.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X("x:N", title=view.x_title, sort=None, axis=axis), y=_value_axis(view)
    )
    return _beside(drawn, view).properties(height=360)


def _draw_bins(chart: Any, view: ChartView) -> Any:
    import altair as alt

    x = alt.X("x:Q", title=view.x_title, axis=alt.Axis(grid=False))
    if view.split_title and not view.stacks:
        return chart.mark_line(point=True).encode(x=x, y=_value_axis(view)).properties(height=360)
    mark = chart.mark_bar(cornerRadiusEnd=1)
    if view.split_title:  # stacked bars need no base of their own
        return mark.encode(x=x, x2="x_end", y=_value_axis(view)).properties(height=360)
    return mark.encode(x=x, x2="x_end", y=_value_axis(view), y2=alt.datum(0)).properties(height=360)


def _draw_bars(chart: Any, view: ChartView) -> Any:
    import altair as alt

    order = list(dict.fromkeys(point.label for point in view.points))
    if not view.stacks and not view.split_title:
        ranked = sorted(view.points, key=lambda p: -(p.value or 0))
        order = list(dict.fromkeys(point.label for point in ranked))
    axis = alt.Axis(labelLimit=260, labelOverlap=False)
    drawn = chart.mark_bar(cornerRadiusEnd=2).encode(
        y=alt.Y("x:N", title=view.x_title, sort=order, axis=axis),
        x=alt.X("value:Q", title=view.y_title, axis=alt.Axis(format="~s", tickCount=6)),
    )
    if view.split_title and not view.stacks:
        drawn = drawn.encode(yOffset="split:N")
    return drawn.properties(height=70 + _BAR_HEIGHT * max(1, len(order)))


def _beside(chart: Any, view: ChartView) -> Any:
    """Values that do not add up stand side by side."""
    return chart.encode(xOffset="split:N") if view.split_title and not view.stacks else chart


def _value_axis(view: ChartView) -> Any:
    import altair as alt

    return alt.Y("value:Q", title=view.y_title, axis=alt.Axis(format="~s", tickCount=6))


_DRAW = {
    Shape.LINE: _draw_line,
    Shape.COLUMNS: _draw_columns,
    Shape.BINS: _draw_bins,
    Shape.BARS: _draw_bars,
}
