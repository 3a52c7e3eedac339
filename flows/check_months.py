"""The flow `check-months`: every check of months of one dataset and year, run and kept."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.months import get_run_id, name_this_run, work_on_months
from flows.parameters import DatasetName, Months, Year
from lakeside.month import Month
from lakeside.settings import load_settings


@flow(name="check-months", flow_run_name=name_this_run, log_prints=True, persist_result=False)
def check_months(dataset: DatasetName, year: Year, months: Months) -> State[Any]:
    """Check months against lake, contract and thresholds, and keep the results; nothing else is changed.

    A month fails when one of its error-checks does. What a month may read was estimated for it, and each of
    its queries is bounded by that.

    Args:
        dataset: which trips.
        year: the year of the months, from 2009.
        months: month numbers, 1 to 12, each once.
    """
    from flows.opened import open_services
    from lakeside.checks.check_month import checking_once
    from lakeside.pipeline import MonthRequest

    run_id = str(get_run_id())
    requests = [MonthRequest(dataset, Month(year, number), run_id=run_id) for number in sorted(months)]
    services = open_services(load_settings())
    return work_on_months(requests, services, checking_once(services, run_id))
