"""A check's failing share month by month, with the line it must stay below."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui.presenters.check_detail_presenter import TrendPoint

_MOST_MONTHS = 60
# The state colours of the style sheet (Okabe and Ito), readable on light and dark; the legend says the word.
_COLOURS = {"passed": "#009e73", "warned": "#e69f00", "failed": "#d55e00"}


def show_check_trend(check: str, points: Sequence[TrendPoint], allowed_percent: float) -> None:
    """A bar a month; the months' figures are in its tooltip and in the matrix above."""
    import altair as alt  # late, as everywhere: it takes a second
    import pandas as pd

    scale = alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    shown = points[-_MOST_MONTHS:]
    frame = pd.DataFrame(
        [{"month": p.month, "percent": p.percent, "state": p.state, "rows": p.failing_rows} for p in shown]
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2, size=18 if len(shown) < 20 else 8)
        .encode(
            x=alt.X("month:N", title=None, axis=alt.Axis(labelAngle=-90 if len(shown) > 5 else 0)),
            y=alt.Y("percent:Q", title="failing rows, %", axis=alt.Axis(tickCount=5)),
            color=alt.Color("state:N", title=None, legend=alt.Legend(orient="top"), scale=scale),
            tooltip=[
                "month:N",
                "state:N",
                alt.Tooltip("rows:Q", format=",", title="failing rows"),
                alt.Tooltip("percent:Q", format=".4f", title="percent"),
            ],
        )
    )
    limit = pd.DataFrame([{"percent": allowed_percent}])
    rule = alt.Chart(limit).mark_rule(strokeDash=[4, 3], color="gray").encode(y="percent:Q")
    st.altair_chart(
        (bars + rule).properties(height=200),
        alt=f"Share of failing rows of {check} per month; {allowed_percent:g} percent are allowed",
    )
