"""The table `lakeside_loads`: one row per published month, written in the publishing transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lakeside.month import Month
from lakeside.warehouse.protocol import Publication

LOADS_TABLE = "lakeside_loads"
LOADS_DESCRIPTION = "What Lakeside published: one row per dataset and month, with the object it came from."

# name, DuckDB type, GoogleSQL type, description
LOADS_COLUMNS = (
    ("dataset", "VARCHAR", "STRING", "Dataset, which is also the table's name"),
    ("source_month", "DATE", "DATE", "First day of the published month"),
    ("row_count", "BIGINT", "INT64", "Rows the month has in the table"),
    ("rows_before", "BIGINT", "INT64", "Rows the month had before this publication"),
    ("content_id", "VARCHAR", "STRING", "Content id of the lake object, from its footer"),
    ("lake_key", "VARCHAR", "STRING", "Key of the lake object"),
    ("published_at", "TIMESTAMPTZ", "TIMESTAMP", "When the transaction was started, UTC"),
    ("run_id", "VARCHAR", "STRING", "Flow run that wrote the object, if any"),
)
LOADS_NAMES = tuple(name for name, *_ in LOADS_COLUMNS)


def publication_values(publication: Publication) -> tuple[Any, ...]:
    """The row of a publication, in the order of `LOADS_NAMES`."""
    return (
        publication.dataset,
        publication.month.first_day,
        publication.rows,
        publication.rows_before,
        publication.content_id,
        publication.lake_key,
        publication.published_at,
        publication.run_id,
    )


def read_publications(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, Month], Publication]:
    """(dataset, month) -> publication from rows of the table."""
    found = {}
    for row in rows:
        month = Month.of(row["source_month"])
        found[row["dataset"], month] = Publication(
            dataset=row["dataset"],
            month=month,
            rows=row["row_count"],
            rows_before=row["rows_before"],
            content_id=row["content_id"],
            lake_key=row["lake_key"],
            published_at=_aware(row["published_at"]),
            run_id=row["run_id"],
        )
    return found


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
