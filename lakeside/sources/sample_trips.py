"""Where and when made-up trips happen: the shape all four datasets share.

Not a model of New York, but close enough that tables and charts look like the real ones: quiet nights, two
rush hours, busy weekends, a few zones with most of the trips, and the dirt every TLC month has.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeside.month import Month

ZONES = 265
# Trips per hour of the day, relative, as New York's taxis have them.
_HOURS = [40, 28, 20, 14, 11, 12, 22, 40, 52, 50, 48, 52, 56, 57, 60, 62, 60, 68, 76, 72, 66, 64, 60, 52]
# The stray dates a real month has: a meter whose clock was reset, and the neighbours of the month.
_RESET_CLOCK = np.datetime64("2009-01-01T00:00:00", "s")
_OUTSIDE_SHARE = 0.0004

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Trips:
    """Arrays of equal length; times in New York wall clock to the second, miles, whole seconds."""

    pickup: Array
    dropoff: Array
    pickup_zone: Array
    dropoff_zone: Array
    miles: Array
    seconds: Array

    def __len__(self) -> int:
        return len(self.miles)


def open_random(*seed: object) -> np.random.Generator:
    """A generator that depends on nothing but the seed's text."""
    digest = hashlib.sha256(":".join(map(str, seed)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def draw_trips(random: np.random.Generator, month: Month, rows: int) -> Trips:
    """Trips of a month, ordered by pickup but for the few that lie outside it."""
    miles = np.round(np.minimum(random.lognormal(0.75, 0.85, rows), 60), 2)
    miles[random.random(rows) < 0.012] = 0.0
    speed = random.uniform(6, 22, rows)  # miles per hour
    seconds = np.maximum(60, miles / speed * 3600 + random.integers(0, 180, rows)).astype(np.int64)
    pickup = _draw_pickups(random, month, rows)
    return Trips(
        pickup=pickup,
        dropoff=pickup + seconds.astype("timedelta64[s]"),
        pickup_zone=_draw_zones(random, rows),
        dropoff_zone=_draw_zones(random, rows),
        miles=miles,
        seconds=seconds,
    )


def _draw_pickups(random: np.random.Generator, month: Month, rows: int) -> Array:
    start, end = np.datetime64(month.first_day, "s"), np.datetime64(month.end, "s")
    days = int((end - start).astype(int)) // 86400
    weekday = (np.arange(days) + month.first_day.weekday()) % 7
    by_day = np.where(weekday >= 4, 1.15, 1.0)
    hours = np.array(_HOURS, dtype=float)
    day = random.choice(days, rows, p=by_day / by_day.sum())
    hour = random.choice(24, rows, p=hours / hours.sum())
    second = day * 86400 + hour * 3600 + random.integers(0, 3600, rows)
    pickup = np.sort(start + second.astype("timedelta64[s]"))
    outside = random.permutation(rows)[: max(3, int(rows * _OUTSIDE_SHARE)) if rows >= 100 else 0]
    strays = [start - np.timedelta64(1800, "s"), end + np.timedelta64(1200, "s"), _RESET_CLOCK]
    pickup[outside] = np.array([strays[i % 3] for i in range(len(outside))], dtype=pickup.dtype)
    return pickup


def _draw_zones(random: np.random.Generator, rows: int) -> Array:
    # A few zones have most of the trips; which ones is the same in every month.
    popularity = 1.0 / (1.0 + open_random("zones").permutation(ZONES)) ** 0.8
    return random.choice(np.arange(1, ZONES + 1), rows, p=popularity / popularity.sum())
