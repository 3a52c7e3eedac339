"""Columns brought to the contract's types and measured, rows that do not fit set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakeside.datasets.contract import Kind
from lakeside.ingest.arrays import from_numpy
from lakeside.ingest.figures import Figures, Unfit, measure
from lakeside.ingest.plan import Plan
from lakeside.ingest.rejects import Reason, Reject
from lakeside.ingest.values import convert_values

Rows = npt.NDArray[np.int64]


@dataclass(slots=True)
class Conformed:
    """A batch ready to be written.

    `columns` are in the order of `Plan.kept`. `rows` are the places of the written rows among the
    `rows_read` of this batch, None when all of them are written.
    """

    rows_read: int
    columns: list[pa.Array]
    figures: list[Figures]
    rows: Rows | None = None
    rejects: list[Reject] = field(default_factory=list)
    surplus_fields_trimmed: int = 0

    @property
    def rows_written(self) -> int:
        """How many rows there are to write."""
        return self.rows_read if self.rows is None else len(self.rows)


@dataclass(slots=True)
class Batch:
    """Columns of a batch, each either of its final type already or still to be converted exactly.

    `line_of` gives a row's text for people; it is only asked for rows that are set aside.
    """

    rows_read: int
    columns: list[pa.Array]
    line_of: Callable[[int], str]
    rows: Rows | None = None
    rejects: list[Reject] = field(default_factory=list)
    surplus_fields_trimmed: int = 0


def conform(batch: Batch, plan: Plan) -> Conformed:
    """Convert what is not of its type yet, set rows aside that have a value that does not fit, measure."""
    refused: dict[int, tuple[int, Reason, str]] = {}
    columns: list[pa.Array] = []
    figures: list[Figures | None] = []
    for place, (planned, array) in enumerate(zip(plan.kept, batch.columns, strict=True)):
        measured = _measure_if_fit(array, planned.kind)
        columns.append(array if measured else _convert(array, place, plan, refused))
        figures.append(measured)
    if refused:
        return _set_aside(batch, plan, columns, refused)
    return Conformed(
        batch.rows_read,
        columns,
        [f or measure(a, p.kind) for f, a, p in zip(figures, columns, plan.kept, strict=True)],
        batch.rows,
        batch.rejects,
        batch.surplus_fields_trimmed,
    )


def _measure_if_fit(array: pa.Array, kind: Kind) -> Figures | None:
    """The figures of a column that is of its final type and holds nothing odd; else None."""
    if array.type != kind.arrow_type:
        return None
    try:
        return measure(array, kind)
    except Unfit:
        return None


def _convert(
    array: pa.Array, place: int, plan: Plan, refused: dict[int, tuple[int, Reason, str]]
) -> pa.Array:
    planned = plan.kept[place]
    converted, odd = convert_values(array, planned.kind, planned.codes)
    for row, (reason, value) in odd.items():
        refused.setdefault(row, (place, reason, value))
    return converted


def _set_aside(
    batch: Batch,
    plan: Plan,
    columns: Sequence[pa.Array],
    refused: Mapping[int, tuple[int, Reason, str]],
) -> Conformed:
    """Take refused rows out of every column; a row is set aside once, for its first column that fails."""
    before = np.arange(batch.rows_read) if batch.rows is None else batch.rows
    keep = np.ones(len(before), dtype=bool)
    keep[list(refused)] = False
    mask = from_numpy(keep, pa.bool_())
    kept = [column.filter(mask) for column in columns]
    rejects = [
        Reject(int(before[row]), reason, plan.kept[place].name, value, batch.line_of(int(before[row])))
        for row, (place, reason, value) in sorted(refused.items())
    ]
    return Conformed(
        batch.rows_read,
        kept,
        [measure(a, p.kind) for a, p in zip(kept, plan.kept, strict=True)],
        before[keep],
        sorted([*batch.rejects, *rejects], key=lambda r: r.row),
        batch.surplus_fields_trimmed,
    )


def merge(usual: Conformed, odd: Conformed) -> Conformed:
    """Two parts of one block whose rows interleave, as one in the order of the file."""
    assert usual.rows is not None and odd.rows is not None
    rows = np.concatenate([usual.rows, odd.rows])
    order = np.argsort(rows)
    places = from_numpy(order, pa.int64())
    for figures, others in zip(usual.figures, odd.figures, strict=True):
        figures.add(others)
    return Conformed(
        usual.rows_read,
        [pa.concat_arrays([a, b]).take(places) for a, b in zip(usual.columns, odd.columns, strict=True)],
        usual.figures,
        rows[order],
        sorted([*usual.rejects, *odd.rejects], key=lambda r: r.row),
        usual.surplus_fields_trimmed + odd.surplus_fields_trimmed,
    )
