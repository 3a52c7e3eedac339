"""What a query can name: tables and their columns, for people who write one."""

from __future__ import annotations

from dataclasses import dataclass

from lakeside.datasets import get_dataset
from lakeside.datasets.contract import Column
from lakeside.datasets.zones import ZONES
from lakeside.queries.asking import Place
from lakeside.services import Services


@dataclass(frozen=True, slots=True)
class QueryTable:
    """A table's name, what it is, and (name, GoogleSQL type, meaning) of its columns."""

    name: str
    title: str
    columns: tuple[tuple[str, str, str], ...]


def list_query_tables(services: Services, place: Place) -> list[QueryTable]:
    """The tables that are really there, by name.

    Of the lake: the datasets it has a month of, by their contract, and the zone lookup.
    """
    if place is Place.WAREHOUSE:
        found = services.warehouse.list_tables()
        return [QueryTable(t.name, t.description, tuple(t.columns)) for t in found]
    listing = services.lake.list_objects(limit=services.settings.limits.listed_objects)
    names = sorted({item.dataset for item in listing.objects if item.dataset and item.month})
    tables = [QueryTable(d.name, d.title, _columns(d.columns)) for d in map(get_dataset, names)]
    if any(item.key.endswith(f"/{ZONES.file}.parquet") for item in listing.objects):
        tables.append(QueryTable(ZONES.name, ZONES.title, _columns(ZONES.columns)))
    return tables


def _columns(columns: tuple[Column, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((c.name, c.kind.bigquery_type, c.description) for c in columns)
