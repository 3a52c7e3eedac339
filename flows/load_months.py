"""The flow `load-months`: publish months that are in the lake to the warehouse, and check them."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.months import get_run_id, name_this_run, work_on_months
from flows.parameters import DatasetName, FanOut, Months, Year
from lakeside.month import Month
from lakeside.settings import load_settings


@flow(name="load-months", flow_run_name=name_this_run, log_prints=True, persist_result=False)
def load_months(dataset: DatasetName, year: Year, months: Months, fan_out: FanOut = "threads") -> State[Any]:
    """Publish months from the lake to the warehouse.

    Args:
        dataset: which trips.
        year: the year of the months, from 2009.
        months: month numbers, 1 to 12, each once.
        fan_out: months at once in threads of one process, as runs of their own on the work pool (more
            workers, more months at once), or on the Dask cluster of LAKESIDE_PREFECT__DASK_SCHEDULER.
    """
    from flows.opened import open_services
    from lakeside.pipeline import MonthRequest, asking_once, load_month

    run_id = str(get_run_id())
    requests = [MonthRequest(dataset, Month(year, number), run_id=run_id) for number in sorted(months)]
    services = open_services(load_settings())
    work = asking_once(load_month, services) if fan_out == "threads" else load_month
    return work_on_months(requests, services, work, fan_out)
