"""The profile of a lake object: footer figures at once, then each column measured by DuckDB.

Every number says what it rests on: the footer, all rows, or a sample of row groups. A column that cannot
be measured keeps the footer's figures and says why.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import duckdb
import pyarrow as pa

from lakeside.errors import LakesideError, NotFound
from lakeside.lake.apart import read_apart
from lakeside.lake.column_figures import ColumnFigures, ObjectFigures
from lakeside.lake.lake import Lake
from lakeside.settings import LimitSettings
from lakeside.warehouse.column_queries import Bars, measure_column
from lakeside.warehouse.duckdb_disk import bounded_disk
from lakeside.warehouse.duckdb_errors import first_line
from lakeside.warehouse.duckdb_sandbox import interrupt_after
from lakeside.warehouse.lake_engine import open_engine


class Basis(StrEnum):
    """What a number rests on."""

    FOOTER = "footer"
    SAMPLE = "sample"  # some row groups, spread over the object
    EXACT = "exact"  # every row was read


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it rests on; `approximate` where it is estimated even from the rows it rests on."""

    value: Any
    basis: Basis
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Figures by name (nulls, null_share, distinct, min, max, nans, q01 ... q99) and the bars of a chart.

    `rows_measured` is how many rows the figures that are not the footer's rest on; `reason` says why
    there are none.
    """

    name: str
    data_type: pa.DataType
    compressed_bytes: int
    figures: dict[str, Figure]
    bars: Bars | None = None
    bars_basis: Basis | None = None
    rows_measured: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """All columns that were asked for, in the object's order."""

    key: str
    rows: int
    row_groups: int
    columns: Sequence[ColumnProfile]
    elapsed_seconds: float


@dataclass(slots=True)
class _Bounds:
    limits: LimitSettings
    started: float = field(default_factory=time.monotonic)
    measured: int = 0

    @property
    def seconds_left(self) -> float:
        return self.limits.profile_seconds - (time.monotonic() - self.started)

    def find_reason(self) -> str | None:
        """Why no further column may be measured."""
        if self.measured >= self.limits.profile_columns:
            return f"Not measured: {self.measured:,} columns were; ask for this one by name."
        if self.seconds_left <= 0:
            return f"Not measured: {self.limits.profile_seconds:g} s were used up; ask for this one by name."
        return None


@read_apart
def profile_object(
    lake: Lake, key: str, limits: LimitSettings, column: str | None = None, measure: bool = True
) -> Profile:
    """Profile an object, or one column of it; with `measure` False by its footer alone.

    Raises:
        NotFound: no such object, or no such column.
        BadFile: it has no footer that can be read.
    """
    bounds = _Bounds(limits)
    figures = lake.read_figures(key)
    wanted = [c for c in figures.columns if column in (None, c.name)]
    if not wanted:
        names = ", ".join(c.name for c in figures.columns[:40])
        raise NotFound(f"{lake.url_of(key)} has no column {column}.", f"It has {names}.")
    counts = Counter(c.name for c in figures.columns)
    profiles = []
    for one in wanted:
        profile = _profile_footer(one, figures.rows)
        if measure and counts[one.name] > 1:
            profile = replace(profile, reason=f"Not measured: {counts[one.name]} columns have this name.")
        elif measure:
            profile = _measure(lake, key, (one, figures), (profile, bounds))
        profiles.append(profile)
    elapsed = time.monotonic() - bounds.started
    return Profile(key, figures.rows, len(figures.group_rows), profiles, elapsed)


def _profile_footer(column: ColumnFigures, rows: int) -> ColumnProfile:
    values = {"nulls": column.nulls, "min": column.low, "max": column.high}
    if column.nulls is not None and rows:
        values["null_share"] = column.nulls / rows
    figures = {name: Figure(value, Basis.FOOTER) for name, value in values.items() if value is not None}
    return ColumnProfile(column.name, column.data_type, sum(column.group_bytes), figures)


def _measure(
    lake: Lake, key: str, what: tuple[ColumnFigures, ObjectFigures], so_far: tuple[ColumnProfile, _Bounds]
) -> ColumnProfile:
    (column, whole), (profile, bounds) = what, so_far
    reason = bounds.find_reason()
    groups = choose_groups(column.group_bytes, int(bounds.limits.profile_megabytes * 1e6))
    if reason is None and not groups and whole.rows:
        smallest = min(column.group_bytes) / 1e6
        reason = f"Not measured: its smallest row group has {smallest:,.0f} MB, more than the limit."
    if reason or not whole.rows:
        return replace(profile, reason=reason)
    bounds.measured += 1
    data = pa.field(column.name, column.data_type)
    try:
        with open_engine(bounds.limits, doubting=True) as connection:
            connection.register("object", lake.open_column(key, data, groups))
            disk = bounded_disk(connection, bounds.limits.query_disk_megabytes * 1_000_000)
            with disk, interrupt_after(connection, max(0.01, bounds.seconds_left)):
                values, bars = measure_column(connection, column.name, column.data_type)
    except duckdb.InterruptException:
        return replace(profile, reason=f"Not measured within {bounds.limits.profile_seconds:g} s.")
    except (duckdb.Error, pa.ArrowException, OSError, ValueError, LakesideError) as error:
        return replace(profile, reason=f"Not measured: {first_line(error)}")
    basis = Basis.EXACT if len(groups) == len(whole.group_rows) else Basis.SAMPLE
    measured = {name: Figure(v, basis, name.startswith(("distinct", "q"))) for name, v in values.items()}
    kept = profile.figures if basis is Basis.SAMPLE else {}  # the footer knows all rows, a sample does not
    rows = sum(whole.group_rows[group] for group in groups)
    return replace(
        profile, figures=measured | kept, bars=bars, bars_basis=basis if bars else None, rows_measured=rows
    )


def choose_groups(group_bytes: Sequence[int], maximum_bytes: int) -> list[int]:
    """All row groups when they fit, else some, spread evenly; none when not one fits."""
    count, total = len(group_bytes), sum(group_bytes)
    if total <= maximum_bytes:
        return list(range(count))
    wanted = max(1, count * maximum_bytes // total)
    chosen, used = [], 0
    for number in sorted({index * count // wanted for index in range(wanted)}):
        if used + group_bytes[number] <= maximum_bytes:
            chosen.append(number)
            used += group_bytes[number]
    return chosen
