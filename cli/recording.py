"""Commands that change something are written into the audit log: who ran which, with what, how it ended.

A shell is no browser: whoever has one can do to the files what they like, so nothing is refused here, and
a log that cannot be written is said and stops no command.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from lakeside.errors import BackendUnavailable, LakesideError

# The act of each verb that has one, by its name: the acts themselves would be imported by every command.
# A test says that every verb is here or in LOOKING.
CHANGING = {
    "ingest": "runs.start",
    "load": "runs.start",
    "adopt": "runs.start",
    "load-object": "tables.load",
    "restore": "lake.restore",
    "prune": "lake.prune",
    "remove": "months.remove",
    "check": "checks.run",
    "reconcile": "checks.run",
    "setup gcp": "blocks.make",
    "runs start": "runs.start",
    "runs cancel": "runs.cancel",
    "runs retry": "runs.retry",
    "runs again": "runs.repeat",
    "schedule add": "schedules.add",
    "schedule pause": "schedules.pause",
    "schedule resume": "schedules.resume",
    "schedule remove": "schedules.remove",
    "models apply": "models.apply",
}
LOOKING = (
    "audit",
    "chart",
    "diff",
    "doctor",
    "export",
    "layout",
    "ls",
    "models check",
    "models list",
    "plan",
    "preview",
    "profile",
    "runs list",
    "runs logs",
    "runs show",
    "schedule list",
    "schema",
    "schemas",
    "sql",
    "start",
    "status",
    "up",
    "versions",
)


def recorded(verb: str, command: Callable[..., Any]) -> Callable[..., Any]:
    """The command, with its lines in the audit log where it changes something."""
    act = CHANGING.get(verb)
    if act is None or hasattr(command, "recorded"):  # a group's commands outlive the building of one app
        return command

    @functools.wraps(command)
    def run(**arguments: Any) -> Any:
        end = _begin(act, verb, arguments)
        try:
            code = command(**arguments)
        except BaseException as error:
            end("failed", error.message if isinstance(error, LakesideError) else type(error).__name__)
            raise
        end("failed" if code else "done", f"exit code {code}" if code else "")
        return code

    run.__dict__["recorded"] = act
    return run


def _begin(act: str, verb: str, arguments: dict[str, Any]) -> Callable[[str, str], None]:
    from lakeside.people.act import Act
    from lakeside.people.audit_log import AuditLog
    from lakeside.people.caller import Caller
    from lakeside.people.recorded import record_parameters
    from lakeside.settings import load_settings

    given = {name: value for name, value in arguments.items() if value not in (None, False, "", [])}
    with suppress(LakesideError):  # the command itself says what is wrong with the settings
        log = AuditLog(load_settings())
        try:
            entry = log.begin(Caller.of_machine(), Act(act), {"command": verb, **record_parameters(given)})
        except BackendUnavailable as error:
            sys.stderr.write(f"Not in the audit log: {error.message}\n")
        else:
            return lambda result, detail: log.end(entry, result, detail)
    return lambda result, detail: None
