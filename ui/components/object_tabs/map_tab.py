"""Pickups, or any measure, by taxi zone."""

from __future__ import annotations

import streamlit as st

from lakeside.charts.spec import ChartSpec, Grain
from lakeside.lake.objects import LakeObject
from ui.access.charts import load_chart
from ui.access.lake import load_object
from ui.access.zones import load_zone_shapes
from ui.components.chart_choice import choose_measure, choose_where, choose_zone
from ui.components.month_choice import choose_months
from ui.components.pieces import show_muted, show_table
from ui.components.zone_map import show_shapes_hint, show_zone_map, show_zone_table
from ui.presenters.chart_presenter import ChartView, present_chart
from ui.presenters.map_presenter import MOST_ZONES, list_zone_columns, present_map
from ui.presenters.object_presenter import ObjectView
from ui.state import open_rows


def show_map(item: LakeObject, view: ObjectView) -> None:
    """The map, or the table of numbers while the shapes are not in the lake."""
    _, footer = load_object(item.key)
    zones = list_zone_columns(footer.schema)
    if not zones:
        show_muted("This object has no column of taxi zones (a name that ends in LocationID), so no map.")
        return
    objects = choose_months(item)
    left, middle, right = st.columns(3)
    with left:
        start = ChartSpec(choose_zone(zones), Grain.VALUES, most_values=MOST_ZONES)
    y, aggregate = choose_measure(footer.schema, start, (middle, right))
    spec = ChartSpec(start.x, start.grain, aggregate, y, None, choose_where(), MOST_ZONES)
    chart = present_chart(load_chart(tuple((o.key, o.version) for o in objects), spec), view.title, item.key)
    _draw(chart, item.key if len(objects) == 1 else None)


def _draw(chart: ChartView, key: str | None) -> None:
    features = load_zone_shapes()
    view = present_map(chart, features, key)
    clicked = None
    if features:
        clicked = show_zone_map(view, "zone-map", clickable=key is not None)
    else:
        show_shapes_hint()
        show_zone_table(view)
    for note in (view.unplaced, *chart.notes):
        if note:
            show_muted(note)
    with st.expander("Figures of the map"):
        show_table(chart.figures)
    where = chart.points[clicked].where if clicked is not None else None
    if where:
        open_rows(where)
