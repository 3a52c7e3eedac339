"""Tables for people: aligned, numbers to the right with separators, nothing where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

_LONGEST_CELL = 60


def format_table(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows under their titles; a column of numbers is set to the right."""
    cells = [[format_cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(titles), *cells]) for i in range(len(titles))]
    right = [_is_numeric([row[i] for row in rows]) for i in range(len(titles))]

    def set_line(line: Sequence[str]) -> str:
        placed = zip(line, widths, right, strict=True)
        return "  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in placed).rstrip()

    rule = "  ".join("-" * w for w in widths)
    return "\n".join([set_line(titles), rule, *(set_line(line) for line in cells)])


def format_cell(value: Any) -> str:
    """A value in a table: thousands separated, floats short, long text cut with an ellipsis."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, Decimal)):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.10g}"
    text = value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def format_bytes(size: int | None) -> str:
    """A size in decimal units (1 MB = 10^6 bytes)."""
    if size is None:
        return ""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def format_seconds(seconds: float) -> str:
    """A duration: `0.4 s`, `12 s`, `3 min 20 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def _is_numeric(values: Sequence[Any]) -> bool:
    known = [v for v in values if v is not None]
    return bool(known) and all(
        isinstance(v, (int, float, Decimal)) and not isinstance(v, bool) for v in known
    )
