"""Months one after the other through the whole pipeline in one process: rows exact, nothing left open.

The long form, 200 months with the slope of memory, is `python -m benchmarks.soak`.
"""

from __future__ import annotations

import pytest

from benchmarks.soak import ROWS, find_wrong, list_places, run_months
from lakeside.services import open_services
from lakeside.settings import Settings

pytestmark = pytest.mark.slow
WARM, MONTHS = 4, 12


def test_a_dozen_months_leave_nothing_open(settings: Settings) -> None:
    sources = settings.sources.model_copy(update={"sample_rows": ROWS})
    services = open_services(settings.model_copy(update={"sources": sources}))
    places = list_places(MONTHS)
    warm = run_months(services, places[:WARM])[-1]
    end = run_months(services, places[WARM:])[-1]
    assert end.files <= warm.files and end.threads <= warm.threads, (warm, end)
    assert find_wrong(services, places) == []
