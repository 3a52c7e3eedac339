"""Per-column figures of a month, defined once for the footer, DuckDB and BigQuery.

Definitions (those of `ColumnStats`): integers are summed as they are, money as whole millionths of a
dollar (each value times 1e6, rounded half away from zero, then added as integers), floats as doubles,
text by its characters, timestamps by whole epoch seconds (floor), dates by epoch days. None of them
depends on the order of rows, so lake and warehouse can be compared without a key.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lakeside.checks.result import Difference
from lakeside.datasets.contract import Dataset, Kind
from lakeside.lake.provenance import ColumnStats

FLOAT_TOLERANCE = 1e-9
KINDS_OF_GOOGLESQL = {
    "INT64": Kind.INTEGER,
    "FLOAT64": Kind.FLOAT,
    "STRING": Kind.TEXT,
    "DATETIME": Kind.TIMESTAMP,
    "DATE": Kind.DATE,
}
_SHOWN_DIFFERENCES = 5
_FIGURES = ("count", "nulls", "sum", "min", "max", "distinct")


@dataclass(frozen=True, slots=True)
class FigureDialect:
    """How one warehouse writes the sums: a template per kind with `{c}` for the quoted column."""

    sums: Mapping[Kind, str]
    quote: Callable[[str], str]


def quote_duckdb(name: str) -> str:
    """A DuckDB identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_googlesql(name: str) -> str:
    """A GoogleSQL identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


DUCKDB = FigureDialect(
    sums={
        Kind.INTEGER: "sum({c})",
        Kind.MONEY: "sum(CAST(round({c} * 1e6) AS HUGEINT))",
        Kind.FLOAT: "sum({c})",
        Kind.TEXT: "sum(length({c}))",
        Kind.TIMESTAMP: "sum(epoch_us(date_trunc('second', {c})) // 1000000)",
        Kind.DATE: "sum({c} - DATE '1970-01-01')",
    },
    quote=quote_duckdb,
)
GOOGLESQL = FigureDialect(
    sums={
        Kind.INTEGER: "SUM({c})",
        Kind.MONEY: "SUM(CAST(ROUND({c} * 1e6) AS INT64))",
        Kind.FLOAT: "SUM({c})",
        Kind.TEXT: "SUM(CHAR_LENGTH({c}))",
        Kind.TIMESTAMP: (
            "SUM(DATETIME_DIFF(DATETIME_TRUNC({c}, SECOND), DATETIME '1970-01-01 00:00:00', SECOND))"
        ),
        Kind.DATE: "SUM(UNIX_DATE({c}))",
    },
    quote=quote_googlesql,
)


def figure_expressions(columns: Sequence[tuple[str, Kind]], dialect: FigureDialect) -> list[str]:
    """SELECT expressions: count(*), then per column count, sum, min, max and (text) distinct.

    `read_figures` reads a row of them back.
    """
    parts = ["COUNT(*)"]
    for name, kind in columns:
        c = dialect.quote(name)
        parts += [f"COUNT({c})", dialect.sums[kind].format(c=c), f"MIN({c})", f"MAX({c})"]
        if kind is Kind.TEXT:
            parts.append(f"COUNT(DISTINCT {c})")
    return [f"{part} AS f{index}" for index, part in enumerate(parts)]


def read_figures(row: Sequence[Any], columns: Sequence[tuple[str, Kind]]) -> tuple[int, list[ColumnStats]]:
    """(rows, figures per column) from a row that `figure_expressions` selected."""
    values = iter(row)
    rows = int(next(values))
    figures = []
    for name, kind in columns:
        count = int(next(values))
        total, low, high = (_as_text(next(values), kind, summed) for summed in (True, False, False))
        distinct = int(next(values)) if kind is Kind.TEXT else None
        figures.append(
            ColumnStats(
                name=name,
                kind=kind,
                count=count,
                nulls=rows - count,
                sum=total,
                min=low,
                max=high,
                distinct=distinct,
            )
        )
    return rows, figures


def compare_figures(expected: Sequence[ColumnStats], found: Sequence[ColumnStats]) -> list[str]:
    """Every difference between two sets of figures, as sentences that name column and figure."""
    return [describe_difference(difference) for difference in list_differences(expected, found)]


def list_differences(expected: Sequence[ColumnStats], found: Sequence[ColumnStats]) -> list[Difference]:
    """Every figure in which two sets of figures differ; `expected` is the lake's.

    A column that only one side has counts as a difference unless it holds nothing but nulls.
    Floats are compared to 1e-9, relative to the sum or to the column's largest magnitude.
    """
    theirs = {figure.name.casefold(): figure for figure in found}
    ours = {figure.name.casefold() for figure in expected}
    differences: list[Difference] = []
    for figure in expected:
        other = theirs.get(figure.name.casefold())
        if other is not None:
            differences += _compare_column(figure, other)
        elif figure.count:
            differences.append(Difference(figure.name, "count", str(figure.count), None))
    extra = [f for f in found if f.name.casefold() not in ours and f.count]
    return differences + [Difference(f.name, "count", None, str(f.count)) for f in extra]


def describe_difference(difference: Difference) -> str:
    """`fare_amount: sum 12500000 expected, 12510000 found`."""
    d = difference
    if d.figure == "count" and d.warehouse is None:
        return f"{d.column} is missing"
    if d.figure == "count" and d.lake is None:
        return f"{d.column} is not in the footer"
    return f"{d.column}: {d.figure} {d.lake} expected, {d.warehouse} found"


def shorten_differences(differences: Sequence[str]) -> str:
    """The first few differences in one line, and how many more there are."""
    shown = "; ".join(differences[:_SHOWN_DIFFERENCES])
    more = len(differences) - _SHOWN_DIFFERENCES
    return f"{shown}; and {more} more" if more > 0 else shown


def column_kinds(
    dataset: Dataset, columns: Sequence[str], types: Mapping[str, Kind]
) -> list[tuple[str, Kind]]:
    """The kind each table column is measured as: the contract's where the type can be it, else its type's."""
    contract = {c.name.casefold(): c.kind for c in dataset.columns}
    found = []
    for name in (name for name in columns if name in types):
        wanted = contract.get(name.casefold(), types[name])
        fits = wanted.bigquery_type == types[name].bigquery_type
        found.append((name, wanted if fits else types[name]))
    return found


def _compare_column(expected: ColumnStats, found: ColumnStats) -> list[Difference]:
    pairs = {figure: (getattr(expected, figure), getattr(found, figure)) for figure in _FIGURES}
    differing = [figure for figure in ("count", "nulls") if pairs[figure][0] != pairs[figure][1]]
    if expected.count or found.count:
        scale = _magnitude(expected)
        for figure in ("sum", "min", "max"):
            tolerance = scale if figure == "sum" else 0.0
            if not _same(*pairs[figure], expected.kind, found.kind, tolerance):
                differing.append(figure)
        if None not in pairs["distinct"] and pairs["distinct"][0] != pairs["distinct"][1]:
            differing.append("distinct")
    return [Difference(expected.name, f, *(_as_words(value) for value in pairs[f])) for f in differing]


def _as_words(value: object) -> str | None:
    return None if value is None else str(value)


def _same(wanted: str | None, got: str | None, kind: Kind, found_kind: Kind, scale: float) -> bool:
    if wanted is None or got is None or wanted == got:
        return wanted == got
    if Kind.FLOAT in (kind, found_kind):
        return _close(float(wanted), float(got), scale)
    if kind is Kind.MONEY:
        return Decimal(wanted) == Decimal(got)
    if kind is Kind.TIMESTAMP and "-" in wanted[1:]:
        return datetime.fromisoformat(wanted) == datetime.fromisoformat(got)
    return False


def _close(wanted: float, got: float, scale: float) -> bool:
    if math.isnan(wanted) or math.isnan(got):
        return math.isnan(wanted) and math.isnan(got)
    if not scale:
        return wanted == got
    return math.isclose(wanted, got, rel_tol=FLOAT_TOLERANCE, abs_tol=FLOAT_TOLERANCE * scale)


def _magnitude(figure: ColumnStats) -> float:
    if figure.kind is not Kind.FLOAT:
        return 1e-9
    sizes = [abs(float(text)) for text in (figure.sum, figure.min, figure.max) if text is not None]
    finite = [size for size in sizes if math.isfinite(size)]
    return max([*finite, 1e-300])


def _as_text(value: Any, kind: Kind, summed: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if summed and kind is not Kind.FLOAT:
        return str(int(value))
    if kind in (Kind.FLOAT, Kind.MONEY):
        return repr(float(value))
    return str(value)
