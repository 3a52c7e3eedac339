"""Starting is cheap: a command imports what it needs and nothing else (in real processes)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import json, sys
from cli.main import run
code = run(json.loads(sys.argv[1]))
heavy = {"prefect", "streamlit", "pandas", "duckdb", "google", "gcsfs", "sqlglot", "pydantic_settings"}
heavy |= {"pyarrow", "lakeside.checks"}
sys.stderr.write("\\nLOADED " + json.dumps([code, [n for n in heavy if n in sys.modules]]))
"""


def loaded(home: Path, *arguments: str) -> tuple[int, set[str]]:
    environment = {n: v for n, v in os.environ.items() if not n.startswith("LAKESIDE_")}
    environment |= {"LAKESIDE_HOME": str(home), "LAKESIDE_SOURCES__SAMPLE_ROWS": "500"}
    process = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    code, modules = json.loads(process.stderr.rpartition("LOADED ")[2])
    return code, set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["ingest", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(home: Path, arguments: list[str]) -> None:
    assert loaded(home, *arguments) == (0, set())


def test_ingest_without_load_imports_no_warehouse(home: Path) -> None:
    code, modules = loaded(home, "ingest", "green", "2020-10", "--source", "sample", "--no-load")
    assert code == 0
    assert modules == {"pyarrow"}


def test_ingest_imports_no_scheduler_page_or_cloud(home: Path) -> None:
    code, modules = loaded(home, "ingest", "green", "2020-10", "--source", "sample")
    assert code == 0
    assert not modules & {"prefect", "streamlit", "pandas", "google", "gcsfs", "sqlglot"}


def test_the_installed_script_answers_with_one_document(home: Path) -> None:
    script = Path(sys.executable).with_name("lakeside")
    process = subprocess.run(
        [script, "status", "--year", "2020", "--dataset", "green", "--json"],
        capture_output=True,
        text=True,
        env=os.environ | {"LAKESIDE_HOME": str(home), "LAKESIDE_SUORCES__TLC_URL": "x"},
        timeout=120,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert [m["month"] for m in json.loads(process.stdout)] == [f"2020-{n:02d}" for n in range(1, 13)]
    assert "LAKESIDE_SUORCES__TLC_URL is not a setting" in process.stderr
