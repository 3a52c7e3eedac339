"""A lake object of any schema as a table in BigQuery, replaced as a whole by one load job."""

from __future__ import annotations

import pyarrow as pa
from google.cloud import bigquery

from lakeside.lake.lake import Lake
from lakeside.lake.schemas import name_table_type
from lakeside.warehouse import bigquery_tables as tables
from lakeside.warehouse.bigquery_client import LABELS, BigQueryPlace, job_prefix
from lakeside.warehouse.bigquery_publish import run_load


def replace_table(place: BigQueryPlace, source: tuple[Lake, str], table: str, description: str) -> int:
    """Put an object's rows in place of the table; how many the object has.

    Types are those parquet loads as (BigQuery docs, "Loading Parquet data"); where columns are nested the
    service finds them out itself.
    """
    lake, key = source
    footer = lake.read_footer(key)
    fields = [] if any(pa.types.is_nested(f.type) for f in footer.schema) else list_fields(footer.schema)
    tables.ensure_dataset(place)
    if fields:
        made = bigquery.Table(place.table(table), schema=fields)
        made.description = description
        tables.create_table(place, made)
    config = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        autodetect=not fields,
        create_disposition=bigquery.CreateDisposition.CREATE_IF_NEEDED,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        destination_table_description=description,
        labels=LABELS,
    )
    if fields:
        config.schema = fields
    run_load(place, source, table, job_prefix("load", table), config)
    return footer.rows


def list_fields(schema: pa.Schema) -> list[bigquery.SchemaField]:
    """The table's columns; one that is all null becomes text."""
    return [bigquery.SchemaField(f.name, name_table_type(f.type) or "STRING") for f in schema]
