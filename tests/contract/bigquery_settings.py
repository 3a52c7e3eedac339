"""A BigQuery dataset of a test's own on the emulator."""

from __future__ import annotations

import uuid

from lakeside.settings import Settings, WarehouseSettings
from lakeside.warehouse.bigquery_warehouse import BigQueryWarehouse
from tests.servers.bigquery import BigQueryServer


def bigquery_settings(server: BigQueryServer) -> Settings:
    """Settings for a dataset with a new name."""
    chosen = WarehouseSettings(kind="bigquery", project="test", dataset=f"trips_{uuid.uuid4().hex[:8]}")
    return Settings(warehouse=chosen, bigquery_emulator_host=server.url)


def open_bigquery(server: BigQueryServer) -> BigQueryWarehouse:
    """A warehouse without tables."""
    return BigQueryWarehouse.open(bigquery_settings(server))
