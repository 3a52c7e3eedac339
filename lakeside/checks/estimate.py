"""What checking a month reads, said before it is read."""

from __future__ import annotations

from dataclasses import dataclass

from lakeside.checks.registry import Registry
from lakeside.checks.row_rule import Place
from lakeside.checks.rules import duplicates
from lakeside.datasets.contract import Kind
from lakeside.lake.provenance import Provenance

_NUMBER_BYTES, _TEXT_BYTES = 8, 16
_ZONES_BYTES = 265 * _NUMBER_BYTES


@dataclass(frozen=True, slots=True)
class CheckEstimate:
    """Bytes of the month's columns as BigQuery counts them; on BigQuery no query bills more than 1.2 times.

    Args:
        scan: the one query of all figures and row conditions.
        repeats: the query that looks for duplicates.
        each_sql: at most this for each of the user's checks (all columns of the month).
        queries: how many queries run.
    """

    scan: int
    repeats: int
    each_sql: int
    queries: int

    @property
    def total(self) -> int:
        """Bytes of all queries together."""
        sql_checks = self.queries - 1 - bool(self.repeats)
        return self.scan + self.repeats + self.each_sql * sql_checks


def estimate_month(
    place: Place, rows: int, provenance: Provenance | None, registry: Registry
) -> CheckEstimate:
    """An upper bound from the contract's types and, for texts, the lengths the footer states.

    Args:
        place: what is to be checked.
        rows: rows of the month in the table.
        provenance: of the lake's object.
        registry: the checks.
    """
    widths = _measure_widths(place, provenance)
    whole = int(rows * sum(widths.values()))
    limit = duplicates.find_limit(place)
    keys = sum(widths.get(column, 0.0) for column in limit.columns) + _NUMBER_BYTES if limit else 0.0
    sql_checks = len(registry.list_sql_checks(place))
    return CheckEstimate(
        scan=whole + _ZONES_BYTES,
        repeats=int(rows * keys),
        each_sql=whole,
        queries=1 + bool(limit and rows) + sql_checks,
    )


def _measure_widths(place: Place, provenance: Provenance | None) -> dict[str, float]:
    """Column -> bytes per row at most (BigQuery docs, "Data type sizes": nulls would cost nothing)."""
    widths = {
        c.name: float(_TEXT_BYTES if c.kind is Kind.TEXT else _NUMBER_BYTES) for c in place.dataset.columns
    }
    for figure in provenance.columns if provenance else ():
        if figure.kind is Kind.TEXT and figure.count:
            widths[figure.name] = 2 + 4 * int(figure.sum or 0) / figure.count
    return widths
