"""Links inside the console. Pages and their parameters are named here once."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from lakeside.month import Month
from lakeside.plan.request import Mode

INGEST, RUNS, LAKE, WAREHOUSE, SCHEDULES = "ingest", "runs", "lake", "warehouse", "schedules"
HOME = "./"
CHECKS, SQL, QUERY = "checks", "sql", "query"
SCHEMAS = "schemas"

# What a run does, as the ingest page's URL has it; the first is the default.
INGEST_AND_LOAD, ONLY_INGEST = "all", "ingest"


def link_to_object(key: str, **parameters: str | int | None) -> str:
    """The page of one object of the lake: `tab`, `where`, `columns`, `row` and the like open parts of it."""
    return link_to_lake(object=key, **parameters)


def link_to_lake(**parameters: str | int | None) -> str:
    """The lake's page with these parameters; those that are None or empty are left out."""
    chosen = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{LAKE}?{urlencode(chosen)}" if chosen else LAKE


def link_to_run(run_id: str) -> str:
    """The page of one run."""
    return f"{RUNS}?{urlencode({'run': run_id})}"


def link_to_ingest(dataset: str, months: Iterable[Month] = (), mode: Mode = Mode.MISSING) -> str:
    """The ingest page with the dataset, the months and the mode chosen."""
    query: dict[str, str] = {"dataset": dataset} | ({} if mode is Mode.MISSING else {"mode": mode.value})
    if chosen := write_months(months):
        query["months"] = chosen
    return f"{INGEST}?{urlencode(query, safe=',')}"


def link_to_table(dataset: str, tab: str = "", column: str = "") -> str:
    """The warehouse page with a table chosen, and one of its tabs and columns where they are named."""
    query = {"table": dataset, "tab": tab, "column": column}
    return f"{WAREHOUSE}?{urlencode({name: value for name, value in query.items() if value})}"


def link_to_coverage(dataset: str, months: Iterable[Month] = (), by: str = "") -> str:
    """The home page with a dataset, the months chosen in it, and what its cells are coloured by."""
    query = {"dataset": dataset, "by": by, "months": write_months(months)}
    return f"./?{urlencode({name: value for name, value in query.items() if value}, safe=',')}"


def link_to_checks(dataset: str, month: Month | None = None, check: str = "") -> str:
    """The checks page of a dataset, a month of it, or one check of that month."""
    query = {"dataset": dataset, "month": str(month) if month else "", "check": check}
    return f"{CHECKS}?{urlencode({name: value for name, value in query.items() if value})}"


def link_to_sql(sql: str) -> str:
    """The warehouse's SQL page with its editor filled; nothing runs by itself."""
    return f"{SQL}?{urlencode({'sql': sql})}"


def link_to_schemas(group: str) -> str:
    """Where a dataset's columns drift, or those of the objects in a folder (a prefix that ends with `/`)."""
    return f"{SCHEMAS}?{urlencode({'dataset': group})}"


def link_to_query(sql: str) -> str:
    """The page that queries the lake, with its editor filled; nothing runs by itself."""
    return f"{QUERY}?{urlencode({'sql': sql})}"


def write_months(months: Iterable[Month]) -> str:
    """Months as the ingest page's URL has them: `2020-10,2020-11`."""
    return ",".join(str(month) for month in sorted(set(months)))
