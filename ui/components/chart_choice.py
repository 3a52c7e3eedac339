"""What a chart shows, chosen by widgets that the URL follows: x, grain, aggregate, y, split, where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lakeside.charts.spec import Aggregate, ChartSpec, Role, list_aggregates, list_grains, role_of
from lakeside.shown import show_unseen
from ui.presenters.chart_presenter import AGGREGATES, GRAINS
from ui.state import follow_text, follow_url, remember_choice, set_param

T = TypeVar("T")
ROWS, NO_SPLIT = "the rows", "nothing"


def choose_spec(schema: pa.Schema, start: ChartSpec, split: str | None = None) -> ChartSpec:
    """The chosen spec; what the URL does not say is as in `start` (`split`: by what unless chosen)."""
    names = [f.name for f in schema if schema.names.count(f.name) == 1]
    drawable = [n for n in names if list_grains(schema.field(n).type)]
    columns = st.columns([3, 2.3, 2.6, 2.6, 2.5])
    with columns[0]:
        key = follow_url("x", drawable, start.x)
        x = st.selectbox("Along", drawable, key=key, on_change=_forget_grain, format_func=show_unseen)
        remember_choice("x", x, start.x)
    with columns[1]:
        grains = list(list_grains(schema.field(x).type))
        grain = _choose("grain", "By", grains, start.grain if x == start.x else grains[0], GRAINS)
    y, aggregate = choose_measure(schema, start, (columns[2], columns[3]))
    with columns[4]:
        parts = [n for n in names if role_of(schema.field(n).type) not in (Role.NUMBER, Role.OTHER)]
        split_by = _choose("split", "Split by", [NO_SPLIT, *parts], split or start.split or NO_SPLIT)
    chosen = None if split_by == NO_SPLIT else split_by
    return replace(
        start,
        x=x,
        grain=grain,
        y=y,
        aggregate=aggregate,
        split=chosen,
    )


def choose_measure(
    schema: pa.Schema, start: ChartSpec, places: Sequence[DeltaGenerator]
) -> tuple[str | None, Aggregate]:
    """Of which column (None: of the rows) what is shown, in two places."""
    names = [f.name for f in schema if schema.names.count(f.name) == 1 and role_of(f.type) is not Role.OTHER]
    with places[0]:
        y = _choose("y", "Of", [ROWS, *names], start.y or ROWS)
    with places[1]:
        able = list(list_aggregates(None if y == ROWS else schema.field(y).type))
        first = start.aggregate if start.aggregate in able else able[0]
        aggregate = _choose("agg", "Shown", able, first, AGGREGATES)
    return (None if y == ROWS else y), aggregate


def choose_zone(columns: Sequence[str]) -> str:
    """Which of the columns of zones: where trips began, or where they ended."""
    return _choose("zone", "Zones of", columns, columns[0])


def choose_where() -> str | None:
    """A condition for the rows that are drawn; the same parameter as on the Rows tab."""
    typed = st.text_input(
        "Only rows where",
        key=follow_text("where"),
        placeholder="for example trip_distance > 0 AND payment_type = 1",
    )
    remember_choice("where", typed.strip(), "")
    return typed.strip() or None


def _forget_grain() -> None:
    """Another column is grouped as is best for its own type."""
    st.session_state.pop("choice_grain", None)
    set_param("grain", None)


def _choose(
    name: str, label: str, options: Sequence[T], default: T, words: Mapping[T, str] | None = None
) -> T:
    key = follow_url(name, options, default)
    chosen = st.selectbox(label, options, key=key, format_func=words.__getitem__ if words else show_unseen)
    remember_choice(name, chosen, default)
    return chosen
