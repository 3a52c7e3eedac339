"""How the columns of a dataset's objects drift from month to month, and what its table would say to each.

Works on any parquet, whoever wrote it: only names, types and row counts of the footers are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import pyarrow as pa

from lakeside.datasets.contract import SOURCE_COLUMNS, Dataset, normalise
from lakeside.errors import ContractViolation
from lakeside.lake.browse import ObjectFacts, describe_objects
from lakeside.lake.lake import Lake
from lakeside.lake.objects import LakeObject
from lakeside.lake.schema_groups import SchemaGroup, group_objects

_MONTH = re.compile(r"(?<!\d)(\d{4}-(?:0[1-9]|1[0-2]))(?!\d)")


MAXIMUM_OBJECTS = 600  # fifty years of months


class Verdict(StrEnum):
    """Whether an object's rows would append to the dataset's table; without one, to the object before."""

    APPENDS = "appends"  # as it is; columns it lacks become null
    ADDS_COLUMNS = "adds_columns"  # as it is, and the table gets columns it did not have
    CONFORM_FIRST = "conform_first"  # the dataset's rows, but names or types differ from the table's
    REFUSED = "refused"  # not this dataset's rows
    UNREADABLE = "unreadable"
    SAME = "same"  # no table to hold it to: the same columns as the object before, or the first
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class MonthSchema:
    """One object: what its table would say, and why. `label` is its month, or its name where it has none."""

    key: str
    label: str
    rows: int | None
    foreign: bool
    verdict: Verdict
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column over all objects; names that differ only by case or blanks are one column, and so are
    names that the dataset's contract knows as one (`vendor_name`, later `vendor_id`).

    `types` and `spellings` are by object key, only where the column is; `contract_column` is the name the
    contract gives it (None: outside the contract) and `table_type` its type in the table.
    """

    name: str
    contract_column: str | None
    table_type: str | None
    first_seen: str
    last_seen: str
    types: Mapping[str, str]
    spellings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SchemaMatrix:
    """Columns by objects, both in order; `changes` are renames (by case only, or to another name that the
    contract knows) and changes of type, in words.

    `dataset` is None where the objects' keys say none. `truncated` says that there are more objects: than
    the lake's limit of listed objects, or than are compared at once; the last by label are.
    """

    dataset: str | None
    prefix: str
    objects: Sequence[MonthSchema]
    columns: Sequence[ColumnDrift]
    changes: Sequence[str]
    truncated: bool


def compare_schemas(lake: Lake, dataset: Dataset, prefix: str | None = None) -> SchemaMatrix:
    """Compare every object whose key says the dataset, or every object below a prefix.

    Objects stand in the order of the months in their names; those without a month come last.
    """
    listing = lake.list_objects(prefix or "")
    if prefix is not None:
        return compare_objects(lake, SchemaGroup(prefix, dataset, listing.objects), listing.truncated)
    none = SchemaGroup(dataset.name, dataset, [])
    groups = group_objects(listing.objects)
    found = next((group for group in groups if group.dataset is dataset), none)
    return compare_objects(lake, found, listing.truncated)


def compare_objects(lake: Lake, group: SchemaGroup, listing_cut: bool = False) -> SchemaMatrix:
    """Compare the columns of a group's objects."""
    ordered = sorted(group.objects, key=lambda one: (_find_month(one.key) is None, _label(one), one.key))
    facts = describe_objects(lake, ordered[-MAXIMUM_OBJECTS:])
    columns = list(_gather_columns(group.dataset, [one for one in facts if one.footer]))
    labels = {one.object.key: _label(one.object) for one in facts}
    changes = [text for column in columns for text in _tell_changes(column, labels)]
    months = list(_judge_all(group.dataset, facts))
    name = group.dataset.name if group.dataset else None
    cut = listing_cut or len(ordered) > len(facts)
    return SchemaMatrix(name, group.name, months, columns, changes, cut)


def _find_month(key: str) -> str | None:
    found = _MONTH.findall(key.rpartition("/")[2])
    return str(found[-1]) if found else None


def _label(found: LakeObject) -> str:
    return _find_month(found.key) or found.key


def _gather_columns(dataset: Dataset | None, facts: Sequence[ObjectFacts]) -> Iterator[ColumnDrift]:
    """Columns in the order they are first met."""
    types: dict[str, dict[str, str]] = {}
    spellings: dict[str, dict[str, str]] = {}
    for one in facts:
        for column in one.footer.schema if one.footer else ():
            name, key = _identify(dataset, column.name), one.object.key
            already, written = types.setdefault(name, {}).get(key), _name_type(column.type)
            types[name][key] = f"{already} and {written}" if already else written
            before = spellings.setdefault(name, {}).get(key)
            spellings[name][key] = f"{before} and {column.name}" if before else column.name
    labels = {one.object.key: _label(one.object) for one in facts}
    for name, cells in types.items():
        seen = [labels[key] for key in cells]
        known = dataset.find_column(name) if dataset else None
        yield ColumnDrift(
            name=list(spellings[name].values())[-1],
            contract_column=known.name if known else None,
            table_type=known.kind.bigquery_type if known else None,
            first_seen=seen[0],
            last_seen=seen[-1],
            types=cells,
            spellings=spellings[name],
        )


def is_alias(old: str, new: str) -> bool:
    """Do two spellings of one column differ by more than case and blanks: another known name of it."""
    return normalise(old) != normalise(new)


def _identify(dataset: Dataset | None, header: str) -> str:
    known = dataset.find_column(header) if dataset else None
    return normalise(known.name if known else header)


def _name_type(data_type: pa.DataType) -> str:
    """Arrow's name; parquet has one type for the strings Arrow keeps in different ways."""
    return "string" if name_table_type(data_type) == "STRING" else str(data_type)


def list_runs(cells: Mapping[str, str], labels: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(value, first label, last label) of each run of equal cells."""
    runs: list[tuple[str, str, str]] = []
    for key, value in cells.items():
        if runs and runs[-1][0] == value:
            runs[-1] = (value, runs[-1][1], labels[key])
        else:
            runs.append((value, labels[key], labels[key]))
    return runs


def _tell_changes(column: ColumnDrift, labels: Mapping[str, str]) -> Iterator[str]:
    for (old, _, last), (new, first, _) in pairwise(list_runs(column.spellings, labels)):
        if is_alias(old, new):
            yield (
                f"{column.contract_column} is called {old!r} until {last} and {new!r} from {first} on: "
                "renamed (known alias)."
            )
        else:
            yield f"{column.name} is written {old!r} until {last} and {new!r} from {first} on."
    for (old, _, last), (new, first, _) in pairwise(list_runs(column.types, labels)):
        yield f"{column.name} is {old!r} until {last} and {new!r} from {first} on."


def _judge_all(dataset: Dataset | None, facts: Sequence[ObjectFacts]) -> Iterator[MonthSchema]:
    before: pa.Schema | None = None
    for one in facts:
        key, label, footer = one.object.key, _label(one.object), one.footer
        if footer is None:
            reason = one.fault or f"It is {one.content}, not parquet."
            yield MonthSchema(key, label, None, True, Verdict.UNREADABLE, [reason])
            continue
        judged = _judge_schema(dataset, footer.schema) if dataset else _compare(before, footer.schema)
        before = footer.schema
        yield MonthSchema(key, label, footer.rows, footer.provenance is None, *judged)


def _compare(before: pa.Schema | None, schema: pa.Schema) -> tuple[Verdict, list[str]]:
    """Against the object before, where there is no table to compare with."""
    if before is None:
        return Verdict.SAME, []
    old = {field.name: _name_type(field.type) for field in before}
    new = {field.name: _name_type(field.type) for field in schema}
    lost, added = [n for n in old if n not in new], [n for n in new if n not in old]
    reasons = [f"It lacks {', '.join(lost)}."] if lost else []
    reasons += [f"It adds {', '.join(added)}."] if added else []
    changed = [name for name in old if name in new and old[name] != new[name]]
    reasons += [f"{name} is {new[name]}; it was {old[name]}." for name in changed]
    return (Verdict.DIFFERS if reasons else Verdict.SAME), reasons


def _judge_schema(dataset: Dataset, schema: pa.Schema) -> tuple[Verdict, list[str]]:
    try:
        dataset.check_headers(schema.names, "it")
    except ContractViolation as violation:
        return Verdict.REFUSED, [violation.message]
    differing = list(_list_differences(dataset, schema))
    if differing:
        return Verdict.CONFORM_FIRST, differing
    added = [field for field in schema if dataset.find_column(field.name) is None]
    if added:
        return Verdict.ADDS_COLUMNS, [f"New to the contract: {', '.join(f.name for f in added)}."]
    return Verdict.APPENDS, []


def _list_differences(dataset: Dataset, schema: pa.Schema) -> Iterator[str]:
    for field in schema:
        column = dataset.find_column(field.name)
        if column is None:
            continue
        if field.name.casefold() != column.name.casefold():  # tables ignore case in names
            yield f"{field.name!r} is {column.name} in the table (a known alias)."
        have, wanted = name_table_type(field.type), column.kind.bigquery_type
        if have not in (wanted, None):
            yield f"{field.name} is {field.type}, which loads as {have}; the table has {wanted}."
    missing = [column.name for column in SOURCE_COLUMNS if column.name not in schema.names]
    if missing:
        yield f"It lacks {' and '.join(missing)}, which every row of the table has."


def name_table_type(data_type: pa.DataType) -> str | None:
    """The GoogleSQL type a parquet column loads as; None where the column has no type, being all null."""
    types = pa.types
    if types.is_null(data_type):
        return None
    if types.is_timestamp(data_type):
        return "DATETIME" if data_type.tz is None else "TIMESTAMP"
    if types.is_decimal(data_type):
        return "NUMERIC" if data_type.precision <= 38 and data_type.scale <= 9 else "BIGNUMERIC"
    tests = (
        (types.is_integer, "INT64"),
        (types.is_floating, "FLOAT64"),
        (types.is_string, "STRING"),
        (types.is_large_string, "STRING"),
        (types.is_boolean, "BOOL"),
        (types.is_date, "DATE"),
        (types.is_time, "TIME"),
        (types.is_list, "ARRAY"),
        (types.is_struct, "STRUCT"),
    )
    return next((name for test, name in tests if test(data_type)), "BYTES")
