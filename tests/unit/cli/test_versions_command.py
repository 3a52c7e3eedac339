"""`lakeside versions`, `diff`, `restore` and `prune` as a user calls them, on a folder lake."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeside.datasets.green import GREEN
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.settings import Settings
from tests.builders import write_month
from tests.unit.cli.conftest import Lakeside

MONTH = Month(2024, 1)
KEY = data_key("green", MONTH)


@pytest.fixture
def lake(home: Path) -> Lake:
    return Lake.open(Settings(home=home))


@pytest.fixture
def three_versions(lake: Lake) -> Lake:
    """The month with 300 rows, 200 before that, and 100 at first."""
    for rows in (100, 200, 300):
        write_month(lake, GREEN, MONTH, rows)
    return lake


@pytest.mark.usefixtures("three_versions")
def test_versions_are_listed_with_rows_and_retention(lakeside: Lakeside, lake: Lake) -> None:
    answer = lakeside("versions", KEY, "--json")
    assert answer.code == 0
    versions = answer.document["versions"]
    assert [(v["live"], v["rows"], v["source"]) for v in versions] == [
        (True, 300, "sample"),
        (False, 200, "sample"),
        (False, 100, "sample"),
    ]
    assert answer.document["retention"]["versions"] == 3
    assert lakeside("versions", lake.url_of(KEY), "--limit", "1", "--json").document["truncated"]
    printed = lakeside("versions", KEY).stdout
    assert "live" in printed
    assert f"kept in {VERSIONS_FOLDER}" in printed


def test_what_never_was_has_no_versions(lakeside: Lakeside) -> None:
    answer = lakeside("versions", KEY, "--json")
    assert answer.code == 1
    assert answer.document["error"]["kind"] == "NotFound"
