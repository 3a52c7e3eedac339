"""Writes the table of docs/people.md from the table that is enforced: `python -m cli.people_table`."""

from __future__ import annotations

import sys

from lakeside.people import LEAST_ROLES, Role


def write_table() -> str:
    """What each role may do, one act a line, as Markdown."""
    lines = [f"| may | {' | '.join(Role)} | in the audit log |", f"|---|{':-:|' * len(Role)}---|"]
    for act, permission in LEAST_ROLES.items():
        marks = ["✓" if role.covers(permission.least) else "" for role in Role]
        lines.append(f"| {permission.words} | {' | '.join(marks)} | `{act}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(write_table())
