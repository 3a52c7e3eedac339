"""SQL on the lake in a process that may die: whatever an object does to the engine, it does it there.

Cancelling kills the process. In the process the same functions run that run here where there are no
processes for it (a lake in memory, or `readers.processes` 0).
"""

from __future__ import annotations

import pyarrow as pa

from lakeside.errors import BadFile, LimitExceeded
from lakeside.lake.apart import Place, find_place, open_lake
from lakeside.services import Services
from lakeside.settings import LimitSettings
from lakeside.warehouse import lake_query
from lakeside.warehouse.cancelling import QueryHandle
from lakeside.warehouse.lake_query import LakePlan
from lakeside.warehouse.protocol import QueryLimits, QueryResult

_RUN = f"{__name__}:run_in_reader"
_PLAN = f"{__name__}:plan_in_reader"


def run_lake_query(
    services: Services, sql: str, limits: QueryLimits, handle: QueryHandle | None = None
) -> QueryResult:
    """As `lake_query.run_lake_query`, in a process of its own where the services have some.

    Raises:
        ReaderDied: the process died over an object (a BadFile).
        BadFile: its answer is none that can be shown.
    """
    lake, bounds = services.lake, services.settings.limits
    if services.askers is None:
        return lake_query.run_lake_query(lake, sql, limits, handle, bounds)
    call = (find_place(lake), sql, limits, bounds)
    result: QueryResult = services.askers.run(_RUN, f"a query on {lake.url}", *call, handle=handle)
    _require_sound(result.table)
    return result


def plan_lake_query(services: Services, sql: str, limits: QueryLimits) -> LakePlan:
    """As `lake_query.plan_lake_query`, in a process of its own where the services have some."""
    lake = services.lake
    if services.askers is None:
        return lake_query.plan_lake_query(lake, sql, limits)
    call = (find_place(lake), sql, limits)
    plan: LakePlan = services.askers.run(_PLAN, f"the plan of a query on {lake.url}", *call)
    return plan


def run_in_reader(place: Place, sql: str, limits: QueryLimits, bounds: LimitSettings) -> QueryResult:
    """The other side of `run_lake_query`; it stops itself at its seconds."""
    try:
        return lake_query.run_lake_query(open_lake(place), sql, limits, None, bounds)
    except MemoryError as error:
        raise LimitExceeded(
            "The query needs too much memory.",
            "Aggregate or filter first, or raise LAKESIDE_LIMITS__QUERY_MEGABYTES.",
            limit="limits.query_megabytes",
        ) from error


def plan_in_reader(place: Place, sql: str, limits: QueryLimits) -> LakePlan:
    """The other side of `plan_lake_query`."""
    return lake_query.plan_lake_query(open_lake(place), sql, limits)


def _require_sound(table: pa.Table) -> None:
    """Every offset and every text is looked at: the rows come from where a stranger's file was read."""
    try:
        table.validate(full=True)
    except pa.ArrowException as error:
        raise BadFile(
            f"The query's rows are not sound: {error}", "An object of its months is damaged: do not use it."
        ) from error
