"""Datasets and tables in BigQuery: made from the contract, read back, listed, swept."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from google.api_core import exceptions as google
from google.cloud import bigquery

from lakeside.datasets.contract import SOURCE_MONTH, Column, Dataset, Reference
from lakeside.errors import ContractViolation, LakesideError, NotFound
from lakeside.warehouse.bigquery_client import (
    LABELS,
    BigQueryPlace,
    Budget,
    labels_of,
    names,
)
from lakeside.warehouse.bigquery_errors import google_errors
from lakeside.warehouse.loads import LOADS_COLUMNS, LOADS_DESCRIPTION, LOADS_TABLE
from lakeside.warehouse.protocol import TableInfo

logger = logging.getLogger(__name__)

STAGING_PREFIX = "lakeside_staging_"
STAGING_LIFE = timedelta(days=1)
_STAGING_NAME = re.compile(re.escape(STAGING_PREFIX) + r".+_(\d+)_[0-9a-f]{8}")
_LEGACY_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}


def googlesql_name(field_type: str) -> str:
    """`INTEGER` -> `INT64`: the API still says the old names."""
    return _LEGACY_NAMES.get(field_type, field_type)


def ensure_dataset(place: BigQueryPlace) -> None:
    """Create the dataset where it is missing."""
    wanted = bigquery.Dataset(place.name)
    wanted.location = place.location
    wanted.labels = LABELS
    with google_errors(place.name):
        try:
            place.client.get_dataset(place.name, **place.patience())
        except google.NotFound:
            place.client.create_dataset(wanted, exists_ok=True, **place.patience())


def ensure_loads(place: BigQueryPlace) -> None:
    """Create `lakeside_loads` where it is missing."""
    if find_table(place, LOADS_TABLE) is not None:
        return
    fields = [
        bigquery.SchemaField(name, kind, "NULLABLE" if name == "run_id" else "REQUIRED", description=text)
        for name, _, kind, text in LOADS_COLUMNS
    ]
    table = bigquery.Table(place.table(LOADS_TABLE), schema=fields)
    table.description = LOADS_DESCRIPTION
    table.labels = LABELS
    create_table(place, table)


def ensure_table(place: BigQueryPlace, dataset: Dataset, extra: Iterable[Column]) -> None:
    """Create the table from the contract, or add the columns it lacks.

    Raises:
        ContractViolation: a column exists with a type that cannot hold what the object brings.
    """
    table = find_table(place, dataset.name)
    if table is None:
        create_table(place, _new_table(place, dataset))
        table = get_table(place, dataset.name)
    added = _missing_columns(table, dataset, extra)
    if added or dict(table.labels) != _labels(dataset):
        _add_columns(place, dataset, added)


def ensure_reference(place: BigQueryPlace, reference: Reference) -> None:
    """Create a reference table where it is missing; neither partitioned nor clustered."""
    table = bigquery.Table(place.table(reference.name), schema=[_field(c) for c in reference.columns])
    table.description = reference.title
    table.labels = LABELS
    create_table(place, table)


def create_staging(place: BigQueryPlace, columns: Sequence[Column], stem: str) -> str:
    """An empty table of its own for one load; expires after a day. Its name carries the second."""
    name = f"{STAGING_PREFIX}{stem}_{int(time.time())}_{uuid.uuid4().hex[:8]}"
    table = bigquery.Table(place.table(name), schema=[_field(column) for column in columns])
    table.expires = datetime.now(UTC) + STAGING_LIFE
    table.labels = LABELS
    create_table(place, table)
    return name


def drop_table(place: BigQueryPlace, name: str) -> None:
    """Drop a table; nothing when it is gone already."""
    with google_errors(place.table(name)):
        place.client.delete_table(place.table(name), not_found_ok=True, **place.patience())


def drop_staging(place: BigQueryPlace, name: str) -> None:
    """Drop a staging table if that can be done; else it expires by itself, which is no reason to fail."""
    try:
        drop_table(place, name)
    except LakesideError as error:
        logger.warning("bigquery.staging_kept table=%s reason=%s", place.table(name), error.message)


def sweep_staging(place: BigQueryPlace, older_than_seconds: float) -> int:
    """Drop staging tables whose name is older than that; how many."""
    swept = 0
    for name in list_names(place):
        match = _STAGING_NAME.fullmatch(name)
        if match and time.time() - int(match[1]) >= older_than_seconds:
            drop_table(place, name)
            swept += 1
    return swept


def list_names(place: BigQueryPlace) -> list[str]:
    """Names of all tables, staging too; empty when there is no dataset."""
    with google_errors(place.name):
        try:
            tables = place.client.list_tables(place.name, **place.patience())
            return sorted(table.table_id for table in tables)
        except google.NotFound:
            return []


def list_published(place: BigQueryPlace) -> list[bigquery.Table]:
    """Every table but staging, with schema and sizes; one that vanishes meanwhile is left out."""
    listed = [name for name in list_names(place) if not name.startswith(STAGING_PREFIX)]
    return [table for table in (find_table(place, name) for name in listed) if table is not None]


def is_view(table: bigquery.Table) -> bool:
    """Whether its rows are those of a query."""
    return table.table_type in ("VIEW", "MATERIALIZED_VIEW")


def describe_table(table: bigquery.Table) -> TableInfo:
    """A table or view as people see it."""
    return TableInfo(
        is_view=is_view(table),
        definition=table.view_query if is_view(table) else None,
        name=table.table_id,
        rows=None if is_view(table) else table.num_rows or 0,
        size_bytes=table.num_bytes,
        modified_at=table.modified,
        description=table.description or "",
        columns=tuple(
            (field.name, googlesql_name(field.field_type), field.description or "") for field in table.schema
        ),
    )


def find_table(place: BigQueryPlace, name: str) -> bigquery.Table | None:
    """A table's description, or None."""
    try:
        return get_table(place, name)
    except NotFound:
        return None


def get_table(place: BigQueryPlace, name: str) -> bigquery.Table:
    """A table's description; NotFound when there is none."""
    with google_errors(place.table(name)):
        return place.client.get_table(place.table(name), **place.patience())


def create_table(place: BigQueryPlace, table: bigquery.Table) -> None:
    """Create a table; nothing when another process was faster."""
    with google_errors(place.table(table.table_id)):
        place.client.create_table(table, exists_ok=True, **place.patience())


def _new_table(place: BigQueryPlace, dataset: Dataset) -> bigquery.Table:
    table = bigquery.Table(place.table(dataset.name), schema=[_field(c) for c in dataset.columns])
    table.time_partitioning = bigquery.TimePartitioning(type_="MONTH", field=SOURCE_MONTH)
    table.clustering_fields = list(dataset.cluster_columns) or None
    table.description = dataset.title
    table.labels = _labels(dataset)
    return table


def _missing_columns(table: bigquery.Table, dataset: Dataset, extra: Iterable[Column]) -> list[Column]:
    types = {field.name.casefold(): googlesql_name(field.field_type) for field in table.schema}
    added = []
    for column in (*dataset.columns, *extra):
        wanted = column.kind.bigquery_type
        have = types.get(column.name.casefold())
        if have is None:
            added.append(column)
            types[column.name.casefold()] = wanted
        elif have != wanted and (have, wanted) != ("FLOAT64", "INT64"):
            raise ContractViolation(
                f"Column {column.name} of the table {dataset.name} is {have}, the object brings {wanted}.",
                "Remove the column from the table, or write the month with the policy discard.",
            )
    return added


def _add_columns(place: BigQueryPlace, dataset: Dataset, added: Sequence[Column]) -> None:
    # The statement is the same whichever process comes first; the API call then carries what it cannot:
    # descriptions and labels.
    for column in added:
        place.run_query(
            f"ALTER TABLE {names([dataset.name])} "
            f"ADD COLUMN IF NOT EXISTS {names([column.name])} {column.kind.bigquery_type}",
            Budget.of("alter", 0),
        )
    table = get_table(place, dataset.name)
    ours = {column.name.casefold(): _field(column) for column in added}
    kept = [ours.pop(field.name.casefold(), field) for field in table.schema]
    table.schema = [*kept, *ours.values()]
    table.labels = _labels(dataset)
    with google_errors(place.table(dataset.name)):
        place.client.update_table(table, ["schema", "labels"], **place.patience())


def _labels(dataset: Dataset) -> dict[str, str]:
    return labels_of({"dataset": dataset.name, "contract": str(dataset.version)})


def _field(column: Column) -> bigquery.SchemaField:
    # 1,024 characters is the longest description BigQuery takes.
    return bigquery.SchemaField(column.name, column.kind.bigquery_type, description=column.description[:1024])
