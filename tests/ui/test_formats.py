"""Numbers, sizes and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ui import formats

NOW = datetime(2026, 11, 22, 8, 15, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "words"), [(None, "—"), (0, "0 rows"), (1, "1 row"), (1_369_765, "1,369,765 rows")]
)
def test_rows(number: int | None, words: str) -> None:
    assert formats.format_rows(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, "—"),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_960, "1.0 MB"),
        (28_400_000, "28.4 MB"),
        (65_000_000_000, "65.0 GB"),
        (3e18, "3,000.0 PB"),
    ],
)
def test_bytes(number: float | None, words: str) -> None:
    assert formats.format_bytes(number) == words


@pytest.mark.parametrize(("speed", "words"), [(None, "—"), (0.0, "—"), (12.34, "12.3 MB/s")])
def test_speed(speed: float | None, words: str) -> None:
    assert formats.format_speed(speed) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "—"),
        (-1, "0.0 s"),
        (0.84, "0.8 s"),
        (9.96, "10 s"),
        (42, "42 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7_440, "2 h 04 min"),
    ],
)
def test_duration(seconds: float | None, words: str) -> None:
    assert formats.format_duration(seconds) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=4, seconds=50), "4 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=1, hours=3), "yesterday"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(days=60), "2026-09-23"),
        (timedelta(minutes=-5), "in 5 min 00 s"),
    ],
)
def test_relative(ago: timedelta, words: str) -> None:
    assert formats.format_relative(NOW - ago, NOW) == words


def test_utc_is_said_whatever_the_zone() -> None:
    zoned = NOW.astimezone(tz=None)
    assert formats.format_utc(zoned) == "2026-11-22 08:15:03 UTC"
    assert formats.format_utc(None) == "—"


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "0 %"), (1, 8, "12.5 %"), (9_999, 10_000, "99.9 %"), (5, 5, "100 %"), (1, 4, "25 %")],
)
def test_share_is_never_whole_too_early(part: int, whole: int, words: str) -> None:
    assert formats.format_share(part, whole) == words


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (12, "+12"), (-3_000, "−3,000")])
def test_difference(number: int, words: str) -> None:
    assert formats.format_difference(number) == words
