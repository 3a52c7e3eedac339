"""How many rows, and how long: from what is known before anything is fetched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lakeside.catalogue.catalogue import find_entry, list_entries
from lakeside.month import Month
from lakeside.plan.estimate import Knowledge, expect_rows, expect_seconds
from lakeside.plan.request import Action, Attempt, RowsBasis
from lakeside.sources.probe import SourceName

TLC, SAMPLE = SourceName.TLC, SourceName.SAMPLE
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def knowledge(**changes: object) -> Knowledge:
    values: dict[str, object] = {
        "dataset": "green",
        "real_rows": {},
        "made_up_rows": {},
        "sample_rows": 20_000,
        "attempts": (),
    }
    return Knowledge(**(values | changes))  # type: ignore[arg-type]


def attempt(rows: int, seconds: float, dataset: str = "green", state: str = "published") -> Attempt:
    return Attempt(dataset, Month(2020, 1), "run", state, NOW, seconds, rows, rows * 20)


def test_the_catalogue_has_what_tlc_has() -> None:
    counts = {name: len(list_entries(name)) for name in ("yellow", "green", "fhv", "fhvhv")}
    assert counts == {"yellow": 185, "green": 125, "fhv": 113, "fhvhv": 64}
    known = [e for name in counts for e in list_entries(name).values()]
    assert 3.6e9 < sum(e.rows for e in known) < 3.8e9
    assert 60e9 < sum(e.size_bytes for e in known) < 70e9
    entry = find_entry("green", Month(2023, 12))
    assert entry is not None and (entry.rows, entry.size_bytes) == (64_215, 1_522_951)
    assert find_entry("green", Month(2019, 4)).rows == 567_852  # type: ignore[union-attr]
    assert find_entry("zones", Month(2019, 4)) is None


def test_rows_come_from_the_footer_then_the_catalogue_then_the_neighbours() -> None:
    month = Month(2020, 4)
    own = knowledge(real_rows={month: 7, Month(2020, 5): 9}, made_up_rows={month: 5})
    assert expect_rows(own, month, TLC, Action.INGEST) == (7, RowsBasis.FOOTER)
    assert expect_rows(own, month, SAMPLE, Action.INGEST) == (20_000, RowsBasis.SAMPLE)
    assert expect_rows(own, month, TLC, Action.LOAD) == (7, RowsBasis.FOOTER)
    made_up = knowledge(made_up_rows={month: 5})
    assert expect_rows(made_up, month, TLC, Action.LOAD) == (5, RowsBasis.FOOTER)
    assert expect_rows(made_up, month, TLC, Action.INGEST) == (35_644, RowsBasis.CATALOGUE)


def test_months_after_the_catalogue_take_their_neighbours() -> None:
    near = {Month(2024, 6): 50_000, Month(2024, 8): 52_000, Month(2019, 1): 9}
    rows, basis = expect_rows(knowledge(real_rows=near), Month(2024, 7), TLC, Action.INGEST)
    assert (rows, basis) == (51_000, RowsBasis.NEIGHBOURS)
    rows, basis = expect_rows(knowledge(), Month(2024, 7), TLC, Action.INGEST)
    assert basis is RowsBasis.NEIGHBOURS and rows is not None and 50_000 < rows < 65_000
    assert expect_rows(knowledge(), Month(2040, 1), TLC, Action.INGEST) == (None, None)


def test_seconds_come_from_past_runs_nearest_in_size() -> None:
    past = (attempt(20_000, 1.2), attempt(100_000, 3.0), attempt(1_000_000, 21.0))
    known = knowledge(attempts=past[1:2])
    assert expect_seconds(known, 100_000, Action.INGEST) == pytest.approx(3.0)
    assert expect_seconds(known, 1_000_000, Action.INGEST) == pytest.approx(21.0)
    assert expect_seconds(knowledge(attempts=past[:1]), 10_000, Action.INGEST) == pytest.approx(0.9)


def test_seconds_are_unknown_without_a_run_like_it() -> None:
    assert expect_seconds(knowledge(), 1000, Action.INGEST) is None
    assert expect_seconds(knowledge(attempts=(attempt(1000, 2.0),)), None, Action.INGEST) is None
    failed = attempt(1000, 2.0, state="failed")
    assert expect_seconds(knowledge(attempts=(failed,)), 1000, Action.INGEST) is None
    assert expect_seconds(knowledge(attempts=(attempt(1000, 2.0),)), 1000, Action.LOAD) is None


def test_another_datasets_runs_count_only_where_there_are_none_of_its_own() -> None:
    yellow = attempt(1000, 2.0, "yellow")
    assert expect_seconds(knowledge(attempts=(yellow,)), 1000, Action.INGEST) == pytest.approx(2.0)
    both = knowledge(attempts=(yellow, attempt(1000, 4.0)))
    assert expect_seconds(both, 1000, Action.INGEST) == pytest.approx(4.0)
