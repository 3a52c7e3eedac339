"""Row groups side by side: how large each is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.presenters.layout_presenter import Bar


def show_groups_chart(bars: Sequence[Bar]) -> None:
    """A bar a row group, or a bar for several where there are many; the table says the same in figures."""
    import altair as alt  # a third of a second that pages without a chart need not wait for
    import pandas as pd

    largest = max((b.size_bytes for b in bars), default=0)
    unit, divisor = ("MB", 1e6) if largest >= 1e6 else ("kB", 1e3)
    names = [str(b.first) if b.first == b.last else f"{b.first} to {b.last}" for b in bars]
    frame = pd.DataFrame(
        {
            "group": [b.first for b in bars],
            "name": names,
            "rows": [b.rows for b in bars],
            "size": [b.size_bytes / divisor for b in bars],
        }
    )
    chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("group:O", title="Row group", axis=alt.Axis(labelOverlap=True, labelAngle=0)),
            y=alt.Y("size:Q", title=f"{unit}, uncompressed", axis=alt.Axis(tickCount=4)),
            tooltip=[
                alt.Tooltip("name:N", title="row group"),
                alt.Tooltip("rows:Q", format=","),
                alt.Tooltip("size:Q", format=",.2f", title=unit),
            ],
        )
        .properties(height=180)
    )
    st.altair_chart(chart, alt=f"Uncompressed size of {len(bars)} row groups or runs of row groups")
