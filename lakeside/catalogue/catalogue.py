"""How many rows and bytes TLC's parquet files have, known before anything is fetched.

487 files, 2009-01 to 2024-05. The course's csv.gz of a month may have other rows than TLC's parquet of it
(green 2019-04: 514,392 and 567,852), so for another source these are expectations, not answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lakeside.catalogue.tlc_files import TLC_FILES
from lakeside.month import Month


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One file of TLC's."""

    rows: int
    size_bytes: int


def find_entry(dataset: str, month: Month) -> CatalogueEntry | None:
    """The file of a month, or None where the catalogue has none."""
    return list_entries(dataset).get(month)


def list_entries(dataset: str) -> dict[Month, CatalogueEntry]:
    """Every file of a dataset, by month, in order; empty for a dataset TLC does not have."""
    return _read().get(dataset, {})


@cache
def _read() -> dict[str, dict[Month, CatalogueEntry]]:
    found: dict[str, dict[Month, CatalogueEntry]] = {}
    for line in TLC_FILES.split("\n"):
        dataset, first, *files = line.split() or ("", "")
        for number, file in enumerate(files):
            rows, _, size = file.partition("/")
            entry = CatalogueEntry(int(rows), int(size))
            found.setdefault(dataset, {})[Month.parse(first).plus(number)] = entry
    return found
