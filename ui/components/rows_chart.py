"""Rows per month, lake beside table: an aggregated chart, one pair of bars a month."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.presenters.warehouse_presenter import MonthRows

_MOST_MONTHS = 24


def show_rows_chart(name: str, months: Sequence[MonthRows]) -> None:
    """Grouped bars of the newest months; the table beside it says the same in figures."""
    import altair as alt  # late: pages without a chart need not wait for it
    import pandas as pd

    shown = months[-_MOST_MONTHS:]
    frame = pd.DataFrame(
        [
            {"month": m.month, "place": place, "rows": rows}
            for m in shown
            for place, rows in (("lake", m.lake_rows), ("table", m.warehouse_rows))
        ]
    )
    chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "month:N",
                title=None,
                axis=alt.Axis(labelAngle=-90 if len(shown) > 5 else 0),
                scale=alt.Scale(paddingInner=0.25),
            ),
            xOffset=alt.XOffset("place:N", scale=alt.Scale(paddingInner=0.05)),
            y=alt.Y("rows:Q", title=None, axis=alt.Axis(format="~s", tickCount=5)),
            color=alt.Color("place:N", title=None, legend=alt.Legend(orient="top")),
            tooltip=["month:N", "place:N", alt.Tooltip("rows:Q", format=",")],
        )
        .properties(height=260)
    )
    st.altair_chart(chart, alt=f"Rows of {name} per month in lake and table")
