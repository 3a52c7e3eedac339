"""How each of a month's four lights looks: symbol, word, tone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lakeside.lights import ChecksState, LakeState, Light, MonthLights, SourceState, TableState
from ui.formats import format_relative
from ui.presenters.looks import Look

NAMES = ("source", "lake", "warehouse", "checks")

SOURCE: dict[SourceState, Look] = {
    SourceState.OFFERED: Look("◌", "by calendar", "quiet"),
    SourceState.THERE: Look("✓", "has it", "good"),
    SourceState.CHANGED: Look("↻", "changed", "warn"),
    SourceState.GONE: Look("✕", "not there", "warn"),
    SourceState.NOT_YET: Look("…", "not yet", "quiet"),
    SourceState.NEVER: Look("·", "never", "quiet"),
}
LAKE: dict[LakeState, Look] = {
    LakeState.MISSING: Look("○", "missing", "quiet"),
    LakeState.THERE: Look("✓", "there", "good"),
    LakeState.STALE: Look("↻", "stale", "warn"),
    LakeState.BROKEN: Look("✕", "broken", "bad"),
    LakeState.FOREIGN: Look("?", "foreign", "odd"),
}
TABLE: dict[TableState, Look] = {
    TableState.MISSING: Look("○", "missing", "quiet"),
    TableState.EQUAL: Look("✓", "equal", "good"),
    TableState.STALE: Look("↻", "stale", "warn"),
    TableState.DIFFERS: Look("≠", "differs", "bad"),
    TableState.UNKNOWN: Look("?", "origin unknown", "odd"),
}
CHECKS: dict[ChecksState, Look] = {
    ChecksState.NONE: Look("·", "not checked", "quiet"),
    ChecksState.PASSED: Look("✓", "passed", "good"),
    ChecksState.WARNED: Look("!", "warned", "warn"),
    ChecksState.FAILED: Look("✕", "failed", "bad"),
    ChecksState.ERROR: Look("✕", "could not run", "bad"),
    ChecksState.OUTDATED: Look("↻", "outdated", "warn"),
}


@dataclass(frozen=True, slots=True)
class Lamp:
    """One light: whose it is, how it looks, what it says, and how old that is (empty: nothing is known)."""

    name: str
    look: Look
    says: str
    age: str = ""

    @property
    def sentence(self) -> str:
        """`source ✓ has it: tlc has it, 1,900,000 bytes. (3 h ago)`."""
        age = f" ({self.age})" if self.age else ""
        return f"{self.name} {self.look.symbol} {self.look.word}: {self.says}{age}"


def present_lamps(month: MonthLights, now: datetime) -> Sequence[Lamp]:
    """Source, lake, warehouse, checks, in that order."""
    lit: Sequence[tuple[Look, Light[Any]]] = (
        (SOURCE[month.source.state], month.source),
        (LAKE[month.lake.state], month.lake),
        (TABLE[month.table.state], month.table),
        (CHECKS[month.checks.state], month.checks),
    )
    return tuple(
        Lamp(name, look, light.says, format_relative(light.at, now) if light.at else "")
        for name, (look, light) in zip(NAMES, lit, strict=True)
    )
