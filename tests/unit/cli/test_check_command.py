"""`lakeside check` and `lakeside reconcile`: the known truths of the real files, and what harm comes to."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.unit.cli.conftest import Lakeside

FIELDS = ["check", "kind", "dataset", "month", "severity", "state", "failing_rows", "rows", "detail"]
# The counts of the data's README: rows, outside the month, VendorID null, negative fares.
KNOWN = {
    ("green", "2020-10", "datatalksclub"): (95_120, 9, 42_510, 189),
    ("yellow", "2021-01", "datatalksclub"): (22_792, 16, 0, 199),
    ("green", "2020-04", "tlc"): (35_644, 6, 0, 122),
    ("green", "2023-12", "tlc"): (64_215, 4, 0, 189),
}


@pytest.mark.parametrize(("dataset", "month", "source"), KNOWN, ids=str)
def test_known_truths_are_found_exactly(
    dataset: str, month: str, source: str, real_files: Path, lakeside: Lakeside
) -> None:
    rows, outside, vendorless, negative = KNOWN[dataset, month, source]
    assert lakeside("ingest", dataset, month, "--source", source, "--json").code == 0
    answer = lakeside("check", dataset, month, "--json")
    assert answer.code == 0, "real months fail no check of severity error"
    found = {result["check"]: result for result in answer.document}
    counts = [found[n]["failing_rows"] for n in ("outside_month", "VendorID_not_null", "fare_amount_range")]
    assert counts == [outside, vendorless, negative]
    assert {result["rows"] for result in answer.document} == {rows}
    reconciling = {r["state"] for r in answer.document if r["kind"] in ("reconcile", "schema")}
    assert reconciling == {"passed"}


def test_results_are_plain_and_an_estimate_reads_nothing(lakeside: Lakeside) -> None:
    lakeside("ingest", "green", "2024-01", "--source", "sample")
    answer = lakeside("check", "green", "2024-01", "--json")
    assert answer.code == 0
    assert {tuple(result) for result in answer.document} == {tuple(FIELDS)}
    assert {result["kind"] for result in answer.document} == {"reconcile", "schema", "freshness", "quality"}
    (estimate,) = lakeside("check", "green", "2024-01", "--estimate", "--json").document
    assert (estimate["month"], estimate["queries"]) == ("2024-01", 2)
    assert 27 * 8 * 2_000 <= estimate["bytes"] < 2 * 27 * 8 * 2_000
    assert "All together at most" in lakeside("check", "green", "2024-01", "--estimate").stdout


def test_a_cent_is_caught_told_and_mended_by_a_plain_load(home: Path, lakeside: Lakeside) -> None:
    lakeside("ingest", "green", "2024-01..2024-02", "--source", "sample")
    assert lakeside("reconcile", "--json").code == 0
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(
            "UPDATE trips.green SET fare_amount = fare_amount + 0.01 "
            "WHERE source_month = DATE '2024-01-01' AND source_row = 5"
        )

    answer = lakeside("reconcile", "--json")
    assert answer.code == 1
    (bad,) = [result for result in answer.document if result["state"] == "failed"]
    assert (bad["check"], bad["month"]) == ("figures_lake_warehouse", "2024-01")
    assert [(d["column"], d["figure"]) for d in bad["differences"]] == [("fare_amount", "sum")]
    told = lakeside("reconcile").stdout
    assert "green 2024-01  fare_amount  sum" in told and "lakeside load green 2024-01 --force" in told
    assert lakeside("check", "green", "2024-01").code == 1
    (covered,) = [
        m for m in lakeside("status", "--json").document if m["month"] == "2024-01" and m["lake_rows"]
    ]
    assert (covered["state"], "fare_amount" in covered["reason"]) == ("mismatch", True)

    (loaded,) = lakeside("load", "green", "2024-01", "--json").document
    assert loaded["state"] == "published", "what disagrees is loaded again without being forced"
    assert lakeside("reconcile").code == 0
    (again,) = lakeside("load", "green", "2024-01", "--json").document
    assert again["state"] == "unchanged"


def test_what_cannot_be_checked_is_misuse(lakeside: Lakeside) -> None:
    assert lakeside("check", "purple", "2024-01").code == 2
    assert lakeside("check", "green", "2024-13").code == 2
    assert lakeside("reconcile", "--dataset", "purple").code == 2
