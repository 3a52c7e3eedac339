"""What becomes of each column of a file: decided from its header or footer, before a row is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lakeside.datasets.contract import SOURCE_MONTH, SOURCE_ROW, ColumnPolicy, Dataset, Kind
from lakeside.errors import ContractViolation


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """A column of the file that is kept.

    `position` is its place in the file, from 0; `header` the file's name for it; `name` ours.
    """

    position: int
    header: str
    name: str
    kind: Kind
    codes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """The file's columns judged against the contract.

    `schema` is what is written: the contract's columns in its order, then the added ones.
    `missing` are the contract's columns the file lacks, without the two Lakeside adds itself.
    """

    file: str
    headers: tuple[str, ...]
    kept: tuple[PlannedColumn, ...]
    schema: pa.Schema
    added: tuple[str, ...]
    discarded: tuple[str, ...]
    missing: tuple[str, ...]


def plan_columns(
    dataset: Dataset,
    headers: Sequence[str],
    policy: ColumnPolicy,
    file: str,
    added_kinds: Mapping[str, Kind] | None = None,
) -> Plan:
    """Judge a file by its column names.

    Args:
        headers: the names as the file has them, in order.
        policy: what happens to columns outside the contract.
        file: name or URL, for messages.
        added_kinds: by header, what a column outside the contract holds. CSV declares no types, so
            its added columns are text: nothing is lost, and no later row can fail to fit a guess.

    Raises:
        ContractViolation: see `Dataset.check_headers`; or the policy is `freeze` and there is a column
            outside the contract; or a column has no name, or one that Lakeside writes itself.
    """
    dataset.check_headers(headers, file)
    kept, added, discarded = [], [], []
    for position, header in enumerate(headers):
        column = dataset.find_column(header)
        if column is not None and column.name in (SOURCE_MONTH, SOURCE_ROW):
            raise ContractViolation(f"{file} has a column {header!r}, which only Lakeside writes.")
        if column is not None:
            kept.append(PlannedColumn(position, header, column.name, column.kind, column.codes))
        elif policy == "evolve":
            name = _writable_name(header, position, file)
            kept.append(PlannedColumn(position, header, name, (added_kinds or {}).get(header, Kind.TEXT)))
            added.append(name)
        else:
            discarded.append(header.strip())
    if policy == "freeze" and discarded:
        raise ContractViolation(
            f"{file} has columns outside the contract of {dataset.name}: {', '.join(discarded)}.",
            "The dataset's policy is freeze; set LAKESIDE_INGEST__COLUMN_POLICY to evolve or discard them.",
        )
    here = {c.name for c in kept}
    extra = [pa.field(c.name, c.kind.arrow_type) for c in kept if c.name in set(added)]
    lacking = [c.name for c in dataset.columns if c.name not in here | {SOURCE_MONTH, SOURCE_ROW}]
    schema = pa.schema([*dataset.arrow_schema(), *extra])
    return Plan(file, tuple(headers), tuple(kept), schema, tuple(added), tuple(discarded), tuple(lacking))


def _writable_name(header: str, position: int, file: str) -> str:
    """A name tables can have too: letters, digits and underscores."""
    name = re.sub(r"\W", "_", header.strip().strip('\ufeff"').strip(), flags=re.ASCII)
    if not name:
        raise ContractViolation(
            f"{file} has no name for its column {position + 1}.", "Look at its header line."
        )
    return f"_{name}" if name[0].isdigit() else name
