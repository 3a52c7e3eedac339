"""The tabs of an object's page, one line each, in their order. The first opens by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lakeside.lake.objects import LakeObject
from ui.components.object_tabs.charts_tab import show_charts
from ui.components.object_tabs.code_tab import show_code
from ui.components.object_tabs.head_tab import show_head
from ui.components.object_tabs.layout_tab import show_layout
from ui.components.object_tabs.load_tab import show_load
from ui.components.object_tabs.map_tab import show_map
from ui.components.object_tabs.origin_tab import show_origin
from ui.components.object_tabs.profile_tab import show_profile
from ui.components.object_tabs.rows_tab import show_rows
from ui.components.object_tabs.schema_tab import show_schema
from ui.components.object_tabs.versions_tab import show_versions
from ui.presenters.object_presenter import ObjectView


@dataclass(frozen=True, slots=True)
class ObjectTab:
    """A tab: its name in the URL, its title, what draws it, and for which objects there is one.

    `readable` objects have a footer; of the others only the listing and the first bytes are known.
    """

    name: str
    title: str
    show: Callable[[LakeObject, ObjectView], None]
    readable: bool = True
    unreadable: bool = False


TABS = [
    ObjectTab("head", "What it is", show_head, readable=False, unreadable=True),
    ObjectTab("rows", "Rows", show_rows),
    ObjectTab("profile", "Profile", show_profile),
    ObjectTab("charts", "Charts", show_charts),
    ObjectTab("map", "Map", show_map),
    ObjectTab("origin", "Origin", show_origin),
    ObjectTab("schema", "Schema", show_schema),
    ObjectTab("layout", "Layout", show_layout),
    ObjectTab("versions", "Versions", show_versions, unreadable=True),
    ObjectTab("load", "Load it", show_load, unreadable=True),
    ObjectTab("code", "Use it", show_code),
]
