"""What must be true of an object before and after it is staged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from lakeside.datasets.contract import SOURCE_MONTH, Column, Dataset, Kind
from lakeside.errors import BackendUnavailable, BadFile, ContractViolation, NotFound, QueryRejected
from lakeside.lake.lake import Lake
from lakeside.lake.objects import Footer, LakeObject
from lakeside.lake.provenance import ColumnStats, Provenance
from lakeside.month import Month
from lakeside.warehouse.figures import compare_figures, shorten_differences

_HINT = "The rows published before are untouched; write the month again with --force, then load it."


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One object on its way into a table: what it is, and the columns it brings."""

    dataset: Dataset
    month: Month
    key: str
    version: str
    footer: Footer
    provenance: Provenance
    columns: tuple[Column, ...]

    @property
    def kinds(self) -> list[tuple[str, Kind]]:
        """(name, kind) of every column of the object."""
        return [(column.name, column.kind) for column in self.columns]


def plan_load(dataset: Dataset, month: Month, lake: Lake, key: str) -> LoadPlan:
    """Read the footer and decide which columns go in.

    Raises:
        BadFile: the object carries no provenance, or lacks `source_month`.
        ContractViolation: the object is of another dataset or month, or has a column of a type that
            no contract knows.
        BackendUnavailable: it was replaced while it was read.
    """
    found = lake.get_object(key)
    footer = _read_footer(lake, found)
    provenance = footer.provenance
    if provenance is None:
        raise BadFile(
            f"{key} carries no provenance, so it cannot be audited.",
            f"Only objects written by `lakeside ingest` are loaded: ingest {dataset.name} {month}.",
        )
    if (provenance.dataset, provenance.month) != (dataset.name, str(month)):
        raise ContractViolation(
            f"{key} says it holds {provenance.dataset} {provenance.month}, not {dataset.name} {month}.",
            "Remove the object, or write it again under its own key.",
        )
    if SOURCE_MONTH not in footer.schema.names:
        raise BadFile(f"{key} has no column {SOURCE_MONTH}.", "Write the month again with --force.")
    columns = tuple(_column_of(dataset, footer.schema.field(i), key) for i in range(len(footer.schema)))
    return LoadPlan(dataset, month, key, found.version, footer, provenance, columns)


def _read_footer(lake: Lake, found: LakeObject) -> Footer:
    try:
        return lake.read_found_footer(found)
    except NotFound as error:
        if lake.find_object(found.key) is None:
            raise
        raise BackendUnavailable(
            f"{lake.url_of(found.key)} was replaced while it was loaded.",
            "The rows published before are untouched; try again.",
        ) from error


@contextmanager
def blaming_replacement(plan: LoadPlan, lake: Lake) -> Iterator[None]:
    """Load and audit inside; what fails because the object was replaced meanwhile may be tried again.

    Raises:
        BackendUnavailable: the object is not the one that was planned any more.
    """
    try:
        yield
    except (BadFile, ContractViolation, NotFound, QueryRejected) as error:
        present = lake.find_object(plan.key)
        if present is not None and present.version == plan.version:
            raise
        happened = "replaced" if present else "removed"
        raise BackendUnavailable(
            f"{lake.url_of(plan.key)} was {happened} while it was loaded.",
            "The rows published before are untouched; try again.",
        ) from error


def judge_staged(plan: LoadPlan, rows: int, other_months: int, figures: Sequence[ColumnStats]) -> None:
    """Compare what was staged with the footer.

    Raises:
        ContractViolation: rows, months or figures differ; the message names the first differences.
    """
    differences = []
    if rows != plan.provenance.rows_written:
        differences.append(f"{plan.provenance.rows_written:,} rows expected, {rows:,} found")
    if other_months:
        differences.append(f"{other_months:,} rows belong to another source_month")
    differences += compare_figures(plan.provenance.columns, figures)
    if differences:
        raise ContractViolation(
            f"The audit of {plan.key} failed: {shorten_differences(differences)}.",
            _HINT,
        )


def kind_of_arrow(kind: pa.DataType) -> Kind | None:
    """The kind an Arrow type stands for, or None where no contract has such a type."""
    if pa.types.is_integer(kind):
        return Kind.INTEGER
    if pa.types.is_floating(kind):
        return Kind.FLOAT
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return Kind.TEXT
    if pa.types.is_timestamp(kind):
        return Kind.TIMESTAMP
    return Kind.DATE if pa.types.is_date(kind) else None


def _column_of(dataset: Dataset, field: pa.Field, key: str) -> Column:
    known = {column.name: column for column in dataset.columns}.get(field.name)
    kind = kind_of_arrow(field.type)
    if kind is None:
        raise ContractViolation(
            f"{key}: column {field.name} is {field.type}, which no table of Lakeside can hold.",
            'Ingest the month with the policy "discard", or add the column to the contract.',
        )
    if known is None:
        return Column(field.name, kind, "Outside the contract; kept as the source has it")
    if known.kind.bigquery_type != kind.bigquery_type:
        raise ContractViolation(
            f"{key}: column {field.name} is {field.type}, the contract says {known.kind.arrow_type}.",
            "Write the month again with --force.",
        )
    return known
