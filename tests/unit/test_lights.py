"""Four lights a month: each says what is there, whatever the others say; nothing is asked per month."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pytest

from lakeside.checks.result import CheckKind, CheckResult, CheckState, Severity
from lakeside.checks.store import record_results
from lakeside.datasets import get_dataset, list_datasets
from lakeside.errors import SourceMissing
from lakeside.lake.layout import data_key
from lakeside.lights import MonthLights, compute_lights, find_newest
from lakeside.lights.judge import judge_checks
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.plan import Mode, PlanRequest, make_plan
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.sources.probe_store import ProbeAnswer, ProbeStore
from lakeside.warehouse.protocol import Publication
from tests.builders import build_rows, write_month

GREEN = get_dataset("green")
OCTOBER = Month(2020, 10)
TODAY = date(2026, 11, 22)
LOADED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def published(home: Path, tmp_path: Path) -> Services:
    """One csv published from a folder that stands for the source."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "green_2020-10.csv").write_bytes(_csv(200))
    template = f"file://{folder}/{{dataset}}_{{year}}-{{month:02d}}.csv"
    settings = Settings(home=home, sources={"datatalksclub_url": template, "tlc_url": template})
    services = open_services(settings)
    run_month(MonthRequest("green", OCTOBER), services)
    return services


def _csv(rows: int) -> bytes:

    table = build_rows(GREEN, OCTOBER, rows).drop_columns(["source_month", "source_row"])
    sink = io.BytesIO()
    csv.write_csv(table, sink)
    return sink.getvalue()


def light(services: Services, month: Month = OCTOBER) -> MonthLights:
    found = compute_lights(services, [GREEN], month.year, TODAY)
    return next(m for m in found if m.covered.month == month)


def states(found: MonthLights) -> tuple[str, ...]:
    return tuple(x.state.value for x in (found.source, found.lake, found.table, found.checks))


def test_a_published_month_is_lit_by_what_is_there(published: Services) -> None:
    found = light(published)
    assert states(found)[:3] == ("there", "there", "equal")
    assert found.checks.state != "none"  # checks run after every load
    assert "datatalksclub has it" in found.source.says
    assert found.source.at is not None and found.source_at is not None
    assert found.published_at is not None and (found.lag_seconds or 0) >= (found.table_lag_seconds or 0) >= 0
    assert found.null_share is not None and 0 <= found.null_share < 1
    assert light(published, Month(2020, 11)).source.state == "offered"
    assert light(published, Month(2013, 7)).source.state == "never"


def test_a_plan_leaves_what_the_source_said(published: Services) -> None:
    november = Month(2020, 11)
    make_plan(PlanRequest("green", (november,)), published, today=TODAY)
    found = light(published, november)
    assert (found.source.state, found.lake.state) == ("gone", "missing")
    assert "datatalksclub, tlc said that it is not there." in {
        found.source.says,
        found.source.says.replace("tlc, datatalksclub", "datatalksclub, tlc"),
    }


def test_a_source_that_changed_since_is_told_apart(published: Services, tmp_path: Path) -> None:
    (tmp_path / "source" / "green_2020-10.csv").write_bytes(_csv(300))
    assert light(published).source.state == "there"  # nobody asked since
    make_plan(PlanRequest("green", (OCTOBER,), mode=Mode.REPAIR), published, today=TODAY)
    found = light(published)
    assert states(found)[:3] == ("changed", "there", "equal")
    assert "file changed" in found.source.says


def test_each_light_has_its_own_fault(settings: Settings) -> None:
    services = open_services(settings)
    key = write_month(services.lake, GREEN, OCTOBER, 100)
    assert states(light(services)) == ("offered", "there", "missing", "none")
    services.warehouse.publish_month(GREEN, OCTOBER, services.lake, key)
    write_month(services.lake, GREEN, OCTOBER, 90)
    assert states(light(services)) == ("offered", "there", "stale", "none")
    services.lake.remove_object(key)
    assert states(light(services)) == ("offered", "missing", "differs", "none")
    with services.lake.open_writer(data_key("green", OCTOBER)) as file:
        file.write(b"PAR1 this is no parquet file")
    assert light(services).lake.state == "broken"
    newer = replace(GREEN, version=GREEN.version + 1)
    write_month(services.lake, GREEN, OCTOBER, 100)
    found = next(m for m in compute_lights(services, [newer], 2020, TODAY) if m.covered.month == OCTOBER)
    assert found.lake.state == "stale"


def result(state: str, severity: str = "error", check: str = "rows", content_id: str = "now") -> CheckResult:
    return CheckResult(
        check,
        CheckKind.QUALITY,
        "green",
        OCTOBER,
        Severity(severity),
        CheckState(state),
        "detail",
        content_id=content_id,
        checked_at=LOADED - timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("results", "state", "says"),
    [
        ([], "none", "Not checked yet."),
        ([result("passed")], "passed", "None of 1 checks failed."),
        ([result("passed", content_id="before")], "outdated", "Other rows were published"),
        ([result("passed"), result("failed", "warn", "fares")], "warned", "Warned: fares."),
        ([result("failed"), result("failed", "warn", "fares")], "failed", "Failed: rows."),
        ([result("error")], "error", "Could not run: rows."),
    ],
)
def test_the_checks_light_is_the_worst_result(
    settings: Settings, results: list[CheckResult], state: str, says: str
) -> None:
    services = open_services(settings)
    write_month(services.lake, GREEN, OCTOBER, 10)
    publication = Publication("green", OCTOBER, 10, 0, "now", "key", LOADED)
    found = judge_checks(light(services).covered, results, publication)
    assert (found.state.value, found.at) == (state, results[0].checked_at if results else None)
    assert says in found.says


def test_kept_results_light_their_month(settings: Settings) -> None:
    services = open_services(settings)
    key = write_month(services.lake, GREEN, OCTOBER, 10)
    content = services.warehouse.publish_month(GREEN, OCTOBER, services.lake, key).content_id
    record_results(services, [replace(result("failed"), checked_at=datetime.now(UTC), content_id=content)])
    assert light(services).checks.state == "failed"


def test_newest_months_say_how_far_behind_each_place_is(settings: Settings) -> None:
    services = open_services(settings)
    for month in (Month(2026, 5), Month(2026, 6)):
        write_month(services.lake, GREEN, month, 10)
    services.warehouse.publish_month(GREEN, Month(2026, 5), services.lake, data_key("green", Month(2026, 5)))
    newest = {line.dataset: line for line in find_newest(compute_lights(services, today=TODAY))}
    green = newest["green"]
    assert (green.source, green.lake, green.table) == (Month(2026, 9), Month(2026, 6), Month(2026, 5))
    assert (green.lake_lag_months, green.table_lag_months) == (3, 1)
    assert (newest["fhv"].lake, newest["fhv"].lake_lag_months) == (None, None)


class Counting:
    """Passes every call on and counts it."""

    def __init__(self, inner: Any, calls: Counter[str]) -> None:
        self._inner, self._calls = inner, calls

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def counted(*args: Any, **kwargs: Any) -> Any:
            self._calls[name] += 1
            return value(*args, **kwargs)

        return counted


def test_lake_and_warehouse_are_asked_once_for_all_months(settings: Settings) -> None:
    services = open_services(settings)
    for dataset in list_datasets():
        for month in (Month(2020, 10), Month(2021, 3)):
            write_month(services.lake, dataset, month, 5)
    calls: Counter[str] = Counter()
    watched = replace(
        services, lake=Counting(services.lake, calls), sources=Counting(services.sources, calls)
    )
    watched.__dict__["warehouse"] = Counting(services.warehouse, calls)

    lights = compute_lights(watched, today=TODAY)

    assert len(lights) > 600 and sum(m.covered.key is not None for m in lights) == 8
    assert calls == dict.fromkeys(("list_objects", "read_present", "look_at_months", "list_latest_checks"), 1)


class TestProbeStore:
    def test_the_newest_answer_counts(self, tmp_path: Path) -> None:
        store = ProbeStore(tmp_path / "home" / "probes.sqlite")
        assert store.list_answers() == {}
        now = datetime(2026, 11, 22, tzinfo=UTC)
        late = ProbeAnswer("green", OCTOBER, SourceName.TLC, now)
        store.remember(late)
        store.remember(replace(late, asked_at=now - timedelta(days=1)))
        other = ProbeAnswer("green", OCTOBER, SourceName.DATATALKSCLUB, now + timedelta(days=1))
        store.remember(other)
        assert store.list_answers() == {("green", OCTOBER): (other, late)}

    def test_a_probe_comes_back_whole(self, published: Services) -> None:
        memory = published.sources.memory
        assert memory is not None
        asked = published.sources.probe(GREEN, OCTOBER, SourceName.TLC)
        answers = memory.list_answers()["green", OCTOBER]
        assert answers[0].probe == asked

    def test_a_file_that_cannot_be_used_is_noted_and_harms_nothing(
        self, published: Services, caplog: pytest.LogCaptureFixture
    ) -> None:
        memory = published.sources.memory
        assert memory is not None
        memory.path.write_bytes(b"this is no database" * 100)
        with pytest.raises(SourceMissing):
            published.sources.probe(GREEN, Month(2020, 11), SourceName.TLC)
        assert memory.list_answers() == {}
        assert "probes.unusable" in caplog.text
        assert light(published).source.state == "offered"
