"""Who may do what: roles, what each may do, who asks, and the log of what was done."""

from lakeside.people.act import LEAST_ROLES, Act, find_least_role
from lakeside.people.caller import Caller
from lakeside.people.gate import Gate, changing
from lakeside.role import Role

__all__ = ["LEAST_ROLES", "Act", "Caller", "Gate", "Role", "changing", "find_least_role"]
