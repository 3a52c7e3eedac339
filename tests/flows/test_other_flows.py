"""The flows beside ingest and load in Prefect's harness: checks of months, and a table of an object."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.runs import MonthLine
from lakeside.checks.store import list_latest_results
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import load_settings
from lakeside.sources.probe import SourceName
from tests.flows.test_ingest_months import read_board

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_api")]
KEY = "swamp/strange.parquet"


@pytest.fixture
def services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setenv("LAKESIDE_HOME", str(home))
    monkeypatch.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", "300")
    return open_services(load_settings())


def read_artifacts(state: Any) -> dict[str, Any]:
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    chosen = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:
        return {str(a.key): a.data for a in client.read_artifacts(artifact_filter=chosen)}


def read_line(state: Any) -> MonthLine:
    (line,) = read_board(state)
    return line


def test_an_object_becomes_a_table_and_the_run_says_so(services: Services) -> None:
    from flows.load_object import load_object

    with services.lake.open_writer(KEY) as file:
        pq.write_table(pa.table({"x": [1, 2], "y": ["a", "b"]}), file)
    state = load_object(KEY, "strange", return_state=True)
    assert state.is_completed(), state.message
    assert state.message == f"2 rows and 2 columns of {KEY} in strange"
    artifacts = read_artifacts(state)
    assert artifacts["progress"] == 100
    (result,) = json.loads(artifacts["result"])
    assert (result["table"], result["rows"], result["columns"], result["object"]) == ("strange", 2, 2, KEY)
    assert [(t.name, t.rows) for t in services.warehouse.list_tables()] == [("strange", 2)]


@pytest.mark.parametrize(
    ("key", "table", "said"),
    [
        ("swamp/none.parquet", "strange", "NotFound: "),
        (KEY, "green", "SettingsError: green is the name of a table of Lakeside's own"),
        (KEY, "no name", "Validation of flow parameters failed"),
    ],
)
def test_what_cannot_be_a_table_fails_with_its_reason(
    services: Services, key: str, table: str, said: str
) -> None:
    from flows.load_object import load_object

    state = load_object(key, table, return_state=True)
    assert state.is_failed()
    assert said in state.message
    assert services.warehouse.list_tables() == []


def test_months_are_checked_and_the_results_kept(services: Services, home: Path) -> None:
    from flows.check_months import check_months

    for number in (1, 2):
        run_month(MonthRequest("green", Month(2020, number), SourceName.SAMPLE), services)
    before = max(result.checked_at for result in list_latest_results(services))
    good = check_months("green", 2020, [2, 1], return_state=True)
    assert good.message == "2 months: 2 checked"
    lines = read_board(good)
    assert [(line.month, line.state, line.warehouse_rows) for line in lines] == [
        ("2020-01", "checked", 300),
        ("2020-02", "checked", 300),
    ]
    kept = list_latest_results(services)
    assert {str(result.month) for result in kept} == {"2020-01", "2020-02"}
    assert min(result.checked_at for result in kept) > before

    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM trips.green WHERE source_month = '2020-02-01' AND source_row < 10")
    bad = check_months("green", 2020, [2], return_state=True)
    assert bad.is_failed()
    line = read_line(bad)
    assert (line.state, line.stage) == ("failed", "check")
    assert line.error is not None and line.error["kind"] == "ContractViolation"
    assert "green 2020-02 fails" in line.error["message"]
    red = [r for r in list_latest_results(services) if r.is_red]
    assert red and {str(result.month) for result in red} == {"2020-02"}


def test_asking_twice_starts_one_run_under_a_name_for_people(services: Services) -> None:
    from prefect import get_client

    from flows.names import CHECK_FLOW, OBJECT_FLOW
    from flows.parameters import CheckParameters, ObjectParameters, check_parameters
    from flows.serve import register
    from flows.starts import start_request

    register(services.settings)
    table = check_parameters(ObjectParameters, {"lake_object": KEY, "table": "strange"})
    months = check_parameters(CheckParameters, {"dataset": "green", "year": 2020, "months": [3, 1, 2]})
    with get_client(sync_client=True) as client:
        for flow, parameters, name in (
            (OBJECT_FLOW, table, "table strange"),
            (CHECK_FLOW, months, "green 2020 [1-3] checks"),
        ):
            first, second = (start_request(client, flow, parameters, "a test") for _ in range(2))
            assert (first.id, first.name, first.flow) == (second.id, name, flow)
            assert first.started_by == "a test"
            assert dict(first.parameters) == parameters
