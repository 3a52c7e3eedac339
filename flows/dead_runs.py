"""Runs whose process is gone, and runs that must end because the stack stops. This machine's runs only."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Cancelled, Cancelling, Crashed

from flows.names import FLOW_NAMES
from lakeside.processes import process_exists

logger = logging.getLogger(__name__)

_AT_WORK = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
_MOST_RUNS = 200
CANCEL_SECONDS = 15.0
_STOPPED = "Lakeside was stopped."


def sweep_dead_runs() -> list[str]:
    """Mark runs that claim to be at work but have no process here; returns their names.

    Meant for start-up, before a worker polls: nothing else can be about to start them then.
    """
    swept = []
    with get_client(sync_client=True) as client:
        for run in _list_runs_at_work(client):
            if _has_process(run):
                continue
            cancelling = run.state_type is StateType.CANCELLING
            state = Cancelled if cancelling else Crashed
            client.set_flow_run_state(run.id, state(message="Its process was gone at start-up."), force=True)
            logger.warning(
                "run %s had no process; set to %s", run.name, "Cancelled" if cancelling else "Crashed"
            )
            swept.append(run.name)
    return swept


def cancel_runs(seconds: float = CANCEL_SECONDS) -> list[str]:
    """Ask every run at work to cancel and wait, at most `seconds`, until none is; returns their names.

    What has not ended by then is marked Cancelled; the caller ends its process.
    """
    deadline = time.monotonic() + seconds
    with get_client(sync_client=True) as client:
        asked = _list_runs_at_work(client)
        for run in asked:
            client.set_flow_run_state(run.id, Cancelling(message=_STOPPED))
        while left := _list_runs_at_work(client):
            if time.monotonic() > deadline or not any(_has_process(run) for run in left):
                break
            time.sleep(0.5)
        for run in left:
            client.set_flow_run_state(run.id, Cancelled(message=_STOPPED), force=True)
    return [run.name for run in asked]


def is_flow_process(pid: str) -> bool:
    """Whether this process id belongs to a living flow run process of this machine.

    Prefect writes a bare id for process workers; `host:pid` is taken too.
    """
    number = pid.rpartition(":")[2]
    if not number.isdigit():
        return False
    if not Path("/proc").is_dir():
        return process_exists(int(number))
    try:
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False
    return b"prefect" in command


def _has_process(run: FlowRun) -> bool:
    return run.infrastructure_pid is not None and is_flow_process(run.infrastructure_pid)


def _list_runs_at_work(client: SyncPrefectClient) -> list[FlowRun]:
    return client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(FLOW_NAMES))),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_AT_WORK))),
        limit=_MOST_RUNS,
    )
