"""What `lakeside setup gcp` does: read the key, ask Google, store the blocks, say what is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lakeside.errors import AccessDenied, LakesideError, NotFound, SettingsError
from lakeside.lake.lake import Lake
from lakeside.services import Services, open_services
from lakeside.settings import Settings
from lakeside.warehouse.protocol import QueryLimits

PROBE_KEY = "lakeside-setup-probe.txt"
_LARGEST_KEY_BYTES = 100_000


def set_up_gcp(settings: Settings, wanted: Mapping[str, str], key_file: Path | None) -> dict[str, Any]:
    """Look at bucket and dataset with the login and store it: {ok, checks, blocks, settings}.

    A check is {what, ok, detail, hint}; blocks are stored only when all are well.

    Raises:
        SettingsError: the key file cannot be read, or is no key. AccessDenied: there is no default login.
        BackendUnavailable: Prefect's API does not answer.
    """
    from flows.blocks import GoogleSetup, make_credentials, save_blocks

    google = GoogleSetup(wanted["project"], wanted["bucket"], wanted["dataset"], read_key(key_file))
    login = make_credentials(google).get_credentials_from_service_account()
    chosen = apply(settings, wanted)
    services = open_services(chosen, credentials=login)
    account = getattr(login, "service_account_email", None) or "the account you are logged in with"
    questions: dict[str, Callable[[], str]] = {
        "bucket, list": lambda: _list(services.lake),
        "bucket, write": lambda: _write_and_read(services.lake),
        "dataset": lambda: _describe_dataset(services.warehouse.check_ready(), wanted),
        "query job": lambda: _run_job(services),
    }
    checks = [_ask(what, question, {**wanted, "account": account}) for what, question in questions.items()]
    ok = all(check["ok"] for check in checks)
    blocks = save_blocks(settings, google, wanted["name"]) if ok else []
    return {"ok": ok, "checks": checks, "blocks": blocks, "settings": list_variables(wanted) if ok else {}}


def read_key(path: Path | None) -> dict[str, Any] | None:
    """A key file's document; None without a file. SettingsError names the file, never what is in it."""
    if path is None:
        return None
    hint = "Name the JSON file that Google made for the service account."
    try:
        if path.stat().st_size > _LARGEST_KEY_BYTES:
            raise SettingsError(f"{path} is too large to be a key.", hint)
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", hint) from error
    except ValueError:
        raise SettingsError(f"{path} is not JSON.", hint) from None  # what json says quotes the file
    if not isinstance(document, dict) or document.get("type") != "service_account":
        raise SettingsError(f"{path} is not the key of a service account.", hint)
    return document


def apply(settings: Settings, wanted: Mapping[str, str]) -> Settings:
    """The settings with the lake in this bucket and the warehouse in this dataset."""
    place = {"kind": "bigquery", "project": wanted["project"], "dataset": wanted["dataset"]}
    warehouse = settings.warehouse.model_copy(update=place | {"location": wanted["location"]})
    return settings.model_copy(update={"lake_url": f"gs://{wanted['bucket']}/lake", "warehouse": warehouse})


def list_variables(wanted: Mapping[str, str]) -> dict[str, str]:
    """The settings that use what was set up."""
    return {
        "LAKESIDE_LAKE_URL": f"gs://{wanted['bucket']}/lake",
        "LAKESIDE_WAREHOUSE__KIND": "bigquery",
        "LAKESIDE_WAREHOUSE__PROJECT": wanted["project"],
        "LAKESIDE_WAREHOUSE__DATASET": wanted["dataset"],
        "LAKESIDE_WAREHOUSE__LOCATION": wanted["location"],
        "LAKESIDE_CREDENTIALS_BLOCK": wanted["name"],
    }


def _ask(what: str, question: Callable[[], str], wanted: Mapping[str, str]) -> dict[str, Any]:
    """One question to Google; what is missing comes with the command that mends it."""
    try:
        return {"what": what, "ok": True, "detail": question(), "hint": ""}
    except (AccessDenied, NotFound) as error:
        return {"what": what, "ok": False, "detail": error.message, "hint": _find_cure(what, error, wanted)}
    except LakesideError as error:
        return {"what": what, "ok": False, "detail": error.message, "hint": error.hint}


def _find_cure(what: str, error: LakesideError, wanted: Mapping[str, str]) -> str:
    bucket, project, account = wanted["bucket"], wanted["project"], wanted["account"]
    if what == "dataset" and isinstance(error, NotFound):
        return error.hint
    if what.startswith("bucket") and isinstance(error, NotFound):
        return (
            f"gcloud storage buckets create gs://{bucket} --project {project} --location {wanted['location']}"
        )
    if what.startswith("bucket"):
        return (
            f"gcloud storage buckets add-iam-policy-binding gs://{bucket} "
            f"--member serviceAccount:{account} --role roles/storage.objectUser"
        )
    role = "roles/bigquery.jobUser" if what == "query job" else "roles/bigquery.dataEditor"
    return f"gcloud projects add-iam-policy-binding {project} --member serviceAccount:{account} --role {role}"


def _list(lake: Lake) -> str:
    found = lake.list_objects(limit=1)
    return f"{lake.url} is there, and {'has objects' if found.objects else 'is empty'}"


def _write_and_read(lake: Lake) -> str:
    with lake.open_writer(PROBE_KEY) as file:
        file.write(b"Lakeside was here.")
    try:
        with lake.open_reader(PROBE_KEY) as read:
            size = len(read.read())
    finally:
        lake.remove_object(PROBE_KEY)
    return f"{size} bytes were written, read and removed"


def _describe_dataset(facts: Mapping[str, Any], wanted: Mapping[str, str]) -> str:
    if not facts["exists"]:
        raise NotFound(
            f"The dataset {facts['location']} does not exist.",
            f"bq --location {wanted['location']} mk --dataset {wanted['project']}:{wanted['dataset']}",
        )
    return f"{facts['location']} is there"


def _run_job(services: Services) -> str:
    limits = services.settings.limits
    services.warehouse.run_query("SELECT 1 AS one", QueryLimits(1, limits.query_seconds, 10 * 1024 * 1024))
    return "a query that reads nothing ran"


def describe(outcome: Mapping[str, Any]) -> str:
    """For people: each answer, what mends it, and the settings to use."""
    lines = []
    for check in outcome["checks"]:
        lines.append(f"{'ok' if check['ok'] else 'missing':8}{check['what']:15}{check['detail']}")
        if check["hint"]:
            lines.append(f"{'':8}{'':15}-> {check['hint']}")
    if not outcome["ok"]:
        return "\n".join([*lines, "", "Nothing was stored. Mend what is missing and say it again."])
    lines += ["", f"Stored {', '.join(outcome['blocks'])}. To use them:", ""]
    lines += [f"    export {name}={value}" for name, value in outcome["settings"].items()]
    return "\n".join(lines)
