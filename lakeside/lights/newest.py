"""How far each dataset has come: the newest month of source, lake and table, and what lies between. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lakeside.lights.light import LakeState, MonthLights, SourceState, TableState
from lakeside.month import Month

_AT_SOURCE = (SourceState.OFFERED, SourceState.THERE, SourceState.CHANGED)
_IN_LAKE = (LakeState.THERE, LakeState.STALE)
_IN_TABLE = (TableState.EQUAL, TableState.STALE, TableState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest month of each place; None where it has none.

    The lags are months between two places; None where one of them has no month.
    """

    dataset: str
    source: Month | None
    lake: Month | None
    table: Month | None

    @property
    def lake_lag_months(self) -> int | None:
        """How far the lake is behind the source."""
        return _behind(self.lake, self.source)

    @property
    def table_lag_months(self) -> int | None:
        """How far the table is behind the lake."""
        return _behind(self.table, self.lake)


def find_newest(lights: Sequence[MonthLights]) -> list[Newest]:
    """One line per dataset, in the order they come."""
    names = dict.fromkeys(light.covered.dataset for light in lights)
    return [_find(name, [m for m in lights if m.covered.dataset == name]) for name in names]


def _find(dataset: str, lights: Sequence[MonthLights]) -> Newest:
    return Newest(
        dataset,
        source=_last(m.covered.month for m in lights if m.source.state in _AT_SOURCE),
        lake=_last(m.covered.month for m in lights if m.lake.state in _IN_LAKE),
        table=_last(m.covered.month for m in lights if m.table.state in _IN_TABLE),
    )


def _last(months: Iterable[Month]) -> Month | None:
    return max(months, default=None)


def _behind(place: Month | None, before: Month | None) -> int | None:
    return None if place is None or before is None else max(0, before.index - place.index)
