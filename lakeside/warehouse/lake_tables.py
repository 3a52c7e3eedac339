"""The lake's tables: a dataset over its months, unified by column name, and the zone lookup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeside.datasets import Dataset, get_dataset, list_datasets
from lakeside.datasets.zones import ZONES
from lakeside.errors import BadFile, ContractViolation, LakesideError, NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.layout import reference_key
from lakeside.lake.objects import Footer, LakeObject

_ZONES_KEY = reference_key(ZONES.file)
_CURE = "Ingest the month again with --force, or take it out with `lakeside remove`."


@dataclass(frozen=True, slots=True)
class LakeTable:
    """A table to query: its objects in order, and their footers or why they have none."""

    name: str
    objects: tuple[LakeObject, ...]
    footers: Mapping[str, Footer | LakesideError]

    @property
    def is_monthly(self) -> bool:
        """Are its objects months, which a condition on `source_month` can rule out."""
        return self.name != ZONES.name

    @property
    def schema(self) -> pa.Schema:
        """Every column some object has, those of the contract first."""
        if not self.is_monthly:
            return ZONES.arrow_schema()
        fields = {field.name: field for field in get_dataset(self.name).arrow_schema()}
        for footer in self.footers.values():
            if isinstance(footer, Footer) and footer.provenance is not None:
                for field in footer.schema:
                    fields.setdefault(field.name, field)
        return pa.schema([field.with_nullable(True).remove_metadata() for field in fields.values()])

    def open(self, lake: Lake, objects: Sequence[LakeObject]) -> object:
        """Some of its objects as one Arrow dataset.

        Raises:
            BadFile: one of them has no readable footer or was not written by Lakeside.
            ContractViolation: two of them disagree about a column's type.
        """
        if not self.is_monthly:
            return lake.open_dataset([item.key for item in objects], ZONES.arrow_schema())
        footers = {item.key: _require(lake, item.key, self.footers[item.key]) for item in objects}
        schema = _unify(get_dataset(self.name), (footer.schema for footer in footers.values()))
        return lake.open_dataset(sorted(footers), schema) if footers else schema.empty_table()


def list_lake_names() -> list[str]:
    """Every table a query on the lake can name, whether the lake has it yet or not."""
    return [dataset.name for dataset in list_datasets()] + [ZONES.name]


def open_lake_table(lake: Lake, name: str) -> LakeTable:
    """A table of the lake by name; footers are read, rows are not.

    Raises:
        NotFound: the lake has nothing of it.
    """
    if name == ZONES.name:
        found = lake.find_object(_ZONES_KEY)
        if found is None:
            raise NotFound("The lake has no zones.", "Run `lakeside ingest zones` first.")
        return LakeTable(name, (found,), {})
    objects = tuple(o for o in lake.list_objects(f"data/{name}/").objects if o.month is not None)
    if not objects:
        raise NotFound(f"The lake has no month of {name}.", f"Run `lakeside ingest {name} YYYY-MM` first.")
    return LakeTable(name, objects, lake.read_footers(objects))


def _require(lake: Lake, key: str, footer: Footer | LakesideError) -> Footer:
    if isinstance(footer, BadFile):
        raise BadFile(footer.message, _CURE)
    if isinstance(footer, LakesideError):
        raise footer
    if footer.provenance is None:
        raise BadFile(f"{lake.url_of(key)} was not written by Lakeside: its footer has no provenance.", _CURE)
    return footer


def _unify(dataset: Dataset, schemas: Iterable[pa.Schema]) -> pa.Schema:
    """The contract's columns, and those outside it that some month kept."""
    fields = {f.name: f for f in dataset.arrow_schema()}
    for schema in schemas:
        for field in schema:
            other = fields.setdefault(field.name, field)
            if other.type != field.type:
                raise ContractViolation(
                    f"The column {field.name} is {other.type} in one month of {dataset.name} in the lake and "
                    f"{field.type} in another.",
                    "Query the warehouse, or ingest one of the months again with --force.",
                )
    return pa.schema([f.with_nullable(True).remove_metadata() for f in fields.values()])
