"""Queries to begin with, made from what a table has. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lakeside.datasets.contract import SOURCE_MONTH
from lakeside.lake.where.write import quote_name
from lakeside.warehouse.protocol import TableInfo
from ui.presenters.places import link_to_sql


@dataclass(frozen=True, slots=True)
class SampleQuery:
    """A question, the SELECT that answers it, and the page where it can be run."""

    question: str
    sql: str
    href: str


def list_samples(table: TableInfo, tables: Sequence[str]) -> list[SampleQuery]:
    """What the table's columns allow; every one is bounded."""
    names = {name for name, *_ in table.columns}
    name = quote_name(table.name)
    found = [("What is in it?", f"SELECT *\nFROM {name}\nLIMIT 100")]
    if SOURCE_MONTH in names:
        found.append(
            (
                "How many rows has each month?",
                f"SELECT {SOURCE_MONTH}, COUNT(*) AS trips\nFROM {name}\nGROUP BY {SOURCE_MONTH}\n"
                f"ORDER BY {SOURCE_MONTH}",
            )
        )
    if {"payment_type", "fare_amount", "tip_amount"} <= names:
        found.append(
            (
                "What do people pay, and how?",
                "SELECT payment_type, COUNT(*) AS trips, ROUND(AVG(fare_amount), 2) AS fare,\n"
                f"  ROUND(AVG(tip_amount), 2) AS tip\nFROM {name}\nGROUP BY payment_type\n"
                "ORDER BY trips DESC",
            )
        )
    if "PULocationID" in names and "zones" in tables:
        found.append(
            (
                "Where do most trips begin?",
                f"SELECT z.Borough, z.Zone, COUNT(*) AS trips\nFROM {name} AS t\n"
                "JOIN zones AS z ON z.LocationID = t.PULocationID\nGROUP BY z.Borough, z.Zone\n"
                "ORDER BY trips DESC\nLIMIT 20",
            )
        )
    if {"day", "pickup_zone", "revenue"} <= names:
        found.append(
            (
                "Which zones earn most?",
                "SELECT pickup_borough, pickup_zone, SUM(trips) AS trips, ROUND(SUM(revenue), 2) AS revenue\n"
                f"FROM {name}\nGROUP BY pickup_borough, pickup_zone\nORDER BY revenue DESC\nLIMIT 20",
            )
        )
    if {"hour", "trips"} <= names:
        found.append(
            (
                "When is demand highest?",
                "SELECT EXTRACT(HOUR FROM hour) AS hour_of_day, SUM(trips) AS trips\n"
                f"FROM {name}\nGROUP BY hour_of_day\nORDER BY hour_of_day",
            )
        )
    return [SampleQuery(question, sql, link_to_sql(sql)) for question, sql in found]
