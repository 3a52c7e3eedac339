"""Who is told when a run fails: one Prefect automation that posts to a Slack-style webhook.

The URL is a secret: it goes into a block of Prefect's server, is sent back by nobody, and stands in no
message and no log of ours.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import BlockDocumentCreate, BlockDocumentUpdate
from prefect.events.actions import CallWebhook
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.names import CHECK_FAILED_EVENT, FLOW_NAMES
from lakeside.errors import NotFound, SettingsError

AUTOMATION = "lakeside: tell when a run fails"
BLOCK = "lakeside-notification"
_BLOCK_TYPE = "webhook"
_RUN_FAILED = {"prefect.flow-run.Failed", "prefect.flow-run.Crashed"}
# What Slack, Mattermost and their like take. `tojson` keeps quotes and line ends of a message in order.
_PAYLOAD = """{"text": {{ ("Lakeside: the run " ~ flow_run.name ~ " is " ~ (flow_run.state.name | lower)
 ~ ". " ~ (flow_run.state.message or "") ~ " (run " ~ flow_run.id ~ ")") | tojson }}}"""


def set_notification(client: SyncPrefectClient, url: str, on: Collection[str]) -> None:
    """Store the URL and bring the automation in force, in place of the one before.

    Raises:
        SettingsError: the URL is not http(s) with a host, or `on` names something else than
            `failed` and `check`.
    """
    _check(url, on)
    block_id = _store_url(client, url)
    automation = make_automation(block_id, on)
    present = client.read_automations_by_name(AUTOMATION)
    if present:
        client.update_automation(present[0].id, automation)
    else:
        client.create_automation(automation)


def has_notification(client: SyncPrefectClient) -> bool:
    """Whether the automation is there and switched on."""
    return any(automation.enabled for automation in client.read_automations_by_name(AUTOMATION))


def remove_notification(client: SyncPrefectClient) -> None:
    """Delete the automation and the URL."""
    for automation in client.read_automations_by_name(AUTOMATION):
        client.delete_automation(automation.id)
    try:
        block = client.read_block_document_by_name(BLOCK, _BLOCK_TYPE, include_secrets=False)
    except ObjectNotFound:
        return
    client.delete_block_document(block.id)


def make_automation(block_id: UUID, on: Collection[str]) -> AutomationCore:
    """The automation. A month whose checks fail makes its run Failed, so `failed` covers `check`."""
    expect = set(_RUN_FAILED) if "failed" in on else {CHECK_FAILED_EVENT}
    return AutomationCore(
        name=AUTOMATION,
        description="Posts to the webhook in the block " + BLOCK + ".",
        trigger=EventTrigger(
            posture=Posture.Reactive,
            expect=expect,
            match_related={"prefect.resource.role": "flow", "prefect.resource.name": list(FLOW_NAMES)},
            threshold=1,
            within=timedelta(0),
        ),
        actions=[CallWebhook(block_document_id=block_id, payload=_PAYLOAD)],
    )


def _store_url(client: SyncPrefectClient, url: str) -> UUID:
    data = {"method": "POST", "url": url, "headers": {"Content-Type": "application/json"}}
    block_type = client.read_block_type_by_slug(_BLOCK_TYPE)
    schema = client.get_most_recent_block_schema_for_block_type(block_type.id)
    if schema is None:
        raise NotFound("Prefect's server has no schema of webhooks.", "Restart the Prefect server.")
    try:
        present = client.read_block_document_by_name(BLOCK, _BLOCK_TYPE, include_secrets=False)
    except ObjectNotFound:
        document = BlockDocumentCreate(
            name=BLOCK, data=data, block_schema_id=schema.id, block_type_id=block_type.id
        )
        return client.create_block_document(document).id
    client.update_block_document(present.id, BlockDocumentUpdate(data=data, block_schema_id=schema.id))
    return present.id


def _check(url: str, on: Collection[str]) -> None:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(
            "The webhook's address is not an http(s) URL.", "Copy it from Slack: https://hooks.slack.com/…"
        )
    if not on or not set(on) <= {"failed", "check"}:
        raise SettingsError(f"{sorted(on)} cannot be told.", "Choose failed, check or both.")
