"""A month in lake and warehouse, seen through settings of which one bound is very small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lakeside.lake.layout import data_key
from lakeside.month import Month
from lakeside.pipeline import MonthRequest, run_month
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.sources.probe import SourceName
from lakeside.warehouse.lake_query import SCHEMA_NAME

GREEN = data_key("green", Month(2024, 1))
TABLE = f"{SCHEMA_NAME}.green"
GROUPS = "grouped.parquet"  # ten row groups of a hundred numbers


@dataclass(frozen=True)
class World:
    """`home` holds the month and `GROUPS`; `folder` is for what one case writes."""

    home: Path
    folder: Path

    def open(self, bounds: dict[str, Any] | None = None, home: Path | None = None) -> Services:
        """Services on the same home (or another) with these settings, by `section.field`."""
        sections: dict[str, dict[str, Any]] = {
            "sources": {"sample_rows": 400, "backoff_seconds": 0},
            "readers": {"processes": 0},
        }
        for name, value in (bounds or {}).items():
            section, _, field = name.partition(".")
            sections.setdefault(section, {})[field] = value
        return open_services(Settings.model_validate({"home": home or self.home, **sections}))

    def open_empty(self, bounds: dict[str, Any] | None = None) -> Services:
        """The same on a home of the case's own."""
        return self.open(bounds, self.folder / "home")


def fill(home: Path, folder: Path) -> World:
    """Write what every case looks at."""
    world = World(home, folder)
    services = world.open()
    run_month(MonthRequest("green", Month(2024, 1), SourceName.SAMPLE), services)
    with services.lake.open_writer(GROUPS) as file:
        pq.write_table(pa.table({"n": range(1_000)}), file, row_group_size=100)
    return world


Case = Callable[[World], object]
CASES: dict[str, Case] = {}


def meets(name: str) -> Callable[[Case], Case]:
    """Register what meets a limit: it raises where the limit refuses, and asserts what is said elsewhere."""

    def register(case: Case) -> Case:
        assert name not in CASES, name
        CASES[name] = case
        return case

    return register
