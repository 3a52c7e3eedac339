"""A measure by taxi zone: on the map where its shapes are there, else in a table of the zones' numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakeside.charts.spec import Role, role_of
from ui.formats import format_rows, format_value
from ui.presenters.chart_presenter import ChartView, Point
from ui.presenters.places import link_to_object

MOST_ZONES = 300
Feature = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ZoneCell:
    """A zone in the table of numbers; `heat` is 0 to 1."""

    number: str
    value: str
    rows: int
    heat: float
    href: str | None


@dataclass(frozen=True, slots=True)
class MapView:
    """What is drawn: features with their values, or cells where there are no shapes.

    `description` tells the same in words; `unplaced` names zones that have rows and no shape;
    `adds_up` says that few zones have most of the measure, as with counts.
    """

    features: Sequence[Feature]
    cells: Sequence[ZoneCell]
    measure: str
    description: str
    unplaced: str
    adds_up: bool


def list_zone_columns(schema: pa.Schema) -> list[str]:
    """The columns that hold numbers of taxi zones."""
    return [
        f.name
        for f in schema
        if f.name.casefold().endswith("locationid")
        and role_of(f.type) in (Role.CODE, Role.NUMBER)
        and schema.names.count(f.name) == 1
    ]


def present_map(view: ChartView, features: Sequence[Feature] | None, key: str | None) -> MapView:
    """The marks of a chart by zone, placed on the shapes, each outline turned as the drawing wants it."""
    points = {point.label: (number, point) for number, point in enumerate(view.points)}
    placed = [_place(feature, points) for feature in features or ()]
    shaped = {str(feature["properties"]["id"]) for feature in features or ()}
    lost = [point for label, (_, point) in points.items() if features and label not in shaped]
    top = max((p.value or 0 for p in view.points), default=0) or 1
    cells = [] if features else [_cell(p, top, key) for p in sorted(view.points, key=_by_number)]
    return MapView(
        placed, cells, view.y_title, _describe(view, points, features), _say_lost(lost), view.stacks
    )


def _place(feature: Feature, points: Mapping[str, tuple[int, Point]]) -> Feature:
    properties = feature["properties"]
    number, point = points.get(str(properties["id"]), (-1, None))
    value = point.value if point else None
    rows = point.rows if point else 0
    geometry = feature["geometry"]
    return {
        "type": "Feature",
        "number": number,
        "id": properties["id"],
        "zone": properties["zone"],
        "borough": properties["borough"],
        "value": value,
        "rows": rows,
        "geometry": {"type": geometry["type"], "coordinates": _turn(geometry)},
    }


def _turn(geometry: Mapping[str, Any]) -> list[Any]:
    """GeoJSON's outer rings run against the clock; on d3's sphere that is all but the zone."""
    parts = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        return [ring[::-1] for ring in parts]
    return [[ring[::-1] for ring in polygon] for polygon in parts]


def _cell(point: Point, top: float, key: str | None) -> ZoneCell:
    href = link_to_object(key, tab="rows", where=point.where) if key and point.where else None
    heat = max(0.0, min(1.0, (point.value or 0) / top))
    return ZoneCell(point.label, format_value(point.value), point.rows, heat, href)


def _by_number(point: Point) -> tuple[int, str]:
    return (int(point.label), "") if point.label.isdecimal() else (10**9, point.label)


def _describe(
    view: ChartView, points: Mapping[str, tuple[int, Point]], features: Sequence[Feature] | None
) -> str:
    names = {str(f["properties"]["id"]): f["properties"]["zone"] for f in features or ()}
    ranked = sorted((p for _, p in points.values() if p.value is not None), key=lambda p: -(p.value or 0))
    most = ", ".join(f"{names.get(p.label, 'zone')} ({p.label}) {format_value(p.value)}" for p in ranked[:3])
    kind = "Map" if features else "Table"
    return f"{kind} of {view.y_title} by taxi zone, {len(ranked)} zones. Most: {most or 'none'}."


def _say_lost(lost: Sequence[Point]) -> str:
    if not lost:
        return ""
    rows = sum(p.rows for p in lost)
    names = ", ".join(p.label for p in sorted(lost, key=_by_number)[:12])
    return f"{format_rows(rows)} lie in zones without a shape: {names}."
