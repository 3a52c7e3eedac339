"""Work pools of every kind: what `prefect.yaml` deploys there, and what the settings register there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml

from lakeside.errors import SettingsError
from lakeside.settings import PROJECT_ROOT, PrefectSettings, Settings

pytestmark = pytest.mark.usefixtures("prefect_api")

POOLS = {"docker": "docker", "cloud-run": "cloud-run-v2", "kubernetes": "kubernetes"}
METADATA = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"


def make_pool(client: Any, name: str, kind: str) -> dict[str, Any]:
    """A pool as `prefect work-pool create --type` makes it, from Prefect's own template; its variables."""
    from prefect.client.schemas.actions import WorkPoolCreate

    workers = {w: v for package in json.loads(METADATA.read_text()).values() for w, v in package.items()}
    template = workers[kind]["default_base_job_configuration"]
    client.create_work_pool(WorkPoolCreate(name=name, type=kind, base_job_template=template), overwrite=True)
    return dict(template["variables"]["properties"])


def run_prefect(*words: str) -> subprocess.CompletedProcess[str]:
    """Prefect's own command line against the harness's server."""
    from prefect.settings import PREFECT_API_URL

    environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value()), "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    return subprocess.run(
        command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.slow
def test_the_file_deploys_to_every_kind_of_pool() -> None:
    from prefect import get_client

    entries = yaml.safe_load((PROJECT_ROOT / "prefect.yaml").read_text())["deployments"]
    with get_client(sync_client=True) as client:
        known = {name: make_pool(client, f"lakeside-{name}", kind) for name, kind in POOLS.items()}
        done = run_prefect("deploy", *(word for name in POOLS for word in ("--name", f"*/{name}")))
        assert done.returncode == 0, done.stdout + done.stderr
        for name in POOLS:
            for flow in ("ingest-months", "sync-months"):
                made = client.read_deployment_by_name(f"{flow}/{name}")
                assert made.work_pool_name == f"lakeside-{name}"
                assert set(made.job_variables) <= set(known[name]), "the pool knows every variable"
                assert made.job_variables["image"].endswith("lakeside:0.1.0")
                assert made.pull_steps == []
            assert [s.active for s in made.schedules] == [False], "nothing runs before somebody says so"
            assert made.parameters["dataset"] == "green"
    assert {entry["name"] for entry in entries} == {"lakeside", "lakeside-part", *POOLS}


@pytest.mark.slow
def test_the_console_s_runs_go_to_a_pool_of_containers_when_the_settings_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect import get_client

    from flows.serve import register

    monkeypatch.setenv("LAKESIDE_LAKE_URL", "gs://bucket/lake")
    monkeypatch.setenv("LAKESIDE_HOME", "/somewhere/of/this/machine")
    pool = PrefectSettings(
        work_pool="containers", image="registry/lakeside:1", api_url="http://elsewhere/api"
    )
    with get_client(sync_client=True) as client:
        make_pool(client, "containers", "docker")
        with pytest.raises(SettingsError, match="containers is of type docker and no image is set"):
            register(Settings(prefect=pool.model_copy(update={"image": None})))
        register(Settings(prefect=pool))
        made = client.read_deployment_by_name("ingest-months/lakeside")
        assert made.work_pool_name == "containers"
        assert made.job_variables == {
            "image": "registry/lakeside:1",
            "env": {"LAKESIDE_LAKE_URL": "gs://bucket/lake"},
        }
        assert client.read_work_pool("containers").type == "docker"
        register(Settings())
        assert client.read_deployment_by_name("ingest-months/lakeside").job_variables == {
            "stream_output": False,
            "command": "python -m prefect.engine",
        }
