"""A lake object that is no month of ours as a table of its own in the warehouse, replaced as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakeside.datasets import list_datasets
from lakeside.datasets.zones import ZONES
from lakeside.errors import BadFile, ContractViolation, SettingsError
from lakeside.lake.browse import describe_object
from lakeside.models.registry import list_models
from lakeside.people import Act, changing
from lakeside.services import Services

ORIGIN = "Loaded as it is from the lake object "
OUR_PREFIX = "lakeside"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """The table that was published, from which object, and its rows and columns now."""

    table: str
    key: str
    rows: int
    columns: int


@changing(Act.LOAD_OBJECT)
def publish_object(services: Services, key: str, table: str, replace: bool = False) -> TableOutcome:
    """Publish a parquet object's rows as they are; readers see the table before or after.

    A table that was made from the same object is made again; any other is replaced only with `replace`.

    Raises:
        SettingsError: the name cannot be a table's, or is one of ours.
        ContractViolation: a table of that name came from elsewhere; or a column can be in no table.
        NotFound, BadFile: the object is not there, or not parquet.
    """
    check_table_name(table)
    facts = describe_object(services.lake, key)
    if facts.footer is None:
        raise BadFile(
            facts.fault or f"{services.lake.url_of(key)} is {facts.content}, not parquet.",
            "Only parquet can be loaded as it is; `lakeside adopt` conforms CSV to a month.",
        )
    description = f"{ORIGIN}{services.lake.url_of(key)}"
    present = next(
        (t for t in services.warehouse.list_tables() if t.name.casefold() == table.casefold()), None
    )
    if present is not None and present.description != description and not replace:
        raise ContractViolation(
            f"{services.warehouse.location} has a table {present.name} that did not come from this object.",
            "Choose another name, or add --replace to put the object's rows in its place.",
        )
    name = present.name if present else table
    rows = services.warehouse.publish_object(name, description, services.lake, key)
    return TableOutcome(name, key, rows, len(facts.footer.schema))


def check_table_name(table: str) -> None:
    """Refuse what is no name, and names that Lakeside keeps for itself.

    Raises:
        SettingsError: says which.
    """
    if not _NAME.fullmatch(table):
        raise SettingsError(
            f"{table!r} cannot be a table's name.", "Use letters, digits and underscores; no digit first."
        )
    ours = {dataset.name for dataset in list_datasets()} | {ZONES.name} | {m.name for m in list_models()}
    if table.casefold() in ours or table.casefold().startswith(OUR_PREFIX):
        raise SettingsError(
            f"{table} is the name of a table of Lakeside's own.",
            "Choose another name; to bring the object in as a month, use `lakeside adopt`.",
        )
