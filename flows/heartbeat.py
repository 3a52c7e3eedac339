"""The automation that marks a run Crashed when its process has gone silent.

A run whose worker and process were both killed would stay Running for ever and hold its slot.
Flow processes send a heartbeat every 30 s (`PREFECT_FLOWS_HEARTBEAT_FREQUENCY`); 90 s without one, and
without an ending, makes the run Crashed. A run that has ended is never touched.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from flows.names import HEARTBEAT_LOST_SECONDS

AUTOMATION = "lakeside: a silent run has crashed"
_HEARTBEAT = "prefect.flow-run.heartbeat"
_ENDINGS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}


def make_automation() -> AutomationCore:
    """The automation as Prefect wants it."""
    return AutomationCore(
        name=AUTOMATION,
        description=f"No heartbeat and no ending within {HEARTBEAT_LOST_SECONDS} s of the last heartbeat.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={_HEARTBEAT},
            expect={_HEARTBEAT} | _ENDINGS,
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            threshold=1,
            within=timedelta(seconds=HEARTBEAT_LOST_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message=f"No heartbeat for {HEARTBEAT_LOST_SECONDS} s: its process is gone.",
            )
        ],
    )


def register_automation() -> None:
    """Create the automation, or bring the one that is there up to date."""
    automation = make_automation()
    with get_client(sync_client=True) as client:
        present = client.read_automations_by_name(AUTOMATION)
        if not present:
            client.create_automation(automation)
            return
        client.update_automation(present[0].id, automation)
        for duplicate in present[1:]:
            client.delete_automation(duplicate.id)
