"""From a login's claims to name and role: nothing a person can write about themselves gives a role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from lakeside.people.address import find_client_address
from lakeside.people.caller import Caller
from lakeside.people.claims import read_caller
from lakeside.role import Role
from lakeside.settings import PeopleSettings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOGGED_IN = {"is_logged_in": True, "sub": "7", "iat": int(NOW.timestamp()) - 60}


def _read(claims: dict[str, Any], now: datetime = NOW, **people: Any) -> Caller:
    return read_caller({**LOGGED_IN, **claims}, PeopleSettings(**people), "10.0.0.9", now)


@pytest.mark.parametrize(
    ("email", "verified", "role"),
    [
        ("ada@example.com", True, Role.ADMIN),
        ("ADA@Example.COM", "true", Role.ADMIN),
        ("bob@example.com", True, Role.VIEWER),  # by the domain
        ("ada@example.com", False, None),
        ("ada@example.com", None, None),
        ("ada@example.com", "yes", None),
        ("ada@example.com", 1, None),
        ("ada@sub.example.com", True, None),
        ("ada@example.com.evil.org", True, None),
        ("x@evil.org@example.com", True, None),
        ('"ada@example.com"@evil.org', True, None),
        ("mar\u212a@example.com", True, None),  # the Kelvin sign becomes k in small letters
        ("ada@example.com\n", True, None),
        ("@example.com", True, None),
        (["ada@example.com"], True, None),
    ],
)
def test_only_a_verified_email_of_the_list_gives_a_role(email: Any, verified: Any, role: Role | None) -> None:
    claims = {"email": email, "email_verified": verified}
    lists = {"admins": ["ada@example.com", "mark@example.com"], "viewers": ["@example.com"]}
    caller = _read(claims, **lists)
    assert caller.role is role
    assert caller.name != "ada@example.com" or role is Role.ADMIN


def test_the_highest_role_of_claim_and_lists_counts() -> None:
    verified = {"email": "a@b.c", "email_verified": True}
    nested = {"realm_access": {"roles": ["x", "ops"]}}
    named = {"role_claim": "realm_access.roles", "role_names": {"ops": "operator"}}
    assert _read({**verified, **nested}, viewers=["a@b.c"], **named).role is Role.OPERATOR
    assert _read({**verified, **nested}, admins=["A@B.C "], **named).role is Role.ADMIN
    assert _read(nested, **named).role is Role.OPERATOR  # a role needs no e-mail
    assert _read({"https://x.io/role": "admin"}, role_claim="https://x.io/role").role is Role.ADMIN
    assert _read({"groups": ["admin"]}, role_claim="groups", role_names={"boss": "admin"}).role is None
    assert _read({"groups": ["admin"]}).role is None  # no claim is named


@pytest.mark.parametrize("roles", [None, 7, {"admin": True}, [["admin"]], [None], "admin viewer", b"admin"])
def test_a_claim_of_another_shape_gives_nothing(roles: Any) -> None:
    assert _read({"roles": roles}, role_claim="roles").role is None
    assert _read({"roles": roles}, role_claim="roles.deeper.still").role is None


@pytest.mark.parametrize("made", [None, "now", True, 1e300, -1e300, int(NOW.timestamp()) - 12 * 3600])
def test_a_login_that_is_too_old_or_does_not_say_is_over(made: Any) -> None:
    caller = _read({"roles": "admin", "iat": made}, role_claim="roles")
    assert caller.role is None and "more than 12 hours ago" in caller.because


def test_a_session_ends_where_it_is() -> None:
    later = NOW + timedelta(hours=2)
    assert _read({"roles": "admin"}, role_claim="roles", session_hours=2).role is Role.ADMIN
    assert _read({"roles": "admin"}, later, role_claim="roles", session_hours=2).role is None


def test_nobody_is_nobody() -> None:
    for claims in ({}, {"is_logged_in": False}, {"is_logged_in": "true"}):
        caller = read_caller({"roles": "admin", **claims}, PeopleSettings(role_claim="roles"), "", NOW)
        assert caller.role is None and caller.because == "Nobody is logged in."


def test_a_name_is_short_and_printable() -> None:
    caller = _read({"sub": "a\u202e\x00b" + "c" * 500})
    assert caller.name == "subject ab" + "c" * 110


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ([], 0, "10.0.0.1"),
        (["1.1.1.1"], 0, "10.0.0.1"),  # nobody is trusted to say so
        (["1.1.1.1"], 1, "1.1.1.1"),
        (["6.6.6.6, 1.1.1.1"], 1, "1.1.1.1"),  # what stands before can be made up
        (["6.6.6.6, 1.1.1.1, 10.0.0.2"], 2, "1.1.1.1"),
        (["6.6.6.6", "1.1.1.1"], 1, "1.1.1.1"),
        (["1.1.1.1"], 2, "10.0.0.1"),  # it did not pass them all
        (["1.1.1.1:4711"], 1, "1.1.1.1"),
        (["[2001:db8::1]:4711"], 1, "2001:db8::1"),
        (["2001:db8::1"], 1, "2001:db8::1"),
        (["<script>"], 1, "10.0.0.1"),
        ([""], 1, "10.0.0.1"),
    ],
)
def test_only_as_many_entries_as_proxies_are_believed(
    forwarded: list[str], proxies: int, address: str
) -> None:
    assert find_client_address("10.0.0.1", forwarded, proxies) == address


@pytest.mark.parametrize("half", [{"client_id": "a"}, {"client_secret": "b"}])
def test_half_a_login_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        PeopleSettings(**half)
