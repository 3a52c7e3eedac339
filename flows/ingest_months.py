"""The flow `ingest-months`: fetch, conform, write, load and check months of one dataset and year."""

from __future__ import annotations

from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State

from flows.months import get_run_id, name_this_run, work_on_months
from flows.parameters import DatasetName, FanOut, LakeObjectKey, Months, SourceChoice, Year
from lakeside.month import Month
from lakeside.settings import load_settings
from lakeside.sources.probe import SourceName


@flow(name="ingest-months", flow_run_name=name_this_run, log_prints=True, persist_result=False)
def ingest_months(
    dataset: DatasetName,
    year: Year,
    months: Months,
    source: SourceChoice | Literal["lake"] = "auto",
    load: bool = True,
    force: bool = False,
    fan_out: FanOut = "threads",
    lake_object: LakeObjectKey | None = None,
) -> State[Any]:
    """Bring months of trips from their source into the lake and, if asked, into the warehouse.

    Args:
        dataset: which trips.
        year: the year of the months, from 2009.
        months: month numbers, 1 to 12, each once.
        source: where from; auto takes the course's files where they exist, else TLC's own.
        load: also publish to the warehouse and check.
        force: do everything again even where nothing changed, and replace what another source fed.
        fan_out: months at once in threads of one process, as runs of their own on the work pool (more
            workers, more months at once), or on the Dask cluster of LAKESIDE_PREFECT__DASK_SCHEDULER.
        lake_object: with the source lake, the key of an object somebody else wrote, to become the one month.
    """
    from flows.opened import open_services
    from lakeside.pipeline import MonthRequest, asking_once, run_month

    run_id = str(get_run_id())
    requests = [
        MonthRequest(dataset, Month(year, number), SourceName(source), load, force, run_id, lake_object)
        for number in sorted(months)
    ]
    services = open_services(load_settings())
    work = asking_once(run_month, services) if fan_out == "threads" else run_month
    return work_on_months(requests, services, work, fan_out)
