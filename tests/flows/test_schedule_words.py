"""Schedules in words and times, by the code the server uses; nothing here starts a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.schedule_views import ScheduleSpec
from flows.schedule_words import check_spec, describe_schedule
from lakeside.errors import SettingsError

SATURDAY = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)  # the day before summer time begins in New York


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 6 * * *", "every day at 06:00 (America/New_York)"),
        ("@daily", "every day at 00:00 (America/New_York)"),
        ("*/15 * * * *", "every 15 minutes (America/New_York)"),
        ("30 */4 * * *", "every 4 hours at minute 30 (America/New_York)"),
        ("0 6 * * mon-fri", "Monday to Friday at 06:00 (America/New_York)"),
        ("0 6 * * 1,3", "every Monday and Wednesday at 06:00 (America/New_York)"),
        ("0 6 1 * *", "on day 1 of every month at 06:00 (America/New_York)"),
        ("5 4 1-7 * 2", "by the cron expression 5 4 1-7 * 2 (America/New_York)"),
    ],
)
def test_a_cron_expression_has_words(cron: str, words: str) -> None:
    spec = ScheduleSpec(cron=cron, timezone="America/New_York")
    assert describe_schedule(spec, 1, SATURDAY).words == words


def test_times_keep_their_hour_through_the_change_of_summer_time() -> None:
    described = describe_schedule(ScheduleSpec(cron="0 6 * * *", timezone="America/New_York"), 3, SATURDAY)
    assert described.lines == (
        "Sun 8 Mar 2026, 06:00 EDT (10:00 UTC)",
        "Mon 9 Mar 2026, 06:00 EDT (10:00 UTC)",
        "Tue 10 Mar 2026, 06:00 EDT (10:00 UTC)",
    )


def test_an_interval_begins_one_interval_after_its_anchor() -> None:
    spec = ScheduleSpec(kind="interval", interval_seconds=5400)
    described = describe_schedule(spec, 2, SATURDAY)
    assert described.words == "every 90 minutes"
    assert described.lines == ("Sat 7 Mar 2026, 13:30 UTC", "Sat 7 Mar 2026, 15:00 UTC")


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        (ScheduleSpec(cron="61 * * * *"), "61 * * * *"),
        (ScheduleSpec(cron="* * * * * *"), "cron"),
        (ScheduleSpec(cron=""), "cron"),
        (ScheduleSpec(cron="0 6 * * *", timezone="Mars/Base"), "Mars/Base"),
        (ScheduleSpec(kind="interval", interval_seconds=5), "interval"),
        (ScheduleSpec(cron="0 6 * * *"), "dataset"),
        (ScheduleSpec(cron="0 6 * * *", parameters={"dataset": "red"}), "dataset"),
        (ScheduleSpec(cron="0 6 * * *", parameters={"dataset": "green", "colour": 1}), "colour"),
        (ScheduleSpec(flow="other", cron="0 6 * * *"), "other"),
    ],
)
def test_what_cannot_be_is_named(spec: ScheduleSpec, names: str) -> None:
    with pytest.raises(SettingsError) as caught:
        check_spec(spec)
    assert names in caught.value.message
