"""What a contract says to each column of an object, and whether its rows would append to a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from lakeside.datasets.contract import SOURCE_COLUMNS, Column, Dataset, normalise
from lakeside.errors import ContractViolation
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.schemas import name_table_type


class ColumnFit(StrEnum):
    """What a contract says to a column."""

    MATCHES = "matches"
    RENAMED = "renamed"  # the contract's column under another name
    RETYPED = "retyped"  # the contract's column with a type that loads as another
    OUTSIDE = "outside"  # the contract does not know it


@dataclass(frozen=True, slots=True)
class ColumnVerdict:
    """One column and the contract; `words` say how it drifts, empty where it matches."""

    name: str
    fit: ColumnFit
    words: str
    loads_as: str | None


@dataclass(frozen=True, slots=True)
class ContractVerdict:
    """The whole object and a dataset's contract.

    `refusal` says why it is not this dataset's file at all, else None. `missing` are columns of the
    contract that the object lacks, source columns and legacy ones too.
    """

    dataset: str
    version: int
    refusal: str | None
    columns: Sequence[ColumnVerdict]
    missing: Sequence[str]

    @property
    def matches(self) -> bool:
        """Every column is the contract's, by name and type, and no column of every row is missing."""
        needed = {column.name for column in SOURCE_COLUMNS}
        fine = all(column.fit is ColumnFit.MATCHES for column in self.columns)
        return self.refusal is None and fine and not needed & set(self.missing)


@dataclass(frozen=True, slots=True)
class AppendVerdict:
    """Would these rows append to a table as they are, and if not, why. `adds` are columns it would get."""

    table: str
    appends: bool
    reasons: Sequence[str]
    adds: Sequence[str]


def choose_dataset(found: LakeObject, footer: Footer, datasets: Iterable[Dataset]) -> Dataset | None:
    """Whose rows these are: by provenance, by the object's place, else by the most columns in common."""
    known = {dataset.name: dataset for dataset in datasets}
    said = footer.provenance.dataset if footer.provenance else None
    for name in (said, found.dataset):
        if name in known:
            return known[name]
    alike = [(_count_known(dataset, footer.schema), dataset) for dataset in known.values()]
    for count, dataset in sorted(alike, key=lambda pair: -pair[0]):
        if count and _find_refusal(dataset, footer.schema) is None:
            return dataset
    return None


def judge_contract(dataset: Dataset, schema: pa.Schema) -> ContractVerdict:
    """What a dataset's contract says to a schema, column by column."""
    by_header = dataset.by_header
    columns = [_judge_column(by_header.get(normalise(field.name)), field) for field in schema]
    present = {c.name for field in schema if (c := by_header.get(normalise(field.name)))}
    missing = [column.name for column in dataset.columns if column.name not in present]
    return ContractVerdict(dataset.name, dataset.version, _find_refusal(dataset, schema), columns, missing)


def judge_append(schema: pa.Schema, table: str, columns: Sequence[tuple[str, str]]) -> AppendVerdict:
    """Whether an object would append to a table with these (name, GoogleSQL type) columns.

    As BigQuery's load jobs judge: names without regard to case, types must be the same; a column the
    object lacks becomes null, one the table lacks is added.
    """
    types = {name.casefold(): (name, _base(kind)) for name, kind in columns}
    reasons = list(_list_obstacles(schema, types))
    names = {name.casefold() for name in schema.names}
    lacking = [c.name for c in SOURCE_COLUMNS if c.name in types and c.name not in names]
    if lacking:
        reasons.append(f"It lacks {' and '.join(lacking)}, which every row of the table has.")
    adds = [name for name in schema.names if name.casefold() not in types] if columns else []
    return AppendVerdict(table, not reasons, reasons, adds)


def _judge_column(known: Column | None, field: pa.Field) -> ColumnVerdict:
    loads_as = name_table_type(field.type)
    if known is None:
        words = "The contract does not know it."
        return ColumnVerdict(field.name, ColumnFit.OUTSIDE, words, loads_as)
    wanted = known.kind.bigquery_type
    if loads_as not in (wanted, None):
        words = f"It loads as {loads_as}; the contract has {known.name} as {wanted}."
        return ColumnVerdict(field.name, ColumnFit.RETYPED, words, loads_as)
    if field.name != known.name:
        words = f"The contract calls it {known.name}."
        return ColumnVerdict(field.name, ColumnFit.RENAMED, words, loads_as)
    return ColumnVerdict(field.name, ColumnFit.MATCHES, "", loads_as or wanted)


def _find_refusal(dataset: Dataset, schema: pa.Schema) -> str | None:
    try:
        dataset.check_headers(schema.names, "it")
    except ContractViolation as violation:
        return violation.message[:1].upper() + violation.message[1:]
    return None


def _count_known(dataset: Dataset, schema: pa.Schema) -> int:
    by_header = dataset.by_header
    return sum(normalise(name) in by_header for name in schema.names)


def _list_obstacles(schema: pa.Schema, types: dict[str, tuple[str, str]]) -> Iterator[str]:
    counts = Counter(name.casefold() for name in schema.names)
    for name, count in counts.items():
        if count > 1:
            yield f"{count} of its columns are called {name} when case is ignored, as tables do."
    for field in schema:
        name, wanted = types.get(field.name.casefold(), (field.name, ""))
        have = name_table_type(field.type)
        if wanted and have not in (wanted, None):
            yield f"{field.name} is {field.type}, which loads as {have}; the table has {name} as {wanted}."


def _base(kind: str) -> str:
    """A type without its parameters: `ARRAY<INT64>` is ARRAY, `NUMERIC(10, 2)` NUMERIC."""
    return kind.partition("<")[0].partition("(")[0].strip().upper()
