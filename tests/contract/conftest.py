"""Both warehouses and a bucket as fixtures, the emulators real processes, started once per module that asks.

The contracts' own modules hold assertions; pytest explains them as it does those of test files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lakeside.lake.lake import Lake
from lakeside.settings import Settings
from lakeside.warehouse.duckdb_warehouse import DuckDBWarehouse
from lakeside.warehouse.protocol import Warehouse
from tests.contract.bigquery_settings import open_bigquery
from tests.servers.bigquery import BigQueryServer, run_bigquery_server
from tests.servers.gcs import GcsServer, run_gcs_server

pytest.register_assert_rewrite(
    "tests.contract.lake_objects_contract",
    "tests.contract.lake_parquet_contract",
    "tests.contract.lake_versions_contract",
)


@pytest.fixture(scope="module")
def gcs_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the GCS emulator keeps its objects and the BigQuery emulator looks for them."""
    return tmp_path_factory.mktemp("gcs")


@pytest.fixture(scope="module")
def gcs_server(gcs_root: Path) -> Iterator[GcsServer]:
    """The GCS emulator with an empty bucket `lakeside-test`."""
    with run_gcs_server(gcs_root) as server:
        server.create_bucket("lakeside-test")
        yield server


@pytest.fixture(scope="module")
def bigquery_server(tmp_path_factory: pytest.TempPathFactory, gcs_root: Path) -> Iterator[BigQueryServer]:
    with run_bigquery_server(tmp_path_factory.mktemp("bigquery"), gcs_root) as server:
        yield server


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(Settings(lake_url=str(tmp_path / "lake")))


@pytest.fixture(params=["duckdb", pytest.param("bigquery", marks=pytest.mark.emulator)])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    if request.param == "duckdb":
        return DuckDBWarehouse.open(Settings(home=tmp_path))
    return open_bigquery(request.getfixturevalue("bigquery_server"))
