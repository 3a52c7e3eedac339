"""Links inside the console. Pages and their parameters are named here once."""

from __future__ import annotations

from urllib.parse import urlencode

from lakeside.month import Month

INGEST, RUNS, LAKE, WAREHOUSE = "ingest", "runs", "lake", "warehouse"

# What a run does, as the ingest page's URL has it; the first is the default.
INGEST_AND_LOAD, ONLY_INGEST, ONLY_LOAD = "all", "ingest", "load"


def link_to_object(key: str) -> str:
    """The page of one object of the lake."""
    return f"{LAKE}?{urlencode({'object': key})}"


def link_to_run(run_id: str) -> str:
    """The page of one run."""
    return f"{RUNS}?{urlencode({'run': run_id})}"


def link_to_ingest(dataset: str, months: list[Month] | None = None, what: str = "") -> str:
    """The ingest page with the dataset, year, months and what to do chosen."""
    query: dict[str, str] = {"dataset": dataset} | ({"do": what} if what else {})
    if months:
        query["year"] = str(months[0].year)
        query["months"] = ",".join(str(m.number) for m in months if m.year == months[0].year)
    return f"{INGEST}?{urlencode(query)}"


def link_to_table(dataset: str) -> str:
    """The warehouse page with a table chosen."""
    return f"{WAREHOUSE}?{urlencode({'table': dataset})}"
