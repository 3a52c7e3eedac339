"""What a month, or all of TLC's files, cost on Google Cloud: a worked estimate, for docs/google-cloud.md.

    python -m lakeside.catalogue.costs        prints the table

Prices are list prices of a single region in the US, in dollars, as Google's pricing pages gave them:
storage $0.020 a GB and month in Cloud Storage and $0.02 a GiB and month in BigQuery (active, logical),
$6.25 a TiB of bytes that queries process, $0.005 for 1,000 writes of objects; loading is free.
Look at cloud.google.com/storage/pricing and cloud.google.com/bigquery/pricing before you lean on them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lakeside.catalogue.catalogue import CatalogueEntry, list_entries
from lakeside.datasets import get_dataset, list_datasets
from lakeside.month import Month

GCS_GB_MONTH, BIGQUERY_GIB_MONTH = 0.020, 0.02
QUERY_TIB, THOUSAND_WRITES = 6.25, 0.005
GB, GIB, TIB = 1e9, 2.0**30, 2.0**40
VALUE_BYTES = 8  # BigQuery counts 8 bytes for a number or a time, none for a null
# A publish reads the staging table twice (audit, insert); the checks after it read the month once more.
READS_OF_A_MONTH = 3
WRITES_OF_A_MONTH = 4  # object, metadata, and the parts of a resumable upload


@dataclass(frozen=True, slots=True)
class Cost:
    """Of some files: rows, bytes in lake and table, dollars once and dollars a month for keeping them."""

    name: str
    files: int
    rows: int
    lake_bytes: float
    table_bytes: float

    @property
    def loading_dollars(self) -> float:
        """Queries of the publish and the checks, and the writes of objects."""
        queries = READS_OF_A_MONTH * self.table_bytes / TIB * QUERY_TIB
        return queries + self.files * WRITES_OF_A_MONTH / 1000 * THOUSAND_WRITES

    @property
    def keeping_dollars(self) -> float:
        """A month of storage, in the lake and in the table."""
        return self.lake_bytes / GB * GCS_GB_MONTH + self.table_bytes / GIB * BIGQUERY_GIB_MONTH


def estimate(name: str, files: Iterable[tuple[str, CatalogueEntry]]) -> Cost:
    """The cost of (dataset, file) pairs. Objects are taken to be as large as TLC's own."""
    listed = list(files)
    table = sum(entry.rows * _row_bytes(dataset) for dataset, entry in listed)
    return Cost(
        name, len(listed), sum(e.rows for _, e in listed), sum(e.size_bytes for _, e in listed), table
    )


def _row_bytes(dataset: str) -> int:
    """Bytes of a row in BigQuery: columns that today's files have, and the two we add."""
    return VALUE_BYTES * sum(not column.legacy for column in get_dataset(dataset).columns)


def list_costs() -> Iterator[Cost]:
    """One small month, one large one, each dataset, and everything."""
    for dataset, month in (("green", Month(2020, 10)), ("yellow", Month(2024, 1)), ("fhvhv", Month(2024, 1))):
        yield estimate(f"{dataset} {month}", [(dataset, list_entries(dataset)[month])])
    everything = [(d.name, entry) for d in list_datasets() for entry in list_entries(d.name).values()]
    for name in (d.name for d in list_datasets()):
        yield estimate(f"all of {name}", [pair for pair in everything if pair[0] == name])
    yield estimate("everything", everything)


def write_table() -> str:
    """The table in Markdown."""
    lines = [
        "| what | files | rows | lake | table | loading it once | keeping it, a month |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for cost in list_costs():
        lines.append(
            f"| {cost.name} | {cost.files:,} | {cost.rows:,} | {_size(cost.lake_bytes)} "
            f"| {_size(cost.table_bytes)} | {_dollars(cost.loading_dollars)} "
            f"| {_dollars(cost.keeping_dollars)} |"
        )
    return "\n".join(lines)


def _size(count: float) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount >= 0.01 else f"${amount:.4f}"


if __name__ == "__main__":
    sys.stdout.write(write_table() + "\n")
