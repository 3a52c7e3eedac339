"""`lakeside sql`: what a query would cost, what it cost, and where it is wrong."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Lakeside

SUM = "SELECT SUM(fare_amount) AS s FROM green WHERE source_month = '2024-02-01'"


@pytest.fixture
def filled(lakeside: Lakeside, monkeypatch: pytest.MonkeyPatch) -> Lakeside:
    """Two made-up months of green, 100 rows each."""
    monkeypatch.setenv("LAKESIDE_SOURCES__SAMPLE_ROWS", "100")
    assert lakeside("ingest", "green", "2024-01", "2024-02", "--source", "sample").code == 0
    return lakeside


def test_a_dry_run_says_bytes_price_and_tables_and_runs_nothing(filled: Lakeside) -> None:
    seen = filled("sql", SUM, "--dry-run", "--json").document
    assert (seen["processed_bytes"], seen["billed_bytes"], seen["tables"]) == (1_600, 10 * 2**20, ["green"])
    assert seen["dollars"] == pytest.approx(10 * 2**20 / 2**40 * 6.25)
    assert seen["is_allowed"] is True
    assert "Nothing ran." in filled("sql", SUM, "--dry-run").stdout

    lake = filled("sql", SUM, "--dry-run", "--json", "--on", "lake").document
    assert (lake["objects"], lake["objects_in_all"], lake["dollars"]) == (1, 2, 0.0)
    assert "1 of 2 objects" in filled("sql", SUM, "--dry-run", "--on", "lake").stdout


def test_an_answer_says_its_bytes(filled: Lakeside) -> None:
    answer = filled("sql", SUM, "--json").document
    assert (answer["processed_bytes"], answer["billed_bytes"], answer["dollars"]) == (1_600, None, None)
    assert "1.6 kB processed" in filled("sql", SUM).stdout


def test_what_would_bill_too_much_is_refused(filled: Lakeside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKESIDE_WAREHOUSE__MAXIMUM_GIGABYTES_BILLED", "0.001")
    assert filled("sql", SUM, "--dry-run", "--json").document["is_allowed"] is False
    refused = filled("sql", SUM, "--json")
    assert (refused.code, refused.document["error"]["kind"]) == (1, "LimitExceeded")


def test_an_error_tells_its_place(filled: Lakeside) -> None:
    refused = filled("sql", "SELECT\n  fooo FROM green", "--dry-run", "--json")
    assert refused.code == 2
    assert "(line 2, column 3)" in refused.document["error"]["message"]
