"""Who asks for something, and from where."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from lakeside.role import Role

COMMAND_LINE = "command line"


@dataclass(frozen=True, slots=True)
class Caller:
    """A person (or a machine's user) with what they may do.

    Args:
        name: a verified e-mail or another lasting name; empty for nobody.
        role: None may not even look.
        address: where they ask from: an address, or "command line".
        because: why the role is what it is where a person would wonder, and
        hint: what to do about it.
    """

    name: str
    role: Role | None
    address: str
    because: str = ""
    hint: str = ""

    @classmethod
    def of_machine(cls, address: str = COMMAND_LINE) -> Caller:
        """The user this process runs as, who may do everything a shell can anyway."""
        return cls(find_user(), Role.ADMIN, address)


NOBODY = Caller("", None, "", "Nobody said who asks.", "This is a fault of Lakeside.")


def find_user() -> str:
    """The operating system's name of who runs this process; empty where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
