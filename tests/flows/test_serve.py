"""What is registered at a Prefect server, and that prefect.yaml registers the same."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.settings.models.results import ResultsSettings
from prefect.settings.models.server.api import ServerAPISettings

from cli.supervisor_plan import make_environment
from lakeside.settings import PROJECT_ROOT, Settings

pytestmark = pytest.mark.usefixtures("prefect_api")


def read_yaml() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT_ROOT / "prefect.yaml").read_text()))


def test_the_file_deploys_what_the_program_registers() -> None:
    from flows.names import DEPLOYMENT, MONTH_FLOWS, PART_DEPLOYMENT
    from flows.serve import FLOWS, describe_deployment

    written = {(entry["name"], entry["entrypoint"]): entry for entry in read_yaml()["deployments"]}
    wanted = [(DEPLOYMENT, flow) for flow in FLOWS]
    wanted += [(PART_DEPLOYMENT, flow) for flow in FLOWS if flow.name in MONTH_FLOWS]
    for name, flow in wanted:
        fields = describe_deployment(flow, "lakeside")
        entry = written.pop((name, fields["entrypoint"]))
        limit = entry.get("concurrency_limit")
        assert limit == (None if name == DEPLOYMENT else {"limit": 4, "collision_strategy": "ENQUEUE"})
        assert entry["tags"] == fields["tags"]
        assert entry["work_pool"]["name"] == fields["work_pool_name"]
        assert entry["work_pool"]["job_variables"] == fields["job_variables"]
    assert {name for name, _ in written} == {"docker", "cloud-run", "kubernetes"}, "see test_work_pools.py"
    assert read_yaml()["pull"] == [], "an omitted pull would make Prefect copy code from this folder"


def test_entry_points_can_be_imported_and_have_the_names_the_console_asks_for() -> None:
    from flows.names import FLOW_NAMES
    from flows.serve import FLOWS, describe_deployment

    assert tuple(flow.name for flow in FLOWS) == FLOW_NAMES
    for flow in FLOWS:
        module, _, name = str(describe_deployment(flow, "lakeside")["entrypoint"]).rpartition(".")
        assert getattr(import_module(module), name) is flow


@pytest.mark.slow
def test_registering_twice_changes_nothing() -> None:
    from prefect import get_client

    from flows.heartbeat import AUTOMATION, PENDING_AUTOMATION
    from flows.names import MONTH_FLOWS
    from flows.serve import FLOWS, register
    from lakeside.settings import Settings

    register(Settings())
    register(Settings())
    with get_client(sync_client=True) as client:
        for name in (AUTOMATION, PENDING_AUTOMATION):
            assert len(client.read_automations_by_name(name)) == 1
        made = [d for d in client.read_deployments() if d.work_pool_name == "lakeside"]
        assert len(made) == len(FLOWS) + len(MONTH_FLOWS), "with those for parts"
        template = client.read_work_pool("lakeside").base_job_template
        assert template["variables"]["properties"]["stream_output"]["default"] is False


@pytest.mark.slow
def test_a_run_without_a_process_is_swept() -> None:
    from prefect import get_client
    from prefect.states import Running

    from flows.dead_runs import sweep_dead_runs
    from flows.serve import FLOWS

    with get_client(sync_client=True) as client:
        run = client.create_flow_run(FLOWS[0], parameters={"dataset": "green", "year": 2020, "months": [1]})
        client.set_flow_run_state(run.id, Running(), force=True)
        assert run.name in sweep_dead_runs()
        assert client.read_flow_run(run.id).state.is_crashed()
        assert sweep_dead_runs() == []


def test_prefect_keeps_results_as_json_if_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own default is pickle, in files that everybody who may write there could change."""
    for name, value in make_environment(Settings(home=tmp_path)).items():
        if name.startswith("PREFECT_RESULTS_"):
            monkeypatch.setenv(name, value)
    results = ResultsSettings()
    assert (results.default_serializer, results.persist_by_default) == ("json", False)


def test_a_page_of_another_origin_cannot_read_the_server_s_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect's default is `*`."""
    environment = make_environment(Settings(home=tmp_path))
    monkeypatch.setenv(
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS", environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"]
    )
    own = ServerAPISettings().cors_allowed_origins.split(",")
    assert own == ["http://127.0.0.1:4200", "http://localhost:4200"]
