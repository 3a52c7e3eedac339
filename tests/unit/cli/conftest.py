"""The command as a user calls it: a folder lake, a DuckDB file, the real files as sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import run


@dataclass(frozen=True)
class Answer:
    """What a command line came to."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """Stdout as JSON; it must be one document and nothing else, without NaN."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.stdout, parse_constant=refuse)


Lakeside = Callable[..., Answer]


@pytest.fixture
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Settings come from the environment, as for a user; sources are closed doors unless a test opens one."""
    monkeypatch.setenv("LAKESIDE_HOME", str(home))
    monkeypatch.setenv("LAKESIDE_READERS__PROCESSES", "0")  # starting one per command line would take long
    for name in ("DATATALKSCLUB_URL", "TLC_URL"):
        monkeypatch.setenv(
            f"LAKESIDE_SOURCES__{name}", "file:///nowhere/{dataset}_{year}-{month:02d}.parquet"
        )
    monkeypatch.setenv("LAKESIDE_SOURCES__ZONE_LOOKUP_URL", "file:///nowhere/zones.csv")
    monkeypatch.setenv("LAKESIDE_SOURCES__ZONE_SHAPES_URL", "file:///nowhere/zones.zip")
    monkeypatch.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", "2000")
    return monkeypatch


@pytest.fixture
def lakeside(environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Lakeside:
    """Run one command line in this process."""

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return call


@pytest.fixture
def real_files(environment: pytest.MonkeyPatch, shared_data: Path) -> Path:
    """The sources are the real files."""
    folder = shared_data.resolve().as_uri()
    environment.setenv(
        "LAKESIDE_SOURCES__DATATALKSCLUB_URL",
        folder + "/datatalksclub/{dataset}/{dataset}_tripdata_{year}-{month:02d}.csv.gz",
    )
    environment.setenv(
        "LAKESIDE_SOURCES__TLC_URL", folder + "/tlc/trip-data/{dataset}_tripdata_{year}-{month:02d}.parquet"
    )
    environment.setenv("LAKESIDE_SOURCES__ZONE_LOOKUP_URL", folder + "/tlc/misc/taxi_zone_lookup.csv")
    environment.setenv("LAKESIDE_SOURCES__ZONE_SHAPES_URL", folder + "/tlc/misc/taxi_zones.zip")
    return shared_data
