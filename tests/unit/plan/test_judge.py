"""Every combination of what can be found, as one table: where the month stands and what will happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lakeside.coverage import CoverageState, MonthCoverage, SourceState
from lakeside.errors import AccessDenied, BackendUnavailable, SourceMissing
from lakeside.lake.layout import data_key
from lakeside.lake.provenance import Provenance
from lakeside.month import Month
from lakeside.plan.evidence import Evidence, SourceAnswer
from lakeside.plan.judge import Verdict, judge_month
from lakeside.plan.request import Attempt, Mode, PlanRequest
from lakeside.sources.probe import SourceName, SourceProbe
from lakeside.warehouse.protocol import Publication

MONTH = Month(2020, 10)
KEY = data_key("green", MONTH)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TLC = SourceName.TLC
PROBE = SourceProbe("green", MONTH, TLC, "http://x/a.parquet", "parquet", 10, '"1"', None, True, NOW)

FOUND = SourceAnswer(SourceState.PUBLISHED, TLC, probe=PROBE)
EARLY = SourceAnswer(SourceState.NOT_YET, TLC, probe=PROBE)
LATE = SourceAnswer(SourceState.NOT_YET, TLC, error=SourceMissing("It does not exist (HTTP 404)."))
AHEAD = SourceAnswer(SourceState.NOT_YET, TLC)
GONE = SourceAnswer(SourceState.PUBLISHED, TLC, error=SourceMissing("It does not exist (HTTP 404)."))
REFUSED = SourceAnswer(SourceState.PUBLISHED, TLC, error=AccessDenied("It is refused."))
DOWN = SourceAnswer(SourceState.PUBLISHED, TLC, error=BackendUnavailable("No answer."))
NEVER = SourceAnswer(SourceState.NEVER, error=SourceMissing("tlc has no green 2013-07."))

OURS = Provenance(
    dataset="green",
    month=str(MONTH),
    source="tlc",
    source_url=PROBE.url,
    source_bytes=10,
    source_sha256="0",
    rows_read=100,
    rows_written=100,
    rows_rejected=0,
    contract_version=1,
    content_id="c1",
    run_id="run-1",
    program_version="test",
    written_at=NOW,
)
PUBLISHED = Publication("green", MONTH, 100, 0, "c1", KEY, NOW, "run-1")


def covered(state: str, has_object: bool = True, rows: int | None = None) -> MonthCoverage:
    return MonthCoverage(
        dataset="green",
        month=MONTH,
        source_state=SourceState.PUBLISHED,
        lake_rows=100 if has_object else None,
        source="tlc" if has_object else None,
        warehouse_rows=rows,
        state=CoverageState(state),
        reason="" if state in ("missing", "published", "in_lake") else f"It is {state}.",
        key=KEY if has_object else None,
        written_at=NOW if has_object else None,
    )


def evidence(state: str, answer: SourceAnswer = FOUND, change: str | None = None) -> Evidence:
    """What is found of a month in that state; `absent` is a table with rows the lake has not."""
    if state in ("missing", "absent"):
        place = covered(
            "mismatch" if state == "absent" else "missing", False, 7 if state == "absent" else None
        )
        return Evidence(place, answer, contract_today=1)
    rows = {"published": 100, "stale": 100, "mismatch": 7}.get(state)
    ours = None if state in ("broken", "foreign") else OURS
    publication = PUBLISHED if rows else None
    return Evidence(covered(state, True, rows), answer, 1, ours, publication, change=change)


def judge(found: Evidence, mode: Mode, load: bool = True) -> Verdict:
    return judge_month(found, PlanRequest("green", (MONTH,), TLC, mode, load))


CHANGED = "The source's file changed."
# what is found, the source's answer, what changed -> standing, and the action in each mode (b: blocked)
TABLE = [
    ("missing", FOUND, None, "missing", "ingest ingest ingest"),
    ("missing", DOWN, None, "missing", "ingest ingest ingest"),
    ("missing", GONE, None, "missing", "b b b"),
    ("missing", REFUSED, None, "missing", "b b b"),
    ("missing", EARLY, None, "missing", "ingest ingest ingest"),
    ("missing", LATE, None, "not_yet", "b b b"),
    ("missing", AHEAD, None, "not_yet", "b b b"),
    ("missing", NEVER, None, "never", "b b b"),
    ("absent", FOUND, None, "mismatch", "ingest ingest ingest"),
    ("absent", GONE, None, "mismatch", "b b b"),
    ("in_lake", FOUND, None, "in_lake", "load load ingest"),
    ("in_lake", DOWN, None, "in_lake", "load load ingest"),
    ("in_lake", GONE, None, "in_lake", "load load b"),
    ("in_lake", FOUND, CHANGED, "stale", "ingest ingest ingest"),
    ("published", FOUND, None, "published", "nothing nothing ingest"),
    ("published", DOWN, None, "published", "nothing nothing ingest"),
    ("published", GONE, None, "published", "nothing nothing b"),
    ("published", NEVER, None, "published", "nothing nothing b"),
    ("published", FOUND, CHANGED, "stale", "nothing ingest ingest"),
    ("stale", FOUND, None, "stale", "nothing load ingest"),
    ("stale", DOWN, None, "stale", "nothing load ingest"),
    ("stale", FOUND, CHANGED, "stale", "nothing ingest ingest"),
    ("mismatch", FOUND, None, "mismatch", "nothing load ingest"),
    ("mismatch", FOUND, CHANGED, "mismatch", "nothing ingest ingest"),
    ("broken", FOUND, None, "broken", "nothing ingest ingest"),
    ("broken", GONE, None, "broken", "nothing b b"),
    ("foreign", FOUND, None, "foreign", "nothing b ingest"),
    ("foreign", GONE, None, "foreign", "nothing b b"),
]


@pytest.mark.parametrize(("state", "answer", "change", "standing", "actions"), TABLE)
def test_the_table(state: str, answer: SourceAnswer, change: str | None, standing: str, actions: str) -> None:
    found = evidence(state, answer, change)
    for mode, expected in zip(Mode, actions.split(), strict=True):
        verdict = judge(found, mode)
        said = "b" if verdict.blocked else verdict.action.value
        assert (verdict.standing, said) == (standing, expected), (mode, verdict.why)
        assert verdict.why.endswith((".", ")")) and "None" not in verdict.why, verdict.why


@pytest.mark.parametrize("state", ["in_lake", "published", "stale", "mismatch"])
def test_without_loading_only_the_lake_counts(state: str) -> None:
    for mode in (Mode.MISSING, Mode.REPAIR):
        verdict = judge(evidence(state), mode, load=False)
        assert verdict.action == "nothing" and not verdict.blocked
    assert judge(evidence(state, change=CHANGED), Mode.REPAIR, load=False).action == "ingest"


@pytest.mark.parametrize("state", ["missing", "absent", "in_lake", "published", "broken", "foreign"])
@pytest.mark.parametrize("mode", Mode)
def test_a_month_that_a_run_has_is_waited_for(state: str, mode: Mode) -> None:
    for name in ("queued", "running"):
        found = with_attempt(evidence(state), name)
        verdict = judge(found, mode)
        assert (verdict.standing, verdict.action) == ("running", "wait") and "run-2" in verdict.why


def with_attempt(found: Evidence, state: str, at: datetime = NOW) -> Evidence:
    return replace(found, attempt=Attempt("green", MONTH, "run-2", state, at))


@pytest.mark.parametrize(
    ("state", "answer", "standing"),
    [
        ("missing", FOUND, "failed"),
        ("missing", GONE, "failed"),
        ("missing", LATE, "not_yet"),
        ("missing", NEVER, "never"),
        ("absent", FOUND, "failed"),
        ("in_lake", FOUND, "failed"),
        ("stale", FOUND, "failed"),
        ("broken", FOUND, "failed"),
        ("published", FOUND, "published"),
    ],
)
def test_a_failed_run_colours_what_is_not_whole(state: str, answer: SourceAnswer, standing: str) -> None:
    for name in ("failed", "crashed"):
        found = with_attempt(evidence(state, answer), name)
        assert judge(found, Mode.MISSING).standing == standing
        for mode in Mode:
            assert judge(found, mode).action == judge(evidence(state, answer), mode).action


def test_what_came_after_a_failed_run_heals_it() -> None:
    before = NOW - timedelta(hours=1)
    assert judge(with_attempt(evidence("in_lake"), "failed", before), Mode.MISSING).standing == "in_lake"
    assert judge(with_attempt(evidence("in_lake"), "cancelled"), Mode.MISSING).standing == "in_lake"


def test_the_object_of_the_run_that_failed_heals_nothing() -> None:
    before = NOW - timedelta(hours=1)
    found = with_attempt(evidence("in_lake"), "failed", before)
    same = replace(found, provenance=OURS.model_copy(update={"run_id": "run-2"}))
    assert judge(same, Mode.MISSING).standing == "failed"


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        ("in_lake", "load load ingest"),
        ("published", "nothing nothing ingest"),
        ("mismatch", "nothing load ingest"),
    ],
)
def test_what_another_source_fed_stays_until_all_is_asked_for(state: str, actions: str) -> None:
    other = OURS.model_copy(update={"source": "datatalksclub"})
    found = replace(evidence(state), provenance=other)
    assert [judge(found, mode).action for mode in Mode] == actions.split()
    older = replace(found, provenance=other.model_copy(update={"contract_version": 0}))
    assert judge(older, Mode.REPAIR).blocked and not judge(older, Mode.ALL).blocked


def test_the_reasons_say_what_people_need_to_know() -> None:
    done = judge(evidence("published"), Mode.MISSING).why
    assert done == "100 rows, published by run run-1 on 2026-11-22 00:00 UTC; the source is unchanged since."
    assert "The run will try again." in judge(evidence("missing", DOWN), Mode.MISSING).why
    assert "mode repair fetches it again." in judge(evidence("published", change=CHANGED), Mode.MISSING).why
    assert "the table's 7 rows are replaced" in judge(evidence("absent"), Mode.MISSING).why
    assert judge(evidence("published"), Mode.ALL).why.startswith("Everything is asked for: 100 rows from tlc")
    assert "HTTP 404" in judge(evidence("missing", GONE), Mode.MISSING).why
    assert "mode repair loads it again." in judge(evidence("mismatch"), Mode.MISSING).why
    assert "nothing is fetched" in judge(evidence("in_lake"), Mode.MISSING).why
