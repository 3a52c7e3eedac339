"""The flows in Prefect's harness, with real services on a home of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from flows.runs import MonthLine
from lakeside.datasets import get_dataset
from lakeside.errors import BackendUnavailable, BadFile
from lakeside.month import Month
from lakeside.pipeline import MonthRequest
from lakeside.progress import MonthResult, MonthState, ReportProgress
from lakeside.services import Services, open_services
from lakeside.settings import load_settings
from lakeside.sources.sample import sample_batches

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_api")]
ROWS = 500
YEAR = 2020


@pytest.fixture
def services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    """What the flows will open: the embedded default in a home of its own, small made-up months."""
    monkeypatch.setenv("LAKESIDE_HOME", str(home))
    monkeypatch.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", str(ROWS))
    return open_services(load_settings())


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A source with January and March but no February."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in (1, 3):
        rows = pa.Table.from_batches(list(sample_batches(get_dataset("green"), Month(YEAR, number), ROWS)))
        pacsv.write_csv(rows, folder / f"green_{YEAR}-{number:02d}.csv")
    template = f"file://{folder}/{{dataset}}_{{year}}-{{month:02d}}.csv"
    monkeypatch.setenv("LAKESIDE_SOURCES__ARCHIVE_URL", template)
    yield folder


def run_ingest(months: list[int], **more: Any) -> Any:
    from flows.ingest_months import ingest_months

    parameters = {"dataset": "green", "year": YEAR, "months": months, "source": "sample"} | more
    return ingest_months(**parameters, return_state=True)


def count_rows(services: Services) -> dict[str, int]:
    return {str(month): rows for (_, month), rows in services.warehouse.count_months().items()}


def read_board(state: Any) -> list[MonthLine]:
    """The run's table artifact as the console reads it."""
    from prefect import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey

    from flows.lines import read_line

    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts(
            artifact_filter=ArtifactFilter(
                key=ArtifactFilterKey(any_=["months"]),
                flow_run_id=ArtifactFilterFlowRunId(any_=[state.state_details.flow_run_id]),
            )
        )
    assert len(artifacts) == 1, "one table a run"
    assert isinstance(artifacts[0].data, str)
    return [read_line(values) for values in json.loads(artifacts[0].data)]


def test_three_months_are_published_exactly_once(services: Services) -> None:
    first = run_ingest([1, 2, 3])
    assert first.is_completed(), first.message
    assert first.message == "3 months: 3 published"
    assert [(line.month, line.state, line.warehouse_rows) for line in read_board(first)] == [
        (f"2020-0{n}", "published", ROWS) for n in (1, 2, 3)
    ]
    again = run_ingest([1, 2, 3])
    assert again.message == "3 months: 3 unchanged"
    assert count_rows(services) == {"2020-01": ROWS, "2020-02": ROWS, "2020-03": ROWS}
    provenance = services.lake.read_footer("data/green/green_tripdata_2020-01.parquet").provenance
    assert provenance is not None
    assert provenance.run_id == str(first.state_details.flow_run_id)


def test_one_bad_month_stops_no_other_and_is_named(services: Services, archive: Path) -> None:
    state = run_ingest([1, 2, 3], source="archive")
    assert state.is_failed()
    assert state.message.startswith("1 of 3 months failed: 2020-02 (SourceMissing: ")
    board = {line.month: line for line in read_board(state)}
    assert {month: line.state for month, line in board.items()} == {
        "2020-01": "published",
        "2020-02": "failed",
        "2020-03": "published",
    }
    assert board["2020-02"].error is not None
    assert board["2020-02"].error["kind"] == "SourceMissing"
    assert count_rows(services) == {"2020-01": ROWS, "2020-03": ROWS}


def test_the_lake_alone_then_the_warehouse_alone(services: Services) -> None:
    from flows.load_months import load_months

    assert run_ingest([4], load=False).message == "1 month: 1 written"
    assert count_rows(services) == {}
    state = load_months("green", YEAR, [4], return_state=True)
    assert state.message == "1 month: 1 published"
    assert count_rows(services) == {"2020-04": ROWS}
    missing = load_months("green", YEAR, [5], return_state=True)
    assert missing.is_failed()
    assert "2020-05 (NotFound: " in missing.message


@pytest.mark.parametrize("change", [{"months": [13]}, {"months": []}, {"dataset": "purple"}, {"year": 1999}])
def test_the_flow_itself_refuses_what_cannot_be(services: Services, change: dict[str, Any]) -> None:
    state = run_ingest(**({"months": [1]} | change))
    assert state.is_failed()
    assert "Validation of flow parameters failed" in state.message
    assert count_rows(services) == {}


class Flaky:
    """Work that fails once with this error, then succeeds."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.calls = 0

    def __call__(self, request: MonthRequest, _services: Services, _report: ReportProgress) -> MonthResult:
        self.calls += 1
        if self.calls == 1:
            raise self.error
        return MonthResult(request.dataset, str(request.month), "sample", MonthState.WRITTEN)


@pytest.mark.parametrize(
    ("error", "calls", "ends_well"),
    [
        (BackendUnavailable("The lake does not answer."), 2, True),
        (BadFile("The file is cut."), 1, False),
        (ZeroDivisionError("a fault of ours"), 1, False),
    ],
)
def test_only_what_may_pass_is_tried_again(
    services: Services, error: Exception, calls: int, ends_well: bool
) -> None:
    from prefect import flow

    from flows.months import work_on_months

    work = Flaky(error)

    @flow
    def one_month() -> Any:
        return work_on_months([MonthRequest("green", Month(YEAR, 1))], services, work)

    state = one_month(return_state=True)
    assert work.calls == calls
    assert state.is_completed() is ends_well
    if not ends_well:
        assert type(error).__name__ in state.message


def test_a_run_and_its_tasks_have_names_people_can_read(services: Services) -> None:
    from prefect import get_client

    state = run_ingest([1, 2, 5], load=False)
    with get_client(sync_client=True) as client:
        run_id = state.state_details.flow_run_id
        assert client.read_flow_run(run_id).name == "green 2020 [1-2,5]"
