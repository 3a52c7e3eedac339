"""SQL straight on the lake's objects: each dataset is a table over its months, nothing is loaded.

The same GoogleSQL, guard and sandbox as on the DuckDB warehouse, on a connection that lives for one query.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import duckdb
import pyarrow as pa

from lakeside.datasets import Dataset, list_datasets
from lakeside.datasets.zones import ZONES
from lakeside.errors import BadFile, ContractViolation, LakesideError, NotFound
from lakeside.lake.lake import Lake
from lakeside.lake.layout import reference_key
from lakeside.lake.objects import Footer
from lakeside.warehouse.duckdb_sandbox import run_select
from lakeside.warehouse.protocol import QueryLimits, QueryResult
from lakeside.warehouse.sql.translate import translate_select

SCHEMA_NAME = "trips"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": "false",
    "memory_limit": "2GB",
}
_ZONES_KEY = reference_key(ZONES.file)


def run_lake_query(lake: Lake, sql: str, limits: QueryLimits) -> QueryResult:
    """Run one GoogleSQL SELECT over the lake's months (`green` or `trips.green`) and `zones`.

    Raises:
        QueryRejected: it is not one SELECT or does not parse.
        BadFile: an object of the dataset cannot be read, or was not written by Lakeside; without it
            an answer would lack a month in silence.
        NotFound: it names a table the lake has nothing of.
        LimitExceeded: it took longer than `limits.seconds`.
    """
    started = time.monotonic()
    names = [dataset.name for dataset in list_datasets()] + [ZONES.name]
    known = dict.fromkeys(names, None)
    used = translate_select(sql, SCHEMA_NAME, known, limits.rows).tables
    with duckdb.connect(":memory:", config=_CONFIG) as connection:
        for name in sorted(used):
            connection.register(name, _open_table(lake, name))
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        return run_select(connection, sql, (SCHEMA_NAME, known), limits, started)


def _open_table(lake: Lake, name: str) -> object:
    if name == ZONES.name:
        if lake.find_object(_ZONES_KEY) is None:
            raise NotFound("The lake has no zones.", "Run `lakeside ingest zones` first.")
        return lake.open_dataset([_ZONES_KEY], ZONES.arrow_schema())
    dataset = next(d for d in list_datasets() if d.name == name)
    objects = [o for o in lake.list_objects(f"data/{name}/").objects if o.month is not None]
    footers = {key: _require(lake, key, footer) for key, footer in lake.read_footers(objects).items()}
    if not footers:
        raise NotFound(f"The lake has no month of {name}.", f"Run `lakeside ingest {name} YYYY-MM` first.")
    return lake.open_dataset(sorted(footers), _unify(dataset, (f.schema for f in footers.values())))


def _require(lake: Lake, key: str, footer: Footer | LakesideError) -> Footer:
    cure = "Ingest the month again with --force, or take it out with `lakeside remove`."
    if isinstance(footer, BadFile):
        raise BadFile(footer.message, cure)
    if isinstance(footer, LakesideError):
        raise footer
    if footer.provenance is None:
        raise BadFile(f"{lake.url_of(key)} was not written by Lakeside: its footer has no provenance.", cure)
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
