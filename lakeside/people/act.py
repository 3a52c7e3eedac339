"""Everything a person can do, and the least role that may: the one table that is enforced and documented.

`docs/people.md` shows it; a test walks every act as every role. What changes something is marked with
`@changing(Act.…)` where the domain or the run console does it, not where a button is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lakeside.role import Role
from lakeside.settings import Settings


class Act(StrEnum):
    """What can be done; the value is its name in the audit log."""

    SEE = "see"
    QUERY_BILLED = "query.billed"
    START_RUNS = "runs.start"
    RETRY_RUN = "runs.retry"
    REPEAT_RUN = "runs.repeat"
    CANCEL_RUN = "runs.cancel"
    ADD_SCHEDULE = "schedules.add"
    CHANGE_SCHEDULE = "schedules.change"
    PAUSE_SCHEDULE = "schedules.pause"
    RESUME_SCHEDULE = "schedules.resume"
    REMOVE_SCHEDULE = "schedules.remove"
    RESTORE_VERSION = "lake.restore"
    LOAD_OBJECT = "tables.load"
    APPLY_MODELS = "models.apply"
    CHECK_MONTH = "checks.run"
    SET_NOTIFICATION = "notifications.set"
    REMOVE_NOTIFICATION = "notifications.remove"
    PRUNE_LAKE = "lake.prune"
    REMOVE_MONTHS = "months.remove"
    MAKE_BLOCK = "blocks.make"
    READ_AUDIT = "audit.read"


@dataclass(frozen=True, slots=True)
class Permission:
    """The least role an act takes, and the act in words that follow “may”."""

    least: Role
    words: str


LEAST_ROLES: dict[Act, Permission] = {
    Act.SEE: Permission(Role.VIEWER, "see every page, and query what is billed by nobody"),
    Act.QUERY_BILLED: Permission(Role.OPERATOR, "run queries that BigQuery bills"),
    Act.START_RUNS: Permission(Role.OPERATOR, "ingest and load months"),
    Act.RETRY_RUN: Permission(Role.OPERATOR, "retry the failed months of a run"),
    Act.REPEAT_RUN: Permission(Role.OPERATOR, "run a run again"),
    Act.CANCEL_RUN: Permission(Role.OPERATOR, "cancel a run"),
    Act.ADD_SCHEDULE: Permission(Role.OPERATOR, "add a schedule"),
    Act.CHANGE_SCHEDULE: Permission(Role.OPERATOR, "change a schedule"),
    Act.PAUSE_SCHEDULE: Permission(Role.OPERATOR, "pause a schedule"),
    Act.RESUME_SCHEDULE: Permission(Role.OPERATOR, "resume a schedule"),
    Act.REMOVE_SCHEDULE: Permission(Role.OPERATOR, "delete a schedule"),
    Act.RESTORE_VERSION: Permission(Role.OPERATOR, "restore an earlier version of an object"),
    Act.LOAD_OBJECT: Permission(Role.OPERATOR, "load an object as a table of its own"),
    Act.APPLY_MODELS: Permission(Role.OPERATOR, "apply models"),
    Act.CHECK_MONTH: Permission(Role.OPERATOR, "run the checks of a month"),
    Act.SET_NOTIFICATION: Permission(Role.ADMIN, "set the webhook that is told of failures"),
    Act.REMOVE_NOTIFICATION: Permission(Role.ADMIN, "remove the webhook that is told of failures"),
    Act.PRUNE_LAKE: Permission(Role.ADMIN, "remove what is kept longer than the settings say"),
    Act.REMOVE_MONTHS: Permission(Role.ADMIN, "remove months from lake or warehouse"),
    Act.MAKE_BLOCK: Permission(Role.ADMIN, "make the block that holds the Google login"),
    Act.READ_AUDIT: Permission(Role.ADMIN, "read the audit log"),
}


def find_least_role(act: Act, settings: Settings) -> Role:
    """The least role that may, as these settings have it: who may spend money is a setting."""
    return settings.people.query_role if act is Act.QUERY_BILLED else LEAST_ROLES[act].least
