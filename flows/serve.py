"""Register everything Lakeside needs at a Prefect server; safe to do again at any time.

    python -m flows.serve register   work pool, deployments, heartbeat automation, sweep of dead runs
    python -m flows.serve cancel     cancel what runs here and wait, bounded, until it has ended

The API is the one `PREFECT_API_URL` names. Schedules made by people are kept.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.workers.process import ProcessWorker

from flows.check_months import check_months
from flows.dead_runs import cancel_runs, sweep_dead_runs
from flows.heartbeat import register_automations
from flows.ingest_months import ingest_months
from flows.load_months import load_months
from flows.load_object import load_object
from flows.names import DEPLOYMENT, PART_DEPLOYMENT
from flows.sync_months import sync_months
from lakeside import __version__
from lakeside.errors import LakesideError, SettingsError
from lakeside.settings import Settings, list_variables_in_force, load_settings

logger = logging.getLogger(__name__)

# With output streamed through the worker, a worker that is killed takes its runs down with it. With a
# command of our own Prefect skips copying code and starts one process less, which takes seconds.
JOB_VARIABLES = {"stream_output": False, "command": "python -m prefect.engine"}
PROCESS = "process"
FLOWS: tuple[Flow[..., Any], ...] = (ingest_months, load_months, sync_months, check_months, load_object)


def register(settings: Settings) -> None:
    """Create or update the work pool, the deployments and the automation, then sweep dead runs.

    Raises:
        SettingsError: the work pool starts containers, and the settings name no image.
        prefect.exceptions.PrefectException: the server refused; httpx.HTTPError: it does not answer.
    """
    pool = settings.prefect.work_pool
    variables = find_job_variables(settings, register_pool(pool))
    for flow in FLOWS:
        register_deployment(flow, pool, variables)
    for flow in (ingest_months, load_months):
        register_deployment(flow, pool, variables, settings.prefect.parts_at_once)
    register_automations()
    if settings.prefect.api_url is None:  # runs of other machines cannot be judged by process id
        sweep_dead_runs()


def register_pool(name: str) -> str:
    """The pool's type. One that is missing becomes a process pool; one of another type is left as it is.

    Runs of our process pool do not hang on their worker's output pipe.
    """
    template = ProcessWorker.get_default_base_job_template()
    for variable, value in JOB_VARIABLES.items():
        template["variables"]["properties"][variable]["default"] = value
    with get_client(sync_client=True) as client:
        try:
            kind = client.read_work_pool(name).type
        except ObjectNotFound:
            client.create_work_pool(WorkPoolCreate(name=name, type=PROCESS, base_job_template=template))
            kind = PROCESS
        else:
            if kind == PROCESS:
                client.update_work_pool(name, WorkPoolUpdate(base_job_template=template))
    logger.info("registered work pool %s of type %s", name, kind)
    return kind


def find_job_variables(settings: Settings, pool_type: str) -> dict[str, Any]:
    """What a run needs on a pool of that type: a container gets the image and the settings that are in force.

    Raises:
        SettingsError: the settings name no image for a pool that starts containers.
    """
    if pool_type == PROCESS:
        return dict(JOB_VARIABLES)
    if not settings.prefect.image:
        raise SettingsError(
            f"The work pool {settings.prefect.work_pool} is of type {pool_type} and no image is set.",
            "Set LAKESIDE_PREFECT__IMAGE to the image that `make image` builds.",
        )
    return {"image": settings.prefect.image, "env": list_variables_in_force()}


def register_deployment(
    flow: Flow[..., Any], work_pool: str, variables: dict[str, Any], parts_at_once: int | None = None
) -> None:
    """Create the flow's deployment, or update it and keep its schedules.

    With `parts_at_once`, the one for months that a run sends to the work pool: so many run at a time, the
    others wait for a slot. Prefect's own helpers replace a deployment's schedules by those in the code,
    which are none.
    """
    name = DEPLOYMENT if parts_at_once is None else PART_DEPLOYMENT
    fields = describe_deployment(flow, work_pool) | {"job_variables": variables}
    if parts_at_once is not None:
        waiting = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
        fields |= {"concurrency_limit": parts_at_once, "concurrency_options": waiting}
    with get_client(sync_client=True) as client:
        try:
            present = client.read_deployment_by_name(f"{flow.name}/{name}")
        except ObjectNotFound:
            client.create_deployment(client.create_flow_from_name(flow.name), name, **fields)
        else:
            client.update_deployment(present.id, DeploymentUpdate(**fields))
    logger.info("registered deployment %s/%s", flow.name, name)


def describe_deployment(flow: Flow[..., Any], work_pool: str) -> dict[str, Any]:
    """A flow's deployment. No code is copied: the entry point is a module of the installed package."""
    return {
        "version": __version__,
        "description": flow.description,
        "tags": ["lakeside"],
        "work_pool_name": work_pool,
        "job_variables": dict(JOB_VARIABLES),
        "entrypoint": f"{flow.fn.__module__}.{flow.fn.__name__}",
        "pull_steps": [],
        "enforce_parameter_schema": True,
        "parameter_openapi_schema": flow.parameters.model_dump(exclude_unset=True),
    }


def main(arguments: list[str]) -> int:
    """Do what the one argument says."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if arguments == ["register"]:
        try:
            register(load_settings())
        except LakesideError as error:
            sys.stderr.write(f"{error.message} {error.hint}\n")
            return 1
        return 0
    if arguments == ["cancel"]:
        logger.info("cancelled runs: %s", json.dumps(cancel_runs()))
        return 0
    logger.error("usage: python -m flows.serve register|cancel")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
