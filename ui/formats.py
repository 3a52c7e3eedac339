"""Numbers, sizes and times as people read them. Pure; the only place that formats."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from lakeside.shown import show_unseen

UNKNOWN = "—"
# What Streamlit's Markdown makes something else of within a line; a backslash may stand before each.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>#!|:$~^&]")
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def write_plain(words: str) -> str:
    """Words for a place that takes Markdown, so that all of them are shown as they are."""
    return _MARKDOWN.sub(r"\\\g<0>", show_unseen(words))


def format_count(number: int | None) -> str:
    """`1,369,765`; a dash where the number is unknown."""
    return UNKNOWN if number is None else f"{number:,}"


def format_short_count(number: int) -> str:
    """`950`, `2.4 k`, `95 k`, `1.4 M`: for where there is no room; the whole number belongs into a title."""
    value = float(number)
    for unit in ("", "k", "M", "G"):
        if abs(value) < 999.5 or unit == "G":
            break
        value /= 1000
    digits = 1 if unit and abs(value) < 9.95 else 0
    return f"{value:,.{digits}f} {unit}".rstrip()


def format_span(seconds: float) -> str:
    """`40 s`, `12 min`, `5 h`, `41 d`, `3 y`: a time in its largest unit, for where there is no room."""
    for size, unit in ((31_557_600, "y"), (86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and unit != "y"):
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"


def format_counted(number: int | None, noun: str) -> str:
    """`1 row`, `1,369,765 rows`; nouns take a plain s."""
    return UNKNOWN if number is None else f"{number:,} {noun}" + ("" if number == 1 else "s")


def format_difference(number: int) -> str:
    """`+12`, `−3,000` or `0`, with a true minus sign."""
    return f"{number:+,}".replace("-", "−") if number else "0"


def format_rows(number: int | None) -> str:
    """`1,369,765 rows`."""
    return format_counted(number, "row")


def format_bytes(number: float | None) -> str:
    """`28.4 MB`, in powers of ten."""
    if number is None:
        return UNKNOWN
    value = float(number)
    for unit in _BYTE_UNITS:
        if abs(value) < 999.95 or unit == _BYTE_UNITS[-1]:
            break
        value /= 1000
    return f"{value:,.0f} {unit}" if unit == "B" else f"{value:,.1f} {unit}"


def format_value(value: Any, longest: int = 60) -> str:
    """A column's value: `1,234`, `12.35`, `2020-10-01 08:15:03`, text as it is but cut; a dash for null."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        return format_number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="auto" if value.microsecond % 1000 else "seconds")
    shown = value.isoformat() if isinstance(value, time) else str(value)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def format_number(value: float | Decimal) -> str:
    """`12.35`, `1,234.5`, `0.0012`: two decimals, more only where all would be zeros."""
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,.2f}" if 0.1 <= abs(number) < 1e15 else f"{number:.3g}"


def format_speed(megabytes_per_second: float | None) -> str:
    """`12.3 MB/s`; a dash where nothing was measured."""
    return f"{megabytes_per_second:,.1f} MB/s" if megabytes_per_second else UNKNOWN


def format_duration(seconds: float | None) -> str:
    """`0.8 s`, `42 s`, `3 min 05 s`, `2 h 04 min`."""
    if seconds is None:
        return UNKNOWN
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def format_utc(at: datetime | None) -> str:
    """`2026-11-22 08:15:03 UTC`."""
    return UNKNOWN if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def format_relative(at: datetime | None, now: datetime) -> str:
    """`just now`, `4 min ago`, `3 h ago`, `yesterday`, `5 days ago`, then the day itself."""
    if at is None:
        return UNKNOWN
    seconds = (now - at).total_seconds()
    if seconds < -60:
        return "in " + format_duration(-seconds)
    if seconds < 10:
        return "just now"
    if seconds < 60:
        return f"{int(seconds)} s ago"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86400:
        return f"{int(seconds // 3600)} h ago"
    days = int(seconds // 86400)
    return "yesterday" if days == 1 else f"{days} days ago" if days < 30 else at.strftime("%Y-%m-%d")


def format_share(part: float, whole: float) -> str:
    """`12.5 %`; never `100.0 %` before all is there."""
    if not whole:
        return "0 %"
    share = 100 * part / whole
    return f"{min(share, 99.9) if part < whole else share:.1f} %".replace(".0 %", " %")


def short_id(identity: str) -> str:
    """The first eight characters, enough to recognise a run."""
    return identity[:8]
