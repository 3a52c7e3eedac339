"""Charts of an object's rows, or of several months of its dataset."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lakeside.charts.spec import ChartSpec
from lakeside.datasets.contract import SOURCE_MONTH
from lakeside.lake.objects import LakeObject
from lakeside.warehouse.lake_chart import Chart
from ui.access.charts import load_chart
from ui.access.lake import load_object
from ui.components.chart_builder import ChartSource, show_chart_builder
from ui.components.month_choice import choose_months
from ui.presenters.object_presenter import ObjectView
from ui.presenters.places import link_to_object
from ui.state import find_param, open_rows


def show_charts(item: LakeObject, view: ObjectView) -> None:
    """The builder; a click on a mark leads to its rows."""
    objects = choose_months(item)
    where = show_chart_builder(_make_source(item, view, objects))
    if where:
        open_rows(where)


def _make_source(item: LakeObject, view: ObjectView, objects: Sequence[LakeObject]) -> ChartSource:
    _, footer = load_object(item.key)
    several = len(objects) > 1
    split = SOURCE_MONTH if several and SOURCE_MONTH in footer.schema.names else None
    keep = {name: find_param(name) for name in ("where", "months")}

    def load(spec: ChartSpec) -> Chart:  # the versions keep a replaced object's chart apart
        return load_chart(tuple((one.key, one.version) for one in objects), spec)

    return ChartSource(
        name=f"{item.dataset} {objects[0].month} to {objects[-1].month}" if several else view.title,
        schema=footer.schema.remove_metadata(),
        load=load,
        link=partial(_link, item.key, keep),
        key=None if several else item.key,
        split=split,
    )


def _link(key: str, keep: dict[str, str | None], chosen: dict[str, str]) -> str:
    return link_to_object(key, tab="charts", **(keep | chosen))
