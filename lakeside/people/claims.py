"""What a login says about a person, as the caller they are here: claims in, name and role out.

Claims are those of an ID token whose signature the login checked. Everything in them but the subject is
what the provider lets people write about themselves; an e-mail counts only where it is verified.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lakeside.people.caller import Caller
from lakeside.role import Role
from lakeside.settings import PeopleSettings

_MOST_LETTERS = 120
LOG_IN = "Log in to see anything of this console."
EXPIRED = "You logged in more than {hours:g} hours ago."
NO_ROLE = "{name} is logged in, and has no role here."
NO_ROLE_HINT = "Ask an administrator of this console to give you one; docs/people.md says how."
NOT_VERIFIED = "{name} is logged in, but the identity provider has not verified the e-mail: it gives no role."


def read_caller(claims: Mapping[str, Any], people: PeopleSettings, address: str, now: datetime) -> Caller:
    """The caller that these claims make; a role of None for whoever may not even look."""
    if claims.get("is_logged_in") is not True:
        return Caller("", None, address, "Nobody is logged in.", LOG_IN)
    name = _find_name(claims)
    if _is_over(claims, people, now):
        reason = EXPIRED.format(hours=people.session_hours)
        return Caller(name, None, address, reason, "Log in again.")
    roles = [*_list_claimed(claims, people), *_list_allowed(claims, people)]
    if roles:
        best = max(roles, key=list(Role).index)
        return Caller(name, best, address)
    listed = any(_list_allowed({**claims, "email_verified": True}, people))
    return Caller(name, None, address, (NOT_VERIFIED if listed else NO_ROLE).format(name=name), NO_ROLE_HINT)


def find_email(claims: Mapping[str, Any]) -> str | None:
    """The verified e-mail in small letters; None where there is none that can be trusted.

    Letters beyond ASCII are not trusted: some become ASCII letters in small (K, the Kelvin sign, does).
    """
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or not (verified is True or verified == "true"):  # some write text
        return None
    parts = email.split("@")
    if not email.isascii() or not email.isprintable() or len(parts) != 2 or not all(parts):
        return None
    return email.strip().lower()


def _find_name(claims: Mapping[str, Any]) -> str:
    """A verified e-mail, else the subject: what a person cannot choose to be somebody else's."""
    name = find_email(claims) or f"subject {claims.get('sub', 'unknown')}"
    printable = (c for c in name if unicodedata.category(c)[0] != "C")
    return "".join(printable)[:_MOST_LETTERS]


def _is_over(claims: Mapping[str, Any], people: PeopleSettings, now: datetime) -> bool:
    """Is the login too old; one that does not say when it was made is."""
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        return True
    try:
        return now >= datetime.fromtimestamp(made, UTC) + timedelta(hours=people.session_hours)
    except (OverflowError, OSError, ValueError):
        return True


def _list_claimed(claims: Mapping[str, Any], people: PeopleSettings) -> Iterator[Role]:
    if not people.role_claim:
        return
    names = people.role_names or {role.value: role for role in Role}
    for value in _read_path(claims, people.role_claim):
        if value in names:
            yield names[value]


def _read_path(claims: Mapping[str, Any], path: str) -> list[str]:
    """The texts at a claim's name, or within claims along its dots; a name that has dots comes first."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return [found]
    if isinstance(found, Sequence):
        return [value for value in found if isinstance(value, str)]
    return []


def _list_allowed(claims: Mapping[str, Any], people: PeopleSettings) -> Iterator[Role]:
    email = find_email(claims)
    if email is None:
        return
    domain = "@" + email.partition("@")[2]
    lists = {Role.ADMIN: people.admins, Role.OPERATOR: people.operators, Role.VIEWER: people.viewers}
    for role, entries in lists.items():
        if any(entry.strip().lower() in (email, domain) for entry in entries):
            yield role
