"""The flow `load-object`: a lake object that is no month of ours as a table of its own."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.cancel_watch import CancelWatch
from flows.months import get_run_id, name_this_run
from flows.names import PROGRESS_KEY, RESULT_KEY
from flows.parameters import LakeObjectKey, TableName
from lakeside.errors import LakesideError
from lakeside.settings import load_settings

logger = logging.getLogger(__name__)


@flow(name="load-object", flow_run_name=name_this_run, log_prints=True, persist_result=False)
def load_object(lake_object: LakeObjectKey, table: TableName, replace: bool = False) -> State[Any]:
    """Publish a parquet object of the lake as it is, as a table of its own; readers see it before or after.

    Args:
        lake_object: the object's key.
        table: the table's name; not one of Lakeside's own.
        replace: also in place of a table that came from elsewhere.
    """
    from flows.opened import open_services
    from lakeside.foreign_tables import publish_object

    log = get_run_logger()
    with CancelWatch(get_run_id()):
        progress = _begin()
        try:
            services = open_services(load_settings())
            log.info("%s: publishing %s", table, services.lake.url_of(lake_object))
            outcome = publish_object(services, lake_object, table, replace)
        except LakesideError as error:
            return Failed(message=f"{type(error).__name__}: {error}", data=error.as_dict())
    words = f"{outcome.rows:,} rows and {outcome.columns:,} columns of {lake_object} in {outcome.table}"
    log.info("%s", words)
    result = {
        "table": outcome.table,
        "rows": outcome.rows,
        "columns": outcome.columns,
        "object": outcome.key,
        "warehouse": services.warehouse.location,
    }
    _end(progress, result)
    return Completed(message=words, data=result)


def _begin() -> UUID | None:
    """The artifact of the run's progress; telling is best effort, as everywhere."""
    try:
        return create_progress_artifact(0.0, key=PROGRESS_KEY)  # type: ignore[return-value] # not awaited here
    except Exception:
        logger.warning("progress was not sent", exc_info=True)
        return None


def _end(progress: UUID | None, result: dict[str, Any]) -> None:
    try:
        create_table_artifact([result], key=RESULT_KEY, description="What the run came to")
        if progress is not None:
            update_progress_artifact(progress, 100.0)
    except Exception:
        logger.warning("the result was not sent", exc_info=True)
