"""SQL as people read it: what a query will cost, what came of it, what was asked before, what to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lakeside.queries.asking import Foresight, Place
from lakeside.queries.running import State
from lakeside.queries.session import Asked
from lakeside.queries.spending import SessionBudget, price_of
from lakeside.settings import Settings
from ui.formats import (
    UNKNOWN,
    format_bytes,
    format_counted,
    format_duration,
    format_relative,
    format_rows,
    format_utc,
)
from ui.presenters.looks import Look
from ui.presenters.views import Fact

LOOKS: Mapping[State, Look] = {
    State.WAITING: Look("◷", "waits for its turn", "quiet"),
    State.RUNNING: Look("▶", "running", "info"),
    State.DONE: Look("✓", "done", "good"),
    State.FAILED: Look("✕", "failed", "bad"),
    State.CANCELLED: Look("⊘", "cancelled", "warn"),
}
_SHOWN_SQL = 120


@dataclass(frozen=True, slots=True)
class PastQuery:
    """One line of the history."""

    number: int
    sql: str
    look: Look
    words: str
    when: str
    when_exactly: str


def present_foresight(seen: Foresight, budget: SessionBudget, settings: Settings) -> list[Fact]:
    """What the query will read and cost, and what there is to spend."""
    if seen.place is Place.LAKE:
        return _present_lake(seen, settings)
    rate = f"${settings.warehouse.dollars_per_tebibyte:,.2f}/TiB"
    is_free = settings.warehouse.kind == "duckdb"
    price = Fact(
        "Price on BigQuery" if is_free else "Price",
        format_dollars(seen.dollars),
        f"{format_bytes(seen.billed_bytes)} at {rate}" + ("; free here" if is_free else ""),
        None if seen.is_allowed else "bad",
    )
    return [
        Fact("Will process", format_bytes(seen.processed_bytes), f"by {seen.basis}"),
        price,
        Fact("Limit of a query", format_bytes(seen.allowed_bytes), _say_limits(settings)),
        _present_tables(seen),
        _present_budget(seen, budget),
    ]


def _present_lake(seen: Foresight, settings: Settings) -> list[Fact]:
    opened = f"{seen.objects:,} of {format_counted(seen.objects_in_all, 'object')}"
    memory = format_bytes(settings.limits.query_megabytes * 1e6)
    return [
        Fact("Will open", opened, "months the query asks for"),
        Fact("At most", format_bytes(seen.processed_bytes), "less where columns are left out"),
        _present_tables(seen),
        Fact("Memory", memory, f"of one query; {_say_limits(settings)}"),
    ]


def _present_tables(seen: Foresight) -> Fact:
    names = list(seen.tables)
    shown = ", ".join(names[:2]) + (f" + {len(names) - 2}" if len(names) > 2 else "")
    return Fact("Reads", shown or "no table", format_counted(len(names), "table"))


def _present_budget(seen: Foresight, budget: SessionBudget) -> Fact:
    fits = seen.billed_bytes <= budget.left_bytes
    note = f"left of {format_bytes(budget.allowed_bytes)}"
    return Fact("This session", format_bytes(budget.left_bytes), note, None if fits else "bad")


def _say_limits(settings: Settings) -> str:
    return f"{settings.limits.query_rows:,} rows, {format_duration(settings.limits.query_seconds)}"


def format_dollars(dollars: float) -> str:
    """`$0.0021`: four digits that count, never `$0.00` for what costs something."""
    if dollars == 0:
        return "$0"
    if dollars >= 1:
        return f"${dollars:,.2f}"
    if dollars < 0.0001:
        return "< $0.0001"
    return f"${dollars:.4f}"


def present_running(asked: Asked, is_stopping: bool, settings: Settings) -> tuple[Look, str]:
    """State and words of a query that is not over."""
    if is_stopping:
        return Look("◌", "stopping", "warn"), "The engine is told to stop."
    words = f"{format_duration(asked.elapsed_seconds)} of at most "
    return LOOKS[asked.state], words + format_duration(settings.limits.query_seconds)


def present_outcome(asked: Asked, settings: Settings) -> str:
    """`1,000 rows in 0.6 s · 12.3 MB processed · 21.0 MB billed, $0.0001`."""
    parts = [f"{format_rows(asked.rows)} in {format_duration(asked.elapsed_seconds)}"]
    if asked.processed_bytes is not None:
        parts.append(f"{format_bytes(asked.processed_bytes)} processed")
    if asked.billed_bytes is not None:
        price = format_dollars(price_of(asked.billed_bytes, settings))
        parts.append(f"{format_bytes(asked.billed_bytes)} billed, {price}")
        parts.append("from BigQuery's cache" if asked.cache_hit else "not from the cache")
    return " · ".join(parts)


def present_truncation(asked: Asked, settings: Settings) -> str:
    """That there are more rows than are shown; empty when there are not."""
    if not asked.truncated:
        return ""
    return (
        f"Truncated: these are the first {format_rows(asked.rows)}, the limit of a query "
        f"({settings.limits.query_rows:,}); there are more. Charts and downloads hold what is shown."
    )


def present_history(history: Sequence[Asked], now: datetime) -> list[PastQuery]:
    """Every query of the session, newest first."""
    return [
        PastQuery(
            number=asked.number,
            sql=shorten(asked.sql),
            look=LOOKS[asked.state],
            words=_say_past(asked),
            when=format_relative(asked.asked_at, now),
            when_exactly=format_utc(asked.asked_at),
        )
        for asked in history
    ]


def _say_past(asked: Asked) -> str:
    if asked.error is not None:
        return asked.error.message
    if asked.rows is None:
        return UNKNOWN
    more = "+" if asked.truncated else ""
    return f"{format_rows(asked.rows)}{more} in {format_duration(asked.elapsed_seconds)}"


def shorten(sql: str) -> str:
    """A query on one line."""
    line = " ".join(sql.split())
    return line if len(line) <= _SHOWN_SQL else f"{line[:_SHOWN_SQL]}…"


def list_examples(place: Place, tables: Sequence[str]) -> dict[str, str]:
    """Title -> query, for the tables that are there."""
    trips = next((name for name in ("green", "yellow", "fhvhv", "fhv") if name in tables), None)
    if trips is None:
        return {}
    pickup = {"green": "lpep_pickup_datetime", "yellow": "tpep_pickup_datetime"}.get(trips, "pickup_datetime")
    examples = {
        "Rows per month": f"SELECT source_month, COUNT(*) AS trips\nFROM {trips}\nGROUP BY source_month\n"
        "ORDER BY source_month",
        "Trips per hour of the day": f"SELECT EXTRACT(HOUR FROM {pickup}) AS hour, COUNT(*) AS trips\n"
        f"FROM {trips}\nGROUP BY hour\nORDER BY hour",
    }
    if trips in ("green", "yellow"):
        examples["Fare by distance"] = (
            "SELECT CAST(FLOOR(trip_distance) AS INT64) AS miles, COUNT(*) AS trips,\n"
            f"  ROUND(AVG(fare_amount), 2) AS fare\nFROM {trips}\nWHERE trip_distance BETWEEN 0 AND 20\n"
            "GROUP BY miles\nORDER BY miles"
        )
    if "zones" in tables:
        examples["Trips by borough"] = (
            "SELECT z.Borough AS borough, COUNT(*) AS trips\n"
            f"FROM {trips} AS t\nJOIN zones AS z ON t.PULocationID = z.LocationID\n"
            "GROUP BY borough\nORDER BY trips DESC"
        )
    return examples
