"""The doctor says what is there, what is not, and what to do."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Answer, Lakeside

NOBODY = "http://127.0.0.1:9/api"  # the discard port: nothing listens there


@pytest.fixture(autouse=True)
def no_stack(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LAKESIDE_PREFECT__API_URL", NOBODY)


def findings(answer: Answer) -> dict[str, dict[str, Any]]:
    return {f["check"]: f for f in answer.document["findings"]}


@pytest.mark.usefixtures("real_files")
def test_what_is_well_and_what_is_not(lakeside: Lakeside, home: Path) -> None:
    answer = lakeside("doctor", "--json")
    found = findings(answer)
    states = {check: f["state"] for check, f in found.items()}
    assert states == {
        "settings": "ok",
        "lake": "ok",
        "warehouse": "ok",
        "source datatalksclub": "ok",
        "source tlc": "ok",
        "prefect api": "problem",
    }
    assert (answer.code, answer.document["ok"]) == (1, False)
    assert str(home) in found["lake"]["detail"]
    assert "green_tripdata_2020-10.csv.gz" in found["source datatalksclub"]["detail"]
    assert NOBODY in found["prefect api"]["detail"] and found["prefect api"]["hint"]
    assert answer.document["settings"]["LAKESIDE_WAREHOUSE__KIND"] == "duckdb"
    assert answer.document["settings"]["LAKESIDE_HOME"] == str(home)


@pytest.mark.usefixtures("real_files")
def test_a_stack_that_was_never_started_is_no_problem(
    lakeside: Lakeside, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("LAKESIDE_PREFECT__API_URL")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environment.setenv("LAKESIDE_PREFECT__PORT", str(port))  # free a moment ago: nobody listens
    answer = lakeside("doctor", "--json")
    prefect = findings(answer)["prefect api"]
    assert (prefect["state"], answer.code, answer.document["ok"]) == ("idle", 0, True)
    assert "lakeside up" in prefect["hint"]


def test_a_lake_that_cannot_be_is_a_problem_with_a_hint(
    lakeside: Lakeside, environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    environment.setenv("LAKESIDE_LAKE_URL", str(tmp_path / "file"))
    lake = findings(lakeside("doctor", "--json"))["lake"]
    assert lake["state"] == "problem" and "file" in lake["detail"]


def test_for_people_every_finding_is_a_line(lakeside: Lakeside) -> None:
    answer = lakeside("doctor")
    lines = answer.stdout.splitlines()
    assert any(line.startswith("OK       lake") for line in lines)
    assert any(line.startswith("PROBLEM  prefect api") for line in lines)
    assert any("LAKESIDE_LIMITS__QUERY_ROWS" in line and line.endswith("1000") for line in lines)
