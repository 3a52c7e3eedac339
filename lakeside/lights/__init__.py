"""Four lights a month: source, lake, warehouse, checks; from what is there, never from run history."""

from lakeside.lights.board import compute_lights
from lakeside.lights.light import (
    ChecksState,
    LakeState,
    Light,
    MonthLights,
    SourceState,
    TableState,
)
from lakeside.lights.newest import Newest, find_newest

__all__ = [
    "ChecksState",
    "LakeState",
    "Light",
    "MonthLights",
    "Newest",
    "SourceState",
    "TableState",
    "compute_lights",
    "find_newest",
]
