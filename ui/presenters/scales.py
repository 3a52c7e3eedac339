"""What a month's cell is coloured by: its state, or a quantity on five steps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lakeside.lights import MonthLights
from ui.formats import format_bytes, format_short_count, format_span

STEPS = 5
_DAY = 86_400.0
_NULL_STEPS = (0.01, 0.05, 0.1, 0.25)
_LAG_STEPS = (_DAY, 7 * _DAY, 31 * _DAY, 92 * _DAY)


class ColourBy(StrEnum):
    """The modes of the matrix, as the URL's `by` has them."""

    STATE = "state"
    ROWS = "rows"
    BYTES = "bytes"
    NULLS = "nulls"
    LAG = "lag"


MODE_WORDS = {
    ColourBy.STATE: "State",
    ColourBy.ROWS: "Rows",
    ColourBy.BYTES: "Bytes",
    ColourBy.NULLS: "Null share",
    ColourBy.LAG: "Lag",
}
MEANINGS = {
    ColourBy.ROWS: "rows of the lake's object, as a share of the dataset's largest month",
    ColourBy.BYTES: "bytes of the lake's object, as a share of the dataset's largest month",
    ColourBy.NULLS: "share of nulls in the columns its source had",
    ColourBy.LAG: "from the source's file (where it has no date: from the lake's object) to the table",
}


def measure(month: MonthLights, by: ColourBy) -> float | None:
    """The month's quantity; None where there is none."""
    if by is ColourBy.ROWS:
        return month.covered.lake_rows
    if by is ColourBy.BYTES:
        return month.covered.lake_bytes
    if by is ColourBy.NULLS:
        return month.null_share
    return month.lag_seconds if by is ColourBy.LAG else None


def say_value(value: float, by: ColourBy) -> str:
    """`1.4 M`, `28.4 MB`, `2.3 %`, `41 d`: short enough for a cell."""
    if by is ColourBy.ROWS:
        return format_short_count(int(value))
    if by is ColourBy.BYTES:
        return format_bytes(value)
    return f"{100 * value:.1f} %" if by is ColourBy.NULLS else format_span(value)


@dataclass(frozen=True, slots=True)
class Scale:
    """Four bounds that part five steps, from the least to the most."""

    by: ColourBy
    bounds: Sequence[float]

    @classmethod
    def of(cls, months: Iterable[MonthLights], by: ColourBy) -> Scale:
        """Fixed bounds for shares and times; fifths of the largest month for amounts."""
        if by is ColourBy.NULLS:
            return cls(by, _NULL_STEPS)
        if by is ColourBy.LAG:
            return cls(by, _LAG_STEPS)
        largest = max((measure(m, by) or 0 for m in months), default=0)
        return cls(by, tuple(largest * step / STEPS for step in range(1, STEPS)))

    def find_step(self, value: float | None) -> int:
        """1 to 5; 0 where there is no value."""
        return 0 if value is None else 1 + sum(value > bound for bound in self.bounds)

    def list_words(self) -> list[str]:
        """What each step holds: `up to 1 %`, `to 5 %`, …, `more`."""
        said = [say_value(bound, self.by) for bound in self.bounds]
        return [f"up to {said[0]}", *(f"to {words}" for words in said[1:]), "more"]
