"""Links inside the console. Pages and their parameters are named here once."""

from __future__ import annotations

from urllib.parse import urlencode

from lakeside.month import Month

INGEST, RUNS, LAKE, WAREHOUSE = "ingest", "runs", "lake", "warehouse"


def link_to_object(key: str) -> str:
    """The page of one object of the lake."""
    return f"{LAKE}?{urlencode({'object': key})}"


def link_to_run(run_id: str) -> str:
    """The page of one run."""
    return f"{RUNS}?{urlencode({'run': run_id})}"


def link_to_ingest(dataset: str, months: list[Month] | None = None) -> str:
    """The ingest page with the dataset, year and months chosen."""
    query: dict[str, str] = {"dataset": dataset}
    if months:
        query["year"] = str(months[0].year)
        query["months"] = ",".join(str(m.number) for m in months if m.year == months[0].year)
    return f"{INGEST}?{urlencode(query)}"


def link_to_table(dataset: str) -> str:
    """The warehouse page with a table chosen."""
    return f"{WAREHOUSE}?{urlencode({'table': dataset})}"
