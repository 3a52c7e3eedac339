"""A chart that people put together: choose, draw, read the figures, take it along.

It knows nothing of where rows come from: give it their schema and a function that aggregates them (of lake
objects, of a query's result, of a warehouse's table).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa
import streamlit as st

from lakeside.charts.spec import ChartSpec
from lakeside.charts.suggest import default_spec, suggest_charts
from lakeside.warehouse.lake_chart import Chart
from ui.access.charts import PictureKind, load_picture
from ui.components.chart_choice import NO_SPLIT, ROWS, choose_spec, choose_where
from ui.components.chart_picture import show_chart_picture, write_vega_lite
from ui.components.pieces import show_links, show_muted, show_table
from ui.presenters.chart_presenter import ChartView, present_chart, write_csv
from ui.presenters.views import Link

_PICTURES: tuple[tuple[PictureKind, str], ...] = (("png", "image/png"), ("svg", "image/svg+xml"))


@dataclass(frozen=True, slots=True)
class ChartSource:
    """Rows to draw.

    Args:
        name: what they are, for titles and file names.
        schema: their columns.
        load: makes the chart of a spec; bounded, and cached by whoever gives it.
        link: a link to the page with these parameters chosen, for suggestions; none are shown without.
        key: the lake object whose rows these are, when it is one: its marks then lead to rows.
        split: what to split by unless another is chosen.
        start: what to draw unless something else is chosen; the schema's best guess without.
    """

    name: str
    schema: pa.Schema
    load: Callable[[ChartSpec], Chart]
    link: Callable[[dict[str, str]], str] | None = None
    key: str | None = None
    split: str | None = None
    start: ChartSpec | None = None


def show_chart_builder(source: ChartSource, with_where: bool = True) -> str | None:
    """Everything; returns the condition of a mark that was clicked, for the page to follow."""
    start = source.start or default_spec(source.schema)
    if start is None:
        show_muted("No column can be drawn: they are lists, structs or bytes, or there twice.")
        return None
    if source.link:
        show_links(_suggest(source))
    spec = choose_spec(source.schema, start, source.split)
    if with_where:
        spec = replace(spec, where=choose_where())
    view = present_chart(source.load(spec), source.name, source.key)
    return show_chart(view, f"chart-{source.name}", clickable=source.key is not None)


def show_chart(view: ChartView, key: str, clickable: bool = False) -> str | None:
    """A chart with its notes, downloads and figures; the condition of a mark that was clicked."""
    where = None
    if view.points:
        where = show_chart_picture(view, key, clickable)
    else:
        show_muted("There is nothing to draw: no row is left.")
    for note in view.notes:
        show_muted(note)
    if view.points:
        _show_downloads(view, key)
        with st.expander("Figures of the chart", key=f"figures-{key}"):
            show_table(view.figures)
            if clickable:
                show_muted("Click a mark, or follow a line here, to see its rows.")
    return where


def _show_downloads(view: ChartView, key: str) -> None:
    with st.container(horizontal=True, gap="small"):
        for kind, mime in _PICTURES:
            st.download_button(
                f"Download {kind.upper()}",
                data=partial(_draw_picture, view, kind),
                file_name=f"{view.file_name}.{kind}",
                mime=mime,
                on_click="ignore",
                key=f"{kind}-{key}",
            )
        name = f"{view.file_name}.csv"
        st.download_button(
            "Download CSV", write_csv(view), name, "text/csv", key=f"csv-{key}", on_click="ignore"
        )


def _draw_picture(view: ChartView, kind: PictureKind) -> bytes:
    return load_picture(write_vega_lite(view), kind)


def _suggest(source: ChartSource) -> Sequence[Link]:
    assert source.link is not None
    links = []
    for suggestion in suggest_charts(source.schema):
        spec = suggestion.spec
        chosen = {"x": spec.x, "grain": spec.grain.value, "y": spec.y or ROWS, "agg": spec.aggregate.value}
        chosen["split"] = spec.split or source.split or NO_SPLIT
        links.append(Link(suggestion.title, source.link(chosen)))
    return links
