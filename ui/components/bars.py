"""Bars of a column's values: a chart to click, and the same as links for the keyboard."""

from __future__ import annotations

import streamlit as st

from lakeside.shown import show_unseen
from ui.components.markup import Markup, el
from ui.presenters.chart_presenter import name_in_tooltip
from ui.presenters.profile_presenter import BarsView

_LABEL_WIDTH = 160


def show_bars_chart(view: BarsView, key: str) -> str | None:
    """The bars as a chart; the condition of the bar that was clicked, once."""
    import altair as alt  # a third of a second that pages without a chart need not wait for
    import pandas as pd

    picked = alt.selection_point(name="bar", fields=["number"], on="click", empty=False)
    frame = pd.DataFrame(
        [
            {"number": n, "label": show_unseen(b.label), "rows": b.count, "low": b.low, "high": b.high}
            for n, b in enumerate(view.bars)
        ]
    )
    chart = alt.Chart(frame).mark_bar(cornerRadiusEnd=2, cursor="pointer")
    names = alt.Axis(labelLimit=_LABEL_WIDTH, labelOverlap=False)
    column = show_unseen(view.column)
    tooltip = [
        alt.Tooltip("label:N", title=name_in_tooltip(column)),
        alt.Tooltip("rows:Q", format=",", title="rows"),
    ]
    if view.kind == "top":
        chart = chart.encode(
            x=alt.X("rows:Q", title="rows", axis=alt.Axis(format="~s", tickCount=5)),
            y=alt.Y("label:N", title=None, sort=None, axis=names),
            tooltip=tooltip,
        ).properties(height=60 + 26 * len(view.bars))
    else:
        kind = "T" if hasattr(view.bars[0].low, "isoformat") else "Q"
        chart = chart.encode(
            x=alt.X(f"low:{kind}", title=column, axis=alt.Axis(tickCount=8, grid=False)),
            x2="high",
            y2=alt.datum(0),
            y=alt.Y("rows:Q", title="rows", axis=alt.Axis(format="~s", tickCount=5)),
            tooltip=tooltip,
        ).properties(height=300)
    drawn = chart.add_params(picked)
    event = st.altair_chart(
        drawn, on_select="rerun", selection_mode="bar", key=key, alt=show_unseen(view.description)
    )
    chosen = event["selection"].get("bar") or []
    return view.bars[int(chosen[0]["number"])].where if chosen else None


def show_bar_links(view: BarsView) -> None:
    """One line a bar, each a link to its rows."""
    lines = [el("li", _line(bar.label, bar.count, bar.length, bar.href)) for bar in view.bars]
    st.html(el("ol", *lines, class_="ls-bars", aria_label=f"{view.description} Each leads to its rows."))


def draw_spark(view: BarsView) -> Markup:
    """The bars in small, for a table's cell."""
    parts = [el("i", style=f"height:{max(4, round(100 * b.length))}%") for b in view.bars]
    return el(
        "span", *parts, class_="ls-spark", role="img", aria_label=view.description, title=view.description
    )


def _line(label: str, count: int, length: float, href: str | None) -> Markup:
    inner = [
        el("span", label, class_="label", title=label),
        el("span", el("i", style=f"width:{100 * length:.1f}%"), class_="track", aria_hidden="true"),
        el("span", f"{count:,}", class_="num"),
    ]
    return el("a", *inner, href=href, title=f"Show the {count:,} rows") if href else el("div", *inner)
