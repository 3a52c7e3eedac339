"""Files that other programs read: compose, the image, CI. Each is held to the code it names."""

from __future__ import annotations

import re
from typing import Any

import yaml

from cli.main import VERBS
from lakeside import __version__
from lakeside.settings import PROJECT_ROOT, setting_names

COMPOSE = "compose.yaml"
EMULATORS = "infra/emulators/compose.yaml"


def read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT_ROOT / name).read_text()))


def test_compose_publishes_ports_on_this_machine_only_and_tells_the_console() -> None:
    services = read(COMPOSE)["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert services["console"]["environment"]["LAKESIDE_CONSOLE__PUBLISHED_ON_LOOPBACK"] == "true"


def test_compose_starts_in_the_order_of_health() -> None:
    services = read(COMPOSE)["services"]
    for name in ("worker", "console", "server"):
        waits = [condition["condition"] for condition in services[name]["depends_on"].values()]
        assert waits == ["service_healthy"]
    for name in ("postgres", "server"):
        assert services[name]["healthcheck"]["test"]


def test_what_compose_calls_exists() -> None:
    for name in (COMPOSE, EMULATORS):
        for service in read(name)["services"].values():
            command = service.get("command", [])
            if command[:1] == ["lakeside"]:
                assert command[1] in VERBS
            variables = [v for v in service.get("environment", {}) if v.startswith("LAKESIDE_")]
            assert set(variables) <= set(setting_names())


def test_containers_run_without_rights_and_cannot_write_their_root() -> None:
    services = read(COMPOSE)["services"]
    for name in ("server", "worker", "console"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    dockerfile = (PROJECT_ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER lakeside$", dockerfile, re.M)
    assert "--require-hashes" in dockerfile


def test_the_image_is_labelled_with_our_version_and_copies_what_there_is() -> None:
    dockerfile = (PROJECT_ROOT / "Dockerfile").read_text()
    assert f"ARG VERSION={__version__}" in dockerfile
    for words in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M):
        assert all((PROJECT_ROOT / word).exists() for word in words.split())
    ignored = (PROJECT_ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*", "nothing is sent to the builder that is not named"


def test_the_workflow_of_ci_does_what_the_script_does() -> None:
    script = (PROJECT_ROOT / ".ci" / "run").read_text().splitlines()
    verbs = [line for line in script if line.startswith("make ")]
    steps = read(".github/workflows/ci.yml")["jobs"]["check"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == verbs


def test_the_costs_in_the_documents_are_those_of_the_catalogue() -> None:
    from lakeside.catalogue.costs import write_table

    assert write_table() in (PROJECT_ROOT / "docs" / "google-cloud.md").read_text()
