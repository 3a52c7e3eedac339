"""Taxi zones coloured by a measure: a map without tiles, or a table of numbers before there are shapes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.components.markup import Markup, el, prose
from ui.presenters.map_presenter import MapView, ZoneCell

_HEIGHT = 560


def show_zone_map(view: MapView, key: str, clickable: bool) -> int | None:
    """The map; which mark was clicked, once."""
    import altair as alt  # late: only pages with a chart wait for it

    color = alt.Color(
        "value:Q",
        title=view.measure,
        scale=alt.Scale(type="pow", exponent=0.35 if view.adds_up else 1, scheme="viridis"),
        legend=alt.Legend(orient="right", format="~s", gradientLength=260),
    )
    tooltip = [
        alt.Tooltip("zone:N", title="zone"),
        alt.Tooltip("id:Q", title="number"),
        alt.Tooltip("borough:N", title="borough"),
        alt.Tooltip("value:Q", title=view.measure, format=","),
        alt.Tooltip("rows:Q", title="rows", format=","),
    ]
    chart = (
        alt.Chart(alt.InlineData(values=list(view.features)))
        .mark_geoshape(stroke="#8b949e", strokeWidth=0.4)
        .encode(color=alt.condition("isValid(datum.value)", color, alt.value("#8b949e33")), tooltip=tooltip)
        .project(type="mercator")
        .properties(height=_HEIGHT)
    )
    if not clickable:
        st.altair_chart(chart, alt=view.description, key=key)
        return None
    picked = alt.selection_point(name="zone", fields=["number"], on="click", empty=False)
    event = st.altair_chart(
        chart.add_params(picked), on_select="rerun", selection_mode="zone", key=key, alt=view.description
    )
    chosen = event["selection"].get("zone") or []
    number = int(chosen[0]["number"]) if chosen else -1
    return number if number >= 0 else None


def show_zone_table(view: MapView) -> None:
    """A cell a zone, tinted by the measure, each a link to its rows."""
    cells = [el("li", _draw(cell)) for cell in view.cells]
    st.html(el("ol", *cells, class_="ls-zones", aria_label=view.description))


def show_shapes_hint() -> None:
    """How the shapes come into the lake."""
    words = "Run `lakeside ingest zones` to bring the zones' shapes into the lake; then this is a map."
    st.html(el("p", prose(words), class_="ls-muted"))


def _draw(cell: ZoneCell) -> Markup:
    inner: Sequence[Markup] = [el("b", cell.number), el("span", cell.value)]
    style = f"--heat:{100 * cell.heat**0.5:.0f}%"
    title = f"Zone {cell.number}: {cell.rows:,} rows"
    if cell.href:
        return el("a", *inner, href=cell.href, style=style, title=title)
    return el("div", *inner, style=style, title=title)
