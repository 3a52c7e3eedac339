"""`lakeside versions`, `diff`, `restore` and `prune` as a user calls them, on a folder lake."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeside.datasets.green import GREEN
from lakeside.lake.keys import VERSIONS_FOLDER
from lakeside.lake.lake import Lake
from lakeside.lake.layout import data_key, quarantine_key
from lakeside.month import Month
from lakeside.settings import Settings, load_settings
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


@pytest.mark.usefixtures("three_versions")
def test_the_last_two_versions_are_compared_by_their_exact_figures(lakeside: Lakeside) -> None:
    document = lakeside("diff", KEY, "--json").document
    assert (document["old"]["rows"], document["new"]["rows"]) == (200, 300)
    assert (document["equal"], document["same_content"]) == (False, False)
    fare = next(column for column in document["columns"] if column["name"] == "fare_amount")
    assert fare["basis"] == "provenance"
    assert {change["figure"] for change in fare["changes"]} >= {"count", "sum"}
    assert lakeside("diff", KEY, "2", "1", "--json").document["old"]["rows"] == 100
    printed = lakeside("diff", KEY, "2").stdout
    assert "100 rows" in printed
    assert "live" in printed


@pytest.mark.usefixtures("three_versions")
def test_a_version_that_is_not_there_is_said_so(lakeside: Lakeside) -> None:
    answer = lakeside("diff", KEY, "7", "--json")
    assert (answer.code, answer.document["error"]["kind"]) == (1, "NotFound")
    assert "lakeside versions" in answer.document["error"]["hint"]


@pytest.mark.usefixtures("three_versions")
def test_restoring_asks_first_and_keeps_what_was_live(lakeside: Lakeside, lake: Lake) -> None:
    refused = lakeside("restore", KEY, "2")
    assert refused.code == 2
    assert "Add --yes" in refused.stderr
    assert lake.read_footer(KEY).rows == 300
    answer = lakeside("restore", KEY, "2", "--yes", "--json")
    assert answer.code == 0
    assert (answer.document["rows"], answer.document["coverage"]) == (100, "in_lake")
    assert lake.read_footer(KEY).rows == 100
    assert len(lake.list_versions(KEY).earlier) == 3
    assert lakeside("restore", KEY, "live", "--yes").code == 2


def test_a_restored_month_has_to_be_loaded_again(lakeside: Lakeside) -> None:
    lakeside("ingest", "green", str(MONTH), "--source", "sample", "--json")
    Lake.open(load_settings()).remove_object(KEY)
    document = lakeside("restore", KEY, "1", "--yes", "--json").document
    assert document["coverage"] == "published"  # what was loaded is what is restored
    write_month(Lake.open(load_settings()), GREEN, MONTH, 10)
    lakeside("ingest", "green", str(MONTH), "--source", "sample", "--force", "--json")
    document = lakeside("restore", KEY, "1", "--yes", "--json").document
    assert (document["coverage"], document["replaced"] is not None) == ("stale", True)
    assert "changed after it was loaded" in document["reason"]


@pytest.mark.usefixtures("three_versions")
def test_pruning_says_what_it_would_remove_and_asks(
    lakeside: Lakeside, lake: Lake, environment: pytest.MonkeyPatch
) -> None:
    assert "Nothing is kept longer" in lakeside("prune", "--dry-run").stdout
    environment.setenv("LAKESIDE_RETENTION__VERSIONS", "1")
    refused = lakeside("prune", "--json")
    assert refused.code == 2
    planned = lakeside("prune", "--dry-run", "--json").document
    assert [item["object"] for item in planned["planned"]] == [KEY]
    assert planned["planned_bytes"] > 0
    assert len(lake.list_versions(KEY).earlier) == 2
    removed = lakeside("prune", "--yes", "--json").document
    assert removed["removed_bytes"] == planned["planned_bytes"]
    assert [v.is_live for v in lake.list_versions(KEY).versions] == [True, False]


def test_rows_set_aside_are_pruned_by_age_and_not_kept_as_versions(
    lakeside: Lakeside, lake: Lake, environment: pytest.MonkeyPatch
) -> None:
    old, young = (quarantine_key("green", month) for month in (Month(2024, 1), Month(2024, 2)))
    for key in (old, old, young):
        with lake.open_writer(key) as file:
            file.write(b"rows")
    environment.setenv("LAKESIDE_RETENTION__QUARANTINE_DAYS", "30")
    path = lake.find_local_path(old)
    assert path is not None
    os.utime(path, (time.time() - 40 * 86_400,) * 2)
    assert "40.0 days ago" in lakeside("prune", "--dry-run").stdout
    removed = lakeside("prune", "--yes", "--json").document["removed"]
    assert [(item["object"], item["live"]) for item in removed] == [(old, True)]
    assert [o.key for o in lake.list_objects("quarantine/").objects] == [young]
    assert len(lake.list_versions(old).earlier) == 1  # written just now, replaced just now
    environment.setenv("LAKESIDE_RETENTION__VERSION_DAYS", "0.000000001")
    assert len(lakeside("prune", "--yes", "--json").document["removed"]) == 1
    assert lake.list_versions(old).versions == []


@pytest.mark.usefixtures("three_versions")
def test_the_layout_of_an_object_is_told_with_advice(lakeside: Lakeside) -> None:
    document = lakeside("layout", KEY, "--json").document
    assert (document["rows"], document["row_groups"], document["advice"]) == (300, 1, [])
    assert document["columns"][0]["path"] == "VendorID"
    assert "Nothing to mend" in lakeside("layout", KEY).stdout


def test_the_schema_of_an_object_is_judged_by_contract_and_table(lakeside: Lakeside, lake: Lake) -> None:
    lakeside("ingest", "green", str(MONTH), "--source", "sample", "--json")
    document = lakeside("schema", KEY, "--json").document
    assert document["contract"]["matches"]
    assert document["append"] == {"table": "green", "appends": True, "reasons": [], "adds": []}
    assert document["columns"][0]["leaves"] == [{"path": "VendorID", "physical": "INT64", "logical": ""}]
    other = lakeside("schema", KEY, "--as", "fhv")
    assert other.code == 0
    assert "not a fhv file" in other.stdout
    with lake.open_writer("swamp/x.parquet") as file:
        pq.write_table(pa.table({"a": [1]}), file)
    assert "No dataset's contract knows" in lakeside("schema", "swamp/x.parquet").stdout
