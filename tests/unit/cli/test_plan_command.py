"""`lakeside plan`, and `lakeside runs` where no server is, as a user calls them: real processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import Answer, Lakeside

SCRIPT = str(Path(sys.executable).with_name("lakeside"))
Command = Callable[..., Answer]


@pytest.fixture
def command(home: Path) -> Command:
    """Run the installed script; no Prefect server answers at the port of its settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("LAKESIDE_", "PREFECT_"))}
    nowhere = "file:///nowhere/{dataset}_{year}-{month:02d}.parquet"
    environment = inherited | {
        "LAKESIDE_HOME": str(home),
        "LAKESIDE_PREFECT__PORT": port,
        "LAKESIDE_SOURCES__SAMPLE_ROWS": "2000",
        "LAKESIDE_SOURCES__TLC_URL": nowhere,
        "LAKESIDE_SOURCES__DATATALKSCLUB_URL": nowhere,
    }

    def call(*arguments: str) -> Answer:
        done = subprocess.run(
            [SCRIPT, *arguments], capture_output=True, text=True, env=environment, timeout=120, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


def months_of(answer: Answer) -> list[dict[str, Any]]:
    months: list[dict[str, Any]] = answer.document["months"]
    return months


def test_a_plan_without_a_server_is_made_and_says_so(command: Command) -> None:
    answer = command("plan", "green", "2020-10..2020-11", "--source", "sample", "--json")
    assert answer.code == 0, answer.stderr
    assert [(m["month"], m["standing"], m["action"]) for m in months_of(answer)] == [
        ("2020-10", "missing", "ingest"),
        ("2020-11", "missing", "ingest"),
    ]
    document = answer.document
    assert (document["rows_expected"], document["work"], len(document["token"])) == (4000, 2, 64)
    assert document["history"] is False and "No Prefect server answers" in document["message"]
    assert (
        command("plan", "green", "2020-10..2020-11", "--source", "sample", "--json").document["token"]
        == (document["token"])
    )


def test_a_plan_for_people_says_what_why_and_how_much(command: Command) -> None:
    assert command("ingest", "green", "2020-10", "--source", "sample").code == 0
    answer = command("plan", "green", "2020-10..2020-11", "--source", "sample")
    assert answer.code == 0
    assert "green 2020-10: 2,000 rows, published by a command, not a run, on" in answer.stdout
    assert "green 2020-11: Not in the lake. Fetched from sample, written and published." in answer.stdout
    assert "To do: 1 of 2; about 2,000 rows." in answer.stdout
    assert "without the history of runs" in answer.stdout


def test_a_source_that_has_nothing_is_said_and_the_plan_is_made(command: Command) -> None:
    answer = command("plan", "green", "2023-12", "--json")
    (month,) = months_of(answer)
    assert (answer.code, month["action"], month["blocked"]) == (0, "nothing", True)
    assert (
        "The source does not have it: file:///nowhere/green_2023-12.parquet does not exist." in month["why"]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["start", "green", "2020-10", "--source", "sample"],
        ["list"],
        ["show", "0a0a0a0a-0000-4000-8000-000000000000"],
        ["logs", "0a0a0a0a-0000-4000-8000-000000000000"],
        ["cancel", "0a0a0a0a-0000-4000-8000-000000000000"],
        ["retry", "0a0a0a0a-0000-4000-8000-000000000000"],
        ["again", "0a0a0a0a-0000-4000-8000-000000000000"],
    ],
)
def test_without_a_server_runs_are_refused_with_what_mends_it(
    lakeside: Lakeside, environment: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    environment.setenv("LAKESIDE_PREFECT__API_URL", "http://127.0.0.1:9/api")
    answer = lakeside("runs", *arguments, "--json")
    assert answer.code == 1
    error = answer.document["error"]
    assert error["kind"] == "BackendUnavailable" and "No Prefect server answers" in error["message"]
    assert "lakeside up" in error["hint"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["plan", "purple", "2020-10"], "purple"),
        (["plan", "green"], "YYYY-MM"),
        (["plan", "green", "2020-13"], "Month 13"),
        (["plan", "green", "2020-10", "--mode", "some"], "some"),
        (["plan", "green", "2020-10", "--source", "archive"], "archive"),
        (["runs", "start", "green", "2020-13"], "Month 13"),
        (["runs", "start", "purple", "2020-10"], "purple"),
        (["runs", "list", "--limit", "1000"], "--limit"),
        (["runs", "list", "--dataset", "purple"], "purple"),
        (["runs", "show"], "RUN_ID"),
        (["runs", "stop"], "stop"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_misuse(lakeside: Lakeside, arguments: list[str], word: str) -> None:
    answer = lakeside(*arguments, "--json")
    assert answer.code == 2
    assert word.casefold() in answer.document["error"]["message"].casefold()


def test_help_of_runs_imports_nothing_heavy() -> None:
    script = (
        "import json, sys; from cli.main import run; run(['runs', 'start', '--help']);"
        "heavy = ('prefect', 'duckdb', 'pyarrow', 'pandas');"
        "sys.stderr.write('LOADED ' + json.dumps([n for n in heavy if n in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert json.loads(done.stderr.rpartition("LOADED ")[2]) == []
    assert "--mode" in done.stdout and "--wait" in done.stdout
