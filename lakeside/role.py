"""The roles a person can have; each may do all that those before it may."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Viewer, operator, admin, in that order."""

    VIEWER = "viewer"  # sees
    OPERATOR = "operator"  # and starts, cancels, schedules, restores, checks
    ADMIN = "admin"  # and decides what is kept, who is told, and reads the audit log

    def covers(self, other: Role) -> bool:
        """May this role do what the other may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)
