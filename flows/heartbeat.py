"""The automations that mark a run Crashed when nothing is heard of its process any more.

A run whose worker and process were both killed would stay Running for ever and hold its slot.
Flow processes send a heartbeat every 30 s (`PREFECT_FLOWS_HEARTBEAT_FREQUENCY`); 90 s without one, and
without an ending, makes the run Crashed. So does half an hour after a worker took a run whose
process, or container, then never began. A run that has ended is never touched.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from flows.names import HEARTBEAT_EVENT, HEARTBEAT_LOST_SECONDS, PENDING_LOST_SECONDS

AUTOMATION = "lakeside: a silent run has crashed"
PENDING_AUTOMATION = "lakeside: a run that was taken never began"
_PENDING = "prefect.flow-run.Pending"
_ENDINGS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
# Whatever else becomes of a run that was taken.
_GOES_ON = {f"prefect.flow-run.{state}" for state in ("Running", "Cancelling", "Paused", "Scheduled")}


def make_silent_automation(seconds: float = HEARTBEAT_LOST_SECONDS) -> AutomationCore:
    """Crashed when so long after a heartbeat neither another nor an ending has come."""
    return _crash(
        AUTOMATION,
        f"No heartbeat and no ending within {seconds:g} s of the last heartbeat.",
        {HEARTBEAT_EVENT},
        {HEARTBEAT_EVENT} | _ENDINGS,
        seconds,
        f"No heartbeat for {seconds:g} s: its process is gone.",
    )


def make_pending_automation(seconds: float = PENDING_LOST_SECONDS) -> AutomationCore:
    """Crashed when so long after a worker took a run it has not begun; a container's image takes minutes."""
    return _crash(
        PENDING_AUTOMATION,
        f"Not begun within {seconds:g} s of being taken by a worker.",
        {_PENDING},
        _GOES_ON | _ENDINGS,
        seconds,
        f"A worker took it, and {seconds:g} s later its process had not begun.",
    )


def register_automations() -> None:
    """Create the automations, or bring those that are there up to date."""
    with get_client(sync_client=True) as client:
        for automation in (make_silent_automation(), make_pending_automation()):
            register_automation(client, automation)


def register_automation(client: SyncPrefectClient, automation: AutomationCore) -> None:
    """The only automation of its name is this one."""
    present = client.read_automations_by_name(automation.name)
    if not present:
        client.create_automation(automation)
        return
    client.update_automation(present[0].id, automation)
    for duplicate in present[1:]:
        client.delete_automation(duplicate.id)


def _crash(
    name: str, description: str, after: set[str], expect: set[str], seconds: float, message: str
) -> AutomationCore:
    return AutomationCore(
        name=name,
        description=description,
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after=after,
            expect=expect,
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            threshold=1,
            within=timedelta(seconds=seconds),
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=message)],
    )
